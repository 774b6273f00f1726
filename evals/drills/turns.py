"""Turns of a real session with a model that says what it is told and can be stopped in mid-sentence."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.errors import AgentError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Decision,
    Event,
    SignInRequested,
    ToolCallFinished,
    TurnFailed,
    TurnFinished,
)
from agent.model.protocol import ModelRequest, StreamItem

Hook: TypeAlias = Callable[[], Awaitable[None]]
OnEvent: TypeAlias = Callable[[Event], Awaitable[None]]


class DrillModel:
    """Answers with the items it was given; between them it does what the drill wants done then."""

    def __init__(self) -> None:
        self._answers: list[list[StreamItem | Hook]] = []

    @property
    def name(self) -> str:
        """What transcripts call it."""
        return "drill"

    def will_say(self, *answers: Iterable[StreamItem | Hook]) -> None:
        """Set what the next requests are answered with."""
        self._answers = [list(answer) for answer in answers]

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Give the next answer."""
        assert request.messages
        for item in self._answers.pop(0):
            if callable(item):
                await item()
            else:
                yield item

    async def aclose(self) -> None:
        """There is nothing to close."""


@dataclass(slots=True)
class TurnReport:
    """How a turn went.

    Args:
        outcomes: How each call ended.
        error: Why the turn has no answer; None when it has one.
        sign_ins_asked: How often the user was asked to sign in.
    """

    outcomes: list[CallOutcome] = field(default_factory=list[CallOutcome])
    error: AgentError | None = None
    sign_ins_asked: int = 0

    @property
    def lost(self) -> bool:
        """It ended without an answer."""
        return self.error is not None


async def run_turn(events: AsyncGenerator[Event, None], on_event: OnEvent | None = None) -> TurnReport:
    """Read a turn to its end, approving every write.

    Args:
        events: The turn.
        on_event: Told of each event before it is answered.
    """
    report = TurnReport()
    try:
        async with aclosing(events):
            async for event in events:
                if on_event is not None:
                    await on_event(event)
                match event:
                    case ApprovalRequested():
                        event.decision = Decision.ALLOWED
                    case ToolCallFinished():
                        report.outcomes.append(event.outcome)
                    case SignInRequested():
                        report.sign_ins_asked += 1
                    case TurnFailed():
                        report.error = event.error
                    case TurnFinished():
                        report.error = None
                    case _:
                        pass
    except AgentError as error:
        report.error = error
    return report
