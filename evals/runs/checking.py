"""Whether cases hold: who knows the way gets there, and whoever does nothing or makes a mistake does not."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field

from agent.errors import AgentError
from evals.definitions.case import Case
from evals.definitions.trial import Kind, Status, TrialPlan, TrialRecord
from evals.runs.engine import Engine
from evals.scoring.score import Score, score
from evals.state.changes import Change
from evals.trials.mutants import Mutant, mutants
from evals.workspaces.starting import goal_changes


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of a case.

    Args:
        case: The case.
        trials: How many trials there were.
        faults: What is wrong with it; nothing if it holds.
    """

    case: Case
    trials: int
    faults: tuple[str, ...]


async def check_cases(cases: Sequence[Case], engine: Engine) -> AsyncGenerator[Checked, None]:
    """Try each case with its oracle, with one that does nothing, and with each mistake.

    Args:
        cases: The cases.
        engine: Runs the trials.

    Returns:
        What was found of each case, as its last trial ends.

    Raises:
        AgentError: Nothing can be run.
    """
    open_cases: dict[str, _OpenCase] = {}
    without_trials: list[Checked] = []

    def plan() -> Iterator[TrialPlan]:
        for case in cases:
            try:
                opened = _OpenCase(case, goal_changes(case), mutants(case))
            except AgentError as error:
                without_trials.append(Checked(case, 0, (str(error),)))
                continue
            open_cases[case.id] = opened
            yield from opened.plans()

    async for record in engine.run(plan()):
        opened = open_cases[record.case]
        opened.take(record)
        if opened.is_done:
            del open_cases[record.case]
            yield opened.close()
        while without_trials:
            yield without_trials.pop()
    for checked in without_trials:
        yield checked


@dataclass(slots=True)
class _OpenCase:
    """A case of which trials are running."""

    case: Case
    goal: tuple[Change, ...]
    mutants: tuple[Mutant, ...]
    found: dict[int, str] = field(default_factory=dict[int, str])

    def plans(self) -> Iterator[TrialPlan]:
        for number in range(1, len(self.mutants) + 1):
            yield TrialPlan(self.case, Kind.MUTANT, number)
        # The number is what tells the trials of a case apart.
        yield TrialPlan(self.case, Kind.NULL, len(self.mutants) + 1)
        yield TrialPlan(self.case, Kind.ORACLE, len(self.mutants) + 2)

    @property
    def is_done(self) -> bool:
        return len(self.found) == len(self.mutants) + 2

    def take(self, record: TrialRecord) -> None:
        self.found[record.number] = self._fault(record)

    def close(self) -> Checked:
        # The oracle comes first, for where it fails the others say little.
        faults = [self.found[number] for number in sorted(self.found, reverse=True) if self.found[number]]
        if not self.mutants:
            faults.append("there is no mistake that it could notice; expect more of it")
        return Checked(self.case, len(self.found), tuple(faults))

    def _fault(self, record: TrialRecord) -> str:
        if record.status is Status.BROKEN:
            return f"{self._who(record)} could not be tried: {record.problem}"
        found = score(self.case, record, self.goal)
        if record.kind is Kind.ORACLE:
            return "" if found.passed else f"the oracle fails:\n{_describe(found)}"
        return f"{self._who(record)} passes" if found.passed else ""

    def _who(self, record: TrialRecord) -> str:
        match record.kind:
            case Kind.MUTANT:
                return f"an agent that {self.mutants[record.number - 1].description}"
            case Kind.NULL:
                return "an agent that does nothing"
            case _:
                return "the oracle"


def _describe(found: Score) -> str:
    return "\n".join(
        f"{check.name}: {line}"
        for check in found.checks
        if not check.passed
        for line in check.detail.split("\n")
    )
