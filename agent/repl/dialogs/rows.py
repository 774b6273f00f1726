"""As many of some lines as there is room for."""

from collections.abc import Sequence

from agent.drawing.palette import Palette
from agent.drawing.widths import shorten


def window(lines: Sequence[object], rows: int, top: int) -> tuple[int, int]:
    """The part of some lines that is shown, from line to line, if it begins no earlier than `top`.

    Args:
        lines: All of them.
        rows: How many fit.
        top: Where the part would like to begin.
    """
    first = max(0, min(top, len(lines) - rows))
    return first, min(len(lines), first + rows)


def show_part(
    lines: Sequence[str], columns: int, rows: int, top: int, palette: Palette, *, keys: str
) -> list[str]:
    """Cut lines to those that fit, with a line that says how many there are above and below.

    Args:
        lines: All of them.
        columns: The width to stay within.
        rows: How many fit.
        top: Which of them is shown first, if there are enough below.
        palette: The colours.
        keys: What moves the part.
    """
    if len(lines) <= rows:
        return list(lines)
    first, last = window(lines, max(1, rows - 1), top)
    hidden = [
        f"{count} {where}" for count, where in ((first, "above"), (len(lines) - last, "below")) if count
    ]
    return [*lines[first:last], palette.dim(shorten(f"… {', '.join(hidden)} · {keys}", columns))]
