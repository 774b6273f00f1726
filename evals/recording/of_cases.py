"""Records the transcripts of cases anew: the golden calls and answers through the real program."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from agent.errors import AgentError
from agent.private_files import replace_file
from evals.definitions.case import Case
from evals.recording.canonical import write_canonical
from evals.runs.engine import InProcess, SandboxSetup
from evals.trials.trial import Kind, Status, TrialPlan, TrialRecord

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
    engine = InProcess(SandboxSetup(), min(_SIDE_BY_SIDE, max(len(cases), 1)))
    async with aclosing(engine.run(TrialPlan(case, Kind.ORACLE) for case in cases)) as records:
        async for record in records:
            yield _write(by_id[record.case], record)


def _write(case: Case, record: TrialRecord) -> Recorded:
    if record.status is Status.BROKEN or not record.events:
        return Recorded(case, Written.FAILED, record.problem or "Nothing was said.")
    data = write_canonical(record.events, case)
    path = case.transcript
    try:
        before = path.read_bytes() if path.exists() else None
        if data == before:
            return Recorded(case, Written.UNCHANGED)
        replace_file(path, data)
    except OSError as error:
        raise AgentError(f"{path} cannot be written: {error.strerror}.") from error
    return Recorded(case, Written.NEW if before is None else Written.CHANGED)
