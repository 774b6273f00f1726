"""Lets one command write after the other, so that each stands with its own output."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

# An answer waits no longer than that for a command that has begun.
_PATIENCE = 3.0


class Lane:
    """Held by the command that runs; others wait, first come, first served.

    Args:
        patience: How many seconds a command has the screen for itself.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._settled.set()

    @property
    def is_held(self) -> bool:
        """Whether a command runs that others wait for."""
        return self._lock.locked()

    @asynccontextmanager
    async def hold(self) -> AsyncGenerator[None, None]:
        """Wait until no other command runs, and let the others wait meanwhile."""
        await self._lock.acquire()
        self._holder = asyncio.current_task()
        self._settled.clear()
        settling = asyncio.get_running_loop().call_later(self._patience, self._settled.set)
        try:
            yield
        finally:
            settling.cancel()
            self.let_pass()

    def let_pass(self) -> None:
        """Let the others wait no longer, if they wait for whoever calls this."""
        if self._holder is not None and self._holder is asyncio.current_task():
            self._holder = None
            self._settled.set()
            self._lock.release()

    async def settled(self) -> None:
        """Wait until a command that has just begun has written what it can write at once."""
        await self._settled.wait()
