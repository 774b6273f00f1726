"""The person whom a session serves: what they are told, and what they are asked."""

from collections.abc import AsyncGenerator, Callable

from agent.events import Event, Notice, OutsideEvent, Question, SignInRequested
from agent.session.notices import NoticeBoard, describe
from agent.session.stage import Stage


class Person:
    """Tells and asks in the midst of a turn's events, or on lines of their own while no turn is read.

    Args:
        say: Takes a line while no turn is read; without it the line waits for the next turn.
        on_stage: Told what is waited for, in words.
    """

    def __init__(self, say: Callable[[str], None] | None, on_stage: Callable[[str], None] | None) -> None:
        self._notices = NoticeBoard()
        self._say_line = say
        self._may_ask_to_sign_in = True
        self.stage = Stage(on_stage)

    def say(self, text: str) -> None:
        """Say a sentence that belongs to no turn."""
        if self._say_line is not None:
            self._say_line(text)
        else:
            self._notices.post(Notice(text))

    def tell(self, event: OutsideEvent) -> None:
        """Tell what the server does of its own accord."""
        if self._notices.is_read or self._say_line is None:
            self._notices.post(event)
        else:
            self._say_line(describe(event))

    async def ask(self, question: Question) -> None:
        """Return once a question is answered, or will not be."""
        if isinstance(question, SignInRequested):
            # Whoever said no in this turn means all of it.
            if not self._may_ask_to_sign_in:
                return
            await self._notices.ask(question)
            self._may_ask_to_sign_in = question.signed_in
        else:
            await self._notices.ask(question)

    def begin_turn(self) -> None:
        """Ask to sign in again, whatever was answered before."""
        self._may_ask_to_sign_in = True

    def weave(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """Pass events on, with what is told and asked between and during them."""
        return self._notices.weave(events)
