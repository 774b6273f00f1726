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


def clock_from(start: datetime) -> Clock:
    """Returns a clock that reads `start` now and goes on from there.

    Args:
        start: A moment with its offset from UTC.
    """
    ahead = start.timestamp() - time.time()
    return Clock(lambda: time.time() + ahead)
