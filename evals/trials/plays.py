"""Who plays the model and the user in a trial."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from agent.events import ApprovalRequested, Decision, Event
from agent.model.protocol import Model
from agent.session.options import MakeKeeper
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.wording.moment import describe_moment
from evals.definitions.case import Case, Turn
from evals.definitions.trial import TrialRecord


class Play(Protocol):
    """One trial's model and user."""

    @property
    def model(self) -> Model | None:
        """Answers in place of the model that the settings choose; `None` for that one."""
        ...

    @property
    def settings(self) -> Settings:
        """Of the session, but for the server."""
        ...

    @property
    def offer_all(self) -> bool:
        """Whether the model is offered every tool."""
        ...

    @property
    def keeper(self) -> MakeKeeper | None:
        """Keeps the context in place of what the session would take; `None` for that one."""
        ...

    @property
    def cache(self) -> Path | None:
        """Where what is learnt of the model's endpoint is kept; `None` for a place of the trial's own."""
        ...

    def admitted(self) -> AbstractAsyncContextManager[None]:
        """Wait until the trial may begin, and be counted as running until it has ended."""
        ...

    async def next_turn(self, answer: str, /) -> Turn | None:
        """What the user says next; `None` when the conversation is over.

        Args:
            answer: What was answered last; empty at the start.
        """
        ...

    def context(self, now: datetime, /) -> str:
        """The facts of the moment, as the model is told them.

        Args:
            now: The moment of the case, and as much later as the case itself has moved the clock since.
        """
        ...

    def open(self, session: Session, turn: Turn, /) -> AsyncGenerator[Event, None]:
        """Begin a turn."""
        ...

    async def decide(self, request: ApprovalRequested, turn: Turn, /) -> None:
        """Answer a question for approval as the user would."""
        ...

    def note(self, event: Event) -> None:
        """Look at an event of the turn, after any question in it was answered."""
        ...

    def difference(self) -> str:
        """The first difference of the turn that has ended to what it should have been; empty for none."""
        ...

    async def conclude(self, record: TrialRecord, /) -> TrialRecord:
        """Add to the record of the trial, which is over, what nobody else knows."""
        ...


class PlainPlay:
    """What most plays have in common: no comparison, nothing shared with other trials, nothing to add."""

    @property
    def keeper(self) -> MakeKeeper | None:
        """The session's own."""
        return None

    @property
    def cache(self) -> Path | None:
        """Each trial learns by itself."""
        return None

    def admitted(self) -> AbstractAsyncContextManager[None]:
        """Nothing is waited for."""
        return nullcontext()

    def note(self, event: Event) -> None:
        """There is nothing to compare with."""

    def difference(self) -> str:
        """There is nothing to compare with."""
        return ""

    async def conclude(self, record: TrialRecord, /) -> TrialRecord:
        """There is nothing to add."""
        return record


class ScriptedUser(PlainPlay):
    """Says what the case says, and decides as it says.

    Args:
        case: The case.
        model: Answers; `None` for the one that the settings choose.
        settings: Of the session.
        offer_all: Whether the model is offered every tool.
    """

    def __init__(
        self,
        case: Case,
        model: Model | None,
        settings: Settings | None = None,
        *,
        offer_all: bool = False,
    ) -> None:
        self._case = case
        self._turns = iter(case.turns)
        self.model = model
        self.settings = settings or Settings()
        self.offer_all = offer_all

    async def next_turn(self, _answer: str, /) -> Turn | None:
        """The next message of the case."""
        return next(self._turns, None)

    def context(self, now: datetime, /) -> str:
        """The moment where the case's user is."""
        return describe_moment(now.astimezone(ZoneInfo(self._case.timezone)))

    def open(self, session: Session, turn: Turn) -> AsyncGenerator[Event, None]:
        """Say it."""
        return session.turn(turn.say)

    async def decide(self, request: ApprovalRequested, turn: Turn) -> None:
        """Allow, change or decline as the turn says."""
        name = request.tool.name
        edit = turn.edits.get(name)
        if edit is not None and not request.is_edited:
            request.decision, request.edited = Decision.EDITED, {**request.arguments, **edit}
        elif turn.allows(name):
            request.decision = Decision.ALLOWED
