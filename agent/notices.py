"""Notices from outside a turn, such as a wait for a rate limit, woven into its events as they come."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal

from agent.events import Event, Notice


class NoticeBoard:
    """Takes sentences from anywhere and hands them to whoever reads a turn."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._arrived = asyncio.Event()

    def post(self, text: str) -> None:
        """Leave a notice; it is read with the next event, or at once while a turn waits."""
        self._waiting.append(text)
        self._arrived.set()

    async def weave(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """Pass events on, one at a time, with the notices that arrive between and during them.

        The source is asked for its next event only when the reader is, so that an approval is
        answered first. Leaving early closes the source.
        """
        async with aclosing(events) as source:
            following: asyncio.Future[Event] | None = None
            arrived: asyncio.Future[Literal[True]] | None = None
            try:
                while True:
                    following = following or asyncio.ensure_future(anext(source))
                    arrived = asyncio.ensure_future(self._arrived.wait())
                    await asyncio.wait((following, arrived), return_when=asyncio.FIRST_COMPLETED)
                    arrived.cancel()
                    for text in self._take():
                        yield Notice(text)
                    if following.done():
                        ended, following = following, None
                        try:
                            event = ended.result()
                        except StopAsyncIteration:
                            return
                        yield event
            finally:
                if arrived is not None:
                    arrived.cancel()
                if following is not None:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)

    def _take(self) -> list[str]:
        taken, self._waiting = self._waiting, []
        self._arrived.clear()
        return taken
