"""The one place that tells the time, so that tests and the control of a running sandbox can move it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

MILLISECONDS = 1000
DAY_MILLISECONDS = 24 * 60 * 60 * MILLISECONDS


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time in UTC.

    Args:
        source: Returns seconds since the Unix epoch.
    """

    source: Callable[[], float] = time.time

    def seconds(self) -> float:
        """Returns seconds since the Unix epoch."""
        return self.source()

    def milliseconds(self) -> int:
        """Returns whole milliseconds since the Unix epoch, the unit of every stored time."""
        return int(self.source() * MILLISECONDS)

    def start_of_today(self) -> int:
        """Returns midnight UTC of the current day, in milliseconds since the Unix epoch."""
        return self.milliseconds() // DAY_MILLISECONDS * DAY_MILLISECONDS


class MovableTime:
    """A clock's source that runs like this machine's, as far ahead or behind as it is told.

    Args:
        start: What it reads now, a moment with its offset from UTC; None for this machine's own time.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._ahead = 0.0 if start is None else start.timestamp() - time.time()

    def __call__(self) -> float:
        """Returns seconds since the Unix epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Moves it forward by that many seconds."""
        self._ahead += seconds
