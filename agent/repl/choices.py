"""What can be chosen after a command's name, by what the command completes.

A source answers at once with what is known, for it is asked at each key. What has to be fetched is
fetched in the background and offered when it is there; see `Fetched`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agent.errors import AgentError
from agent.repl.command_context import CommandContext
from agent.repl.commands import Completes
from agent.repl.themes import THEMES

_LOGGER = logging.getLogger(__name__)
_FRESH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be completed.

    Args:
        text: What is inserted.
        summary: What is shown beside it, and searched too.
    """

    text: str
    summary: str = ""


Source: TypeAlias = Callable[[], Sequence[Choice]]
"""Tells what is known; asked at each key, so it waits for nothing."""


class Fetched:
    """A source whose choices are fetched in the background when they are first wanted, and anew later.

    What cannot be fetched is not offered, and nobody is told: the command itself says why.

    Args:
        fetch: Gets them.
        arrived: Called when there are others than before.
        clock: Seconds that only ever grow.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Sequence[Choice]]],
        arrived: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._arrived = arrived
        self._clock = clock
        self._known: Sequence[Choice] = ()
        self._next = clock()
        self._fetching: asyncio.Task[None] | None = None

    def __call__(self) -> Sequence[Choice]:
        """What is known now."""
        if self._fetching is None and self._clock() >= self._next:
            self._fetching = asyncio.create_task(self._run())
        return self._known

    async def _run(self) -> None:
        try:
            found = tuple(await self._fetch())
        except (AgentError, OSError, ValueError) as error:
            _LOGGER.debug("nothing to complete: %s", error)
        else:
            changed, self._known = found != self._known, found
            if changed:
                self._arrived()
        finally:
            self._next = self._clock() + _FRESH_SECONDS
            self._fetching = None


def make_sources(context: CommandContext) -> dict[Completes, Source]:
    """The sources of a chat, by what is completed.

    Args:
        context: What commands work with.
    """

    def tools() -> Sequence[Choice]:
        return [Choice(tool.name, tool.title) for tool in context.tools if not tool.hidden]

    def themes() -> Sequence[Choice]:
        return [Choice(theme.name, theme.summary) for theme in THEMES]

    async def resources() -> Sequence[Choice]:
        return [Choice(each.uri, each.title) for each in await context.host.offers.resources()]

    async def conversations() -> Sequence[Choice]:
        saved, _ = await context.host.conversations.saved()
        open_now = context.host.conversations.id
        return [Choice(each.id, each.title) for each in saved if each.id != open_now]

    return {
        Completes.TOOL: tools,
        Completes.CONVERSATION: Fetched(conversations, context.screen.offer_again),
        Completes.THEME: themes,
        Completes.RESOURCE: Fetched(resources, context.screen.offer_again),
    }
