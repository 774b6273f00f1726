"""Tells a letter that answers a question from the beginning of a message.

A question may appear while somebody is about to write. So a letter is held back until the question has stood
for a while and nothing else is typed; a message comes in letter by letter, and faster than that.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from agent.repl.dialogs.dialog import Key

SETTLING = 0.7
"""For so many seconds a question has to stand before a letter answers it."""
QUIET = 0.3
"""For so many seconds no other key may follow the letter."""


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


class After(Protocol):
    """Makes things happen later."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> Timer:
        """Call something after so many seconds."""
        ...


class HeldKeys:
    """Keys that may be an answer.

    Args:
        clock: Seconds that only ever grow.
        after: Makes things happen later.
        take: Is given the keys once they are an answer.
    """

    def __init__(
        self, clock: Callable[[], float], after: After, take: Callable[[Sequence[str]], None]
    ) -> None:
        self._clock = clock
        self._after = after
        self._take = take
        self._since = clock()
        self._keys: list[str] = []
        self._timer: Timer | None = None

    @property
    def are_there(self) -> bool:
        """Whether any key is held back."""
        return bool(self._keys)

    def restart(self) -> None:
        """A question appears, or a message is written on: what is typed next is no answer for a while."""
        self._since = self._clock()

    def hold(self, key: str) -> None:
        """Hold a key back until it is clear what it is."""
        self._stop()
        self._keys.append(key)
        now = self._clock()
        self._timer = self._after(max(self._since + SETTLING, now + QUIET) - now, self._release)

    def take_back(self) -> str:
        """Give back the letters that are held, which are no answer then."""
        self._stop()
        letters = "".join(key for key in self._keys if not isinstance(key, Key))
        self._keys = []
        return letters

    def _release(self) -> None:
        keys, self._keys, self._timer = self._keys, [], None
        self._take(keys)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
