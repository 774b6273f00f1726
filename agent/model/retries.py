"""When a request that was not answered is sent again, and after how long.

Only what failed before the first token is repeated: then nothing was said yet, and nothing is said
twice. An endpoint that says how long to wait is waited for, within bounds; else the waits double,
with some chance in them, so that many clients do not come back at the same moment.

Source: RFC 9110, section 10.2.3 (Retry-After); `retry-after-ms` is OpenAI's and Azure's.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

WORTH_REPEATING = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""HTTP statuses that may be gone a moment later."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently a request is repeated.

    Args:
        most: Repetitions of one request.
        first_wait: Seconds before the first one; each further wait is twice as long.
        longest_wait: Seconds at most, whatever the endpoint asks for.
        sleep: Waits; takes seconds.
        chance: A number from 0 to 1.
    """

    most: int = 3
    first_wait: float = 0.5
    longest_wait: float = 60.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    def wait_before(self, repetition: int, asked_for: float | None) -> float | None:
        """Seconds to wait before a repetition; `None` if there is to be none.

        Args:
            repetition: Counted from 1.
            asked_for: Seconds that the endpoint wants, if it said so.
        """
        if repetition > self.most:
            return None
        if asked_for is not None:
            return asked_for if asked_for <= self.longest_wait else None
        doubled = self.first_wait * 2.0 ** (repetition - 1)
        return min(doubled * (0.75 + self.chance() / 2), self.longest_wait)


def read_retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds that an answer asks to wait for; `None` if it does not say, or says it in no known form.

    Args:
        headers: Of the answer; looked up in lower case.
        now: Unix seconds, for an answer that names a date.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        return max(parsedate_to_datetime(value).timestamp() - now(), 0.0)
    except (ValueError, OverflowError, OSError):
        return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    # Neither NaN nor infinity is a time to wait.
    return value if 0 <= value < float("inf") else None
