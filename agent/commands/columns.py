"""Lists on standard output, a line for each thing."""

import sys
from collections.abc import Sequence

from agent.drawing.sanitize import strip_line


def write_columns(rows: Sequence[tuple[str, ...]]) -> None:
    """Write rows with their columns below each other; what a server says is one line each.

    Args:
        rows: The cells of each, all of the same number.
    """
    clean = [tuple(map(strip_line, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*clean, strict=True)]
    for row in clean:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
