"""What the report keeps of each trial while it looks at all of them: a few numbers, never its events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from agent.usage.words import describe_cost
from evals.reports.page.histograms import Measure
from evals.reports.words import duration
from evals.runs.run import Result, Run
from evals.trials.spending import spent
from evals.trials.watch import FIRST_ITEM, MODEL, TOOLS

PARTS = {FIRST_ITEM: "First words or call of a step, mean", MODEL: "Model", TOOLS: "Tools"}
"""What the parts of a trial's time are called."""


class Seen(NamedTuple):
    """A trial.

    Args:
        place: Which of the run's trials it is, counted from 0.
        number: Which trial of its case.
        outcome: “passed”, “failed” or “broken”.
    """

    place: int
    number: int
    outcome: str


@dataclass(slots=True)
class SeenCase:
    """The trials of a case.

    Args:
        trials: In their order.
        steps: Of those that finished.
        seconds: The same.
        tokens: The same.
        costs: Of those whose cost is known.
    """

    trials: list[Seen] = field(default_factory=list[Seen])
    steps: list[int] = field(default_factory=list[int])
    seconds: list[float] = field(default_factory=list[float])
    tokens: list[int] = field(default_factory=list[int])
    costs: list[float] = field(default_factory=list[float])

    def add(self, place: int, result: Result) -> None:
        """Add a trial."""
        record = result.record
        seen = Seen(place, record.number, result.outcome)
        self.trials.append(seen)
        if seen.outcome == "broken":
            return
        self.steps.append(record.steps)
        self.seconds.append(record.seconds)
        usage = spent(record)
        self.tokens.append(usage.total_tokens)
        if usage.cost is not None:
            self.costs.append(usage.cost)


@dataclass(slots=True)
class Gathered:
    """What is known of all trials.

    Args:
        cases: By their ids.
        broken: For each reason, the trials that broke for it: their places and their keys.
        timings: Seconds of each finished trial, by part.
    """

    cases: dict[str, SeenCase]
    broken: dict[str, list[tuple[int, str]]] = field(default_factory=dict[str, list[tuple[int, str]]])
    timings: dict[str, list[float]] = field(default_factory=lambda: {part: [] for part in PARTS})

    def measures(self) -> Iterator[Measure]:
        """What the trials took."""
        for part, label in PARTS.items():
            yield Measure(label, self.timings[part], duration)
        yield Measure("Whole trial", self._all("seconds"), duration)
        yield Measure("Steps", self._all("steps"), lambda value: f"{value:.0f}", is_whole=True)
        yield Measure("Tokens", self._all("tokens"), lambda value: f"{value:,.0f}")
        yield Measure("Cost", self._all("costs"), describe_cost)

    def transcripts(self) -> Iterator[int]:
        """The trials whose conversations are worth most, by their places: those that did not pass, first.

        Of those that passed, it is the first of each case.
        """
        cases = self.cases.values()
        yield from (seen.place for case in cases for seen in case.trials if seen.outcome != "passed")
        for case in cases:
            yield from [seen.place for seen in case.trials if seen.outcome == "passed"][:1]

    def _all(self, name: str) -> Sequence[float]:
        return [value for case in self.cases.values() for value in getattr(case, name)]


def gather(run: Run) -> Gathered:
    """Look at all trials, one after another."""
    gathered = Gathered({id: SeenCase() for id in run.manifest.cases})
    for place, result in enumerate(run.results):
        record = result.record
        gathered.cases[record.case].add(place, result)
        if result.outcome == "broken":
            gathered.broken.setdefault(record.problem, []).append((place, record.key))
            continue
        for part, seconds in gathered.timings.items():
            if part in record.timings:
                seconds.append(record.timings[part])
    return gathered
