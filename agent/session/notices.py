"""What comes from outside a turn, such as a wait or a question of the server, woven into its events."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from agent.events import (
    Event,
    ListChanged,
    Notice,
    OutsideEvent,
    Question,
    ServerLog,
    TurnFailed,
    TurnFinished,
    WaitStarted,
)

_MOST_WAITING = 100


def describe(event: OutsideEvent) -> str:
    """Put an event from outside a turn in one line for a person."""
    match event:
        case Notice(text):
            return text
        case WaitStarted(reason, seconds):
            return f"{reason}; waiting {seconds:.0f} s."
        case ListChanged(kind):
            return f"The server has changed its {kind.value}."
        case ServerLog(level, logger, text):
            return f"The server logs ({level.value}{f', {logger}' if logger else ''}): {text}"


@dataclass(slots=True)
class _Post:
    event: OutsideEvent | Question
    answered: asyncio.Future[None] | None = None

    def settle(self) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(None)


class NoticeBoard:
    """Takes events from anywhere and hands them to whoever reads a turn."""

    def __init__(self) -> None:
        self._waiting: deque[_Post] = deque()
        self._arrived = asyncio.Event()
        self._readers = 0

    @property
    def is_read(self) -> bool:
        """Whether a turn is being read, so that what is posted is seen at once."""
        return self._readers > 0

    def post(self, event: OutsideEvent) -> None:
        """Leave an event; it is read with the next one, or at once while a turn waits.

        What waits to be read already is not left twice, and of too much the newest is kept.
        """
        if any(post.event == event for post in self._waiting):
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._drop_oldest()
        self._put(_Post(event))

    async def ask(self, question: Question) -> None:
        """Wait until the reader of the turn has answered a question.

        A question stays unanswered if nobody reads, or the reader leaves.
        """
        if not self._readers:
            return
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        post = _Post(question, answered)
        self._put(post)
        try:
            await answered
        finally:
            if post in self._waiting:
                self._waiting.remove(post)

    def _put(self, post: _Post) -> None:
        self._waiting.append(post)
        self._arrived.set()

    def _drop_oldest(self) -> None:
        # A question stays: somebody waits for its answer.
        for post in self._waiting:
            if post.answered is None:
                self._waiting.remove(post)
                return

    async def weave(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """Pass events on, one at a time, with what arrives between and during them.

        The source is asked for its next event only when the reader is, so that an approval is
        answered first. Nothing follows the end of a turn: what arrives then is read with the next
        one. Leaving early closes the source and leaves all questions unanswered.
        """
        self._readers += 1
        asked: _Post | None = None
        async with aclosing(events) as source:
            following: asyncio.Future[Event] | None = None
            arrived: asyncio.Future[Literal[True]] | None = None
            try:
                while True:
                    following = following or asyncio.ensure_future(anext(source))
                    arrived = asyncio.ensure_future(self._arrived.wait())
                    await asyncio.wait((following, arrived), return_when=asyncio.FIRST_COMPLETED)
                    arrived.cancel()
                    while self._waiting:
                        asked = self._waiting.popleft()
                        yield asked.event
                        asked.settle()
                    self._arrived.clear()
                    if following.done():
                        done, following = following, None
                        try:
                            event = done.result()
                        except StopAsyncIteration:
                            return
                        yield event
                        if isinstance(event, TurnFinished | TurnFailed):
                            async for rest in source:
                                yield rest
                            return
            finally:
                self._readers -= 1
                if arrived is not None:
                    arrived.cancel()
                for post in (asked, *self._waiting):
                    if post is not None:
                        post.settle()
                if following is not None:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
