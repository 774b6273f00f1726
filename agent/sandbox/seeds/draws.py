"""Draws of lots that come out the same on every machine and with every version of Python."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

# Knuth's MMIX generator (The Art of Computer Programming, volume 2, section 3.3.4).
_MULTIPLIER = 6364136223846793005
_INCREMENT = 1442695040888963407
_MASK = 2**64 - 1
_LOW_BITS = 33


class Draws:
    """A stream of lots; streams of one seed are the same.

    Args:
        seed: Any whole number.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def below(self, bound: int) -> int:
        """Returns a whole number from 0 up to, but not including, `bound`."""
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        # The low bits of such a generator repeat soon.
        return (self._state >> _LOW_BITS) % bound

    def between(self, low: int, high: int) -> int:
        """Returns a whole number from `low` to `high`."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[Item]) -> Item:
        """Returns one of the items."""
        return items[self.below(len(items))]

    def several(self, items: Sequence[Item], count: int) -> list[Item]:
        """Returns `count` different ones of the items."""
        chosen: dict[int, Item] = {}
        while len(chosen) < count:
            index = self.below(len(items))
            chosen[index] = items[index]
        return list(chosen.values())
