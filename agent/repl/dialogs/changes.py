"""Draws what a call changes: old and new values side by side, long texts line by line.

Which is which is never said by a colour alone: an arrow stands between the two, or a minus before what goes
and a plus before what comes.
"""

import difflib
from collections.abc import Iterator, Sequence

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate, strip, strip_line
from agent.drawing.widths import pad, shorten, width, wrap
from agent.events import Change

_ARROW = " → "
_INDENT = "  "
_GAP = "  "
# How much of the width names may take before values lose room that they need more.
_WIDEST_LABEL = 3
# How the part of a difference begins that leaves out nothing before it.
_FROM_THE_START = ("@@ -1 ", "@@ -1,", "@@ -0,")


def draw_changes(changes: Sequence[Change], columns: int, palette: Palette) -> list[str]:
    """Draw some arguments with the values that there were, as lines that fit.

    Args:
        changes: The arguments.
        columns: The width to stay within.
        palette: The colours.
    """
    labels = [strip_line(change.label) for change in changes]
    widest = max(8, columns // _WIDEST_LABEL)
    room = min(widest, max(map(width, labels), default=0))
    lines: list[str] = []
    for label, change in zip(labels, changes, strict=True):
        lines += _draw_change(pad(shorten(label, room), room), change, columns - len(_INDENT), palette)
    return [_INDENT + line for line in lines]


def _draw_change(label: str, change: Change, columns: int, palette: Palette) -> list[str]:
    before, after = strip(change.before).strip(), strip(change.after).strip()
    room = columns - width(label) - len(_GAP)
    start, hang = palette.dim(label) + _GAP, " " * (width(label) + len(_GAP))
    if not before or before == after:
        note = " (as it is)" if before else ""
        lines = [line for each in (after + note).split("\n") for line in wrap(isolate(each), room)]
        return [start + lines[0], *(hang + line for line in lines[1:])]
    if "\n" not in before + after and width(before + _ARROW + after) <= room:
        return [f"{start}{isolate(before)}{palette.dim(_ARROW)}{palette.strong(isolate(after))}"]
    return [palette.dim(label.rstrip()), *_draw_difference(before, after, columns, palette)]


def _draw_difference(before: str, after: str, columns: int, palette: Palette) -> Iterator[str]:
    """Draw two texts line by line, of what is the same in both only what stands around the changes."""
    old, new = before.split("\n"), after.split("\n")
    for line in list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]:
        mark, text = line[:1], line[1:]
        if mark == "@":
            if not line.startswith(_FROM_THE_START):
                yield f"{_INDENT}{palette.dim('…')}"
            continue
        paint = {"-": palette.bad, "+": palette.good}.get(mark, palette.dim)
        for number, part in enumerate(wrap(isolate(text), columns - len(_INDENT) - 2)):
            yield _INDENT + paint(f"{' ' if number else mark} {part}")
