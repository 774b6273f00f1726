"""Lists that are fetched in the background, so that nothing at the prompt waits for a server."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from agent.errors import AgentError

_T = TypeVar("_T")
_LOGGER = logging.getLogger(__name__)
_FRESH_SECONDS = 30.0


class Fetched(Generic[_T]):
    """A list that is fetched in the background when it is first wanted, and anew when it is old.

    What cannot be fetched is empty, and nobody is told: the command that needs it says why.

    Args:
        fetch: Gets it.
        arrived: Called when it is another than before.
        fresh: For how many seconds it is not fetched again.
        clock: Seconds that only ever grow.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Sequence[_T]]],
        arrived: Callable[[], None] = lambda: None,
        *,
        fresh: float = _FRESH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._arrived = arrived
        self._fresh = fresh
        self._clock = clock
        self._known: Sequence[_T] = ()
        self._next = clock()
        self._fetching: asyncio.Task[None] | None = None

    def __call__(self) -> Sequence[_T]:
        """What is known now."""
        if self._fetching is None and self._clock() >= self._next:
            self._fetching = asyncio.create_task(self._run())
        return self._known

    def expire(self) -> None:
        """Fetch it anew when it is wanted next."""
        self._next = self._clock()

    async def now(self) -> Sequence[_T]:
        """Fetch it now.

        Raises:
            AgentError: It cannot be fetched.
        """
        self._take(await self._fetch())
        return self._known

    def _take(self, found: Sequence[_T]) -> None:
        self._next = self._clock() + self._fresh
        found = tuple(found)
        changed, self._known = found != self._known, found
        if changed:
            self._arrived()

    async def _run(self) -> None:
        try:
            self._take(await self._fetch())
        except (AgentError, OSError, ValueError) as error:
            _LOGGER.debug("nothing was fetched: %s", error)
            self._next = self._clock() + _FRESH_SECONDS
        finally:
            self._fetching = None
