"""Rows of cells in columns where they fit, and below one another where not."""

from collections.abc import Sequence

from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import pad, width, wrap

_GAP = "  "


def draw_columns(rows: Sequence[Sequence[str]], columns: int, palette: Palette) -> str:
    """Draw rows of plain cells, the first cell of each standing out.

    Args:
        rows: The cells, as many in each row.
        columns: The width to stay within; rows too wide put their further cells on a line of their own.
        palette: The colours.
    """
    rows = [[strip_line(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(_GAP) * (len(widths) - 1) < columns:
        lines = [
            (palette.accent(pad(first, widths[0])) + _GAP + _GAP.join(map(pad, rest, widths[1:]))).rstrip()
            for first, *rest in rows
        ]
    else:
        lines = [_draw_stacked(row, columns, palette) for row in rows]
    return "".join(line + "\n" for line in lines)


def draw_below(text: str, columns: int) -> str:
    """Draw stripped text that belongs to the line above it: set in, and broken where it is too wide."""
    # Addresses stay whole; scripts without spaces have to be broken somewhere.
    lines = wrap(text, max(columns - 1 - len(_GAP), 1), whole=text.isascii())
    return "\n".join(f"{_GAP}{line}".rstrip() for line in lines)


def _draw_stacked(row: Sequence[str], columns: int, palette: Palette) -> str:
    below = draw_below(" · ".join(filter(None, row[1:])), columns)
    first = wrap(row[0], max(columns - 1, 1), indent=_GAP, whole=row[0].isascii())
    return "\n".join([*map(palette.accent, first), below]).rstrip()
