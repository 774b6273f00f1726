"""Records the transcripts of cases anew, for when something was changed on purpose that every request holds.

The golden calls and answers go through the real program. Of a case that was made of a conversation, the
answers of its model do, as they were recorded.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from agent.system.private_files import replace_file
from agent.transcripts.reading import read_transcript
from evals.definitions.case import Case, Category
from evals.definitions.trial import Kind, Status, TrialPlan, TrialRecord
from evals.recording.canonical import write_canonical
from evals.runs.engine import InProcess, SandboxSetup
from evals.trials.oracle import golden_play
from evals.trials.players import Players
from evals.trials.plays import Play
from evals.trials.replay import replay_play

_SIDE_BY_SIDE = 8


class Written(StrEnum):
    """What became of a transcript."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The transcript of one case.

    Args:
        case: The case.
        written: What became of it.
        problem: Why it was not recorded; empty where it was.
    """

    case: Case
    written: Written
    problem: str = ""


async def record_cases(cases: Sequence[Case]) -> AsyncGenerator[Recorded, None]:
    """Record the transcript of each case, and write those that are not as they were.

    Args:
        cases: The cases.

    Raises:
        AgentError: Nothing can be run.
    """
    by_id = {case.id: case for case in cases}
    engine = InProcess(SandboxSetup(_Players()), min(_SIDE_BY_SIDE, max(len(cases), 1)))
    async with aclosing(engine.run(map(_plan, cases))) as records:
        async for record in records:
            yield _write(by_id[record.case], record)


class _Players(Players):
    """Oracles, and recorded conversations that are not compared."""

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Callable[[TrialPlan], Play]]:
        """Nothing is shared by trials; see `Players.open`."""
        yield _play


def _play(plan: TrialPlan) -> Play:
    return replay_play(plan, is_strict=False) if plan.kind is Kind.REPLAY else golden_play(plan)


def _plan(case: Case) -> TrialPlan:
    return TrialPlan(case, Kind.REPLAY if _is_conversation(case) else Kind.ORACLE)


def _is_conversation(case: Case) -> bool:
    return case.category is Category.RECORDED and case.transcript.exists()


def _write(case: Case, record: TrialRecord) -> Recorded:
    if record.status is Status.BROKEN or not record.events:
        return Recorded(case, Written.FAILED, record.problem or "Nothing was said.")
    path = case.transcript
    header = read_transcript(path).header.to_json() if _is_conversation(case) else None
    data = write_canonical(record.events, case, header)
    try:
        before = path.read_bytes() if path.exists() else None
        if data == before:
            return Recorded(case, Written.UNCHANGED)
        replace_file(path, data)
    except OSError as error:
        return Recorded(case, Written.FAILED, f"{path} cannot be written: {error.strerror}.")
    return Recorded(case, Written.NEW if before is None else Written.CHANGED)
