"""A line of several parts that fits: what matters least is cut and left out first."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.drawing.widths import shorten, width

SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line.

    Args:
        text: What it says; an empty part is left out.
        weight: The more, the longer it stays as it is.
        least: Down to how many columns it may be cut; 0 for all or nothing.
        must_stay: It is cut, but not left out.
    """

    text: str
    weight: int
    least: int = 0
    must_stay: bool = False


def fit(parts: Sequence[Part], columns: int, separator: str = SEPARATOR) -> str:
    """Put parts in one line, as much of them as fits.

    Args:
        parts: In the order in which they stand.
        columns: The width to stay within.
        separator: Stands between two.
    """
    gap = width(separator)
    taken = [part for part in parts if part.text]
    texts: dict[int, str] = {}
    room = columns + gap
    # What must stay needs its least, whatever is heavier.
    kept_free = sum(_least(part) + gap for part in taken if part.must_stay)
    for place, part in sorted(enumerate(taken), key=lambda each: -each[1].weight):
        if part.must_stay:
            kept_free -= _least(part) + gap
        left = room - kept_free - gap
        if width(part.text) <= left:
            texts[place] = part.text
        elif part.must_stay or 0 < part.least <= left:
            texts[place] = shorten(part.text, max(left, part.least))
        elif not texts and not kept_free:
            texts[place] = part.text
        else:
            continue
        room -= width(texts[place]) + gap
    return shorten(separator.join(texts[place] for place in sorted(texts)), columns)


def _least(part: Part) -> int:
    return min(part.least or width(part.text), width(part.text))
