"""A clock that makes what happens in one minute happen at one moment, so that recordings come out alike."""

import time
from collections.abc import Callable
from datetime import datetime

from agent.sandbox.clock import MovableTime

_STEP = 60


class SteadyTime(MovableTime):
    """A clock's source that stands still for a minute, then goes on by one; it can be moved like any other.

    Args:
        start: What it reads now.
        clock: Seconds, monotonic.
    """

    def __init__(self, start: datetime, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(start)
        self._clock = clock
        self._reads = start.timestamp()
        self._began = clock()

    def __call__(self) -> float:
        """Returns seconds since the Unix epoch."""
        return self._reads + (self._clock() - self._began) // _STEP * _STEP

    def advance(self, seconds: float) -> None:
        """Moves it forward by that many seconds."""
        self._reads += seconds
