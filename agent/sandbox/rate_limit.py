"""How often something may happen within a span of time."""

import math
from collections import deque

from agent.sandbox.clock import Clock


class SlidingWindow:
    """Counts events by key over the last seconds.

    Args:
        clock: Tells when an event happens.
        limit: How many events of a key the window holds; 0 for no limit.
        seconds: How long the window is.
    """

    def __init__(self, clock: Clock, limit: int, seconds: float) -> None:
        self._clock = clock
        self._limit = limit
        self._seconds = seconds
        self._events: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Returns whether one more event of this key fits."""
        return self.wait(key) == 0

    def wait(self, key: str) -> int:
        """Returns after how many whole seconds one more event of this key fits; 0 if it does now."""
        if not self._limit:
            return 0
        now = self._clock.seconds()
        events = self._events.get(key)
        while events and events[0] <= now - self._seconds:
            events.popleft()
        if not events:
            self._events.pop(key, None)
            return 0
        if len(events) < self._limit:
            return 0
        return max(1, math.ceil(events[0] + self._seconds - now))

    def count(self, key: str) -> None:
        """Notes an event of this key."""
        if self._limit:
            self._events.setdefault(key, deque()).append(self._clock.seconds())
