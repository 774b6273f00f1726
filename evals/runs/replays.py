"""Strict replays of many recordings in one process, side by side."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from agent.errors import AgentError
from evals.definitions.trial import Kind, Status, TrialPlan, TrialRecord
from evals.replaying.targets import Target
from evals.runs.engine import InProcess, SandboxSetup

# What is waited for is mostly this process itself, so more side by side would be no faster.
_SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found.

    Args:
        name: The recording.
        turns: How many turns were run again.
        calls: How many tool calls they made.
        difference: Where the first difference is, and a diff below; empty where there is none.
        error: Why it could not be replayed; `None` where it was.
    """

    name: str
    turns: int = 0
    calls: int = 0
    difference: str = ""
    error: AgentError | None = None


async def replay_all(targets: Sequence[Target]) -> AsyncGenerator[Replayed, None]:
    """Replay recordings.

    Args:
        targets: The recordings.

    Returns:
        What was found of each, in their order.

    Raises:
        AgentError: Nothing can be run.
    """
    cases = [replace(target.case, id=target.name) for target in targets if target.case is not None]
    ended = {target.name: Replayed(target.name, error=target.error) for target in targets if target.error}
    engine = InProcess(SandboxSetup(), min(_SIDE_BY_SIDE, max(len(cases), 1)))
    shown = 0
    async with aclosing(engine.run(TrialPlan(case, Kind.REPLAY) for case in cases)) as records:
        async for record in records:
            ended[record.case] = _read(record)
            while shown < len(targets) and targets[shown].name in ended:
                yield ended[targets[shown].name]
                shown += 1
    for target in targets[shown:]:
        yield ended[target.name]


def _read(record: TrialRecord) -> Replayed:
    if record.status is Status.BROKEN:
        return Replayed(record.case, error=AgentError(record.problem))
    turns = sum(event.get("type") == "turn_started" for event in record.events)
    return Replayed(record.case, turns, record.calls, record.difference)
