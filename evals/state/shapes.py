"""Rows in which a column counts only in part: what stands in its place."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

Cell: TypeAlias = int | float | str | None
"""What SQLite keeps in a column of this schema."""

Row: TypeAlias = Mapping[str, Cell]
Shape: TypeAlias = Callable[[Row], Row]

_MINUTE = 60_000

# Both are read from the clock when time is logged that “ends now”, one a moment after the other.
_SAME_MOMENT = 5_000

OPTION_COLOURS = ("#2f80ed", "#27ae60", "#f2994a", "#eb5757", "#9b51e0", "#1f8f75", "#f2c94c", "#8c96a3")
"""What the sandbox gives the options of a dropdown by their places."""


def shape_entry(row: Row) -> Row:
    """A time entry: of a timer only whether it runs, of logged time how long it is and when it began.

    When it began is left out where nobody said so and it ended as it was logged.
    """
    kept = {name: cell for name, cell in row.items() if name not in ("start_time", "end_time")}
    if row["entry_type"] == "TIMER":
        return kept | {"running": int(row["end_time"] is None)}
    start, end, logged = (_number(row[name]) for name in ("start_time", "end_time", "created_time"))
    kept["minutes"] = (end - start) / _MINUTE
    if row["entry_type"] == "MANUAL" and abs(end - logged) <= _SAME_MOMENT:
        return kept
    return kept | {"start_time": start}


def shape_option(row: Row) -> Row:
    """An option of a dropdown: its colour only where somebody chose it, not where its place did."""
    palette = OPTION_COLOURS[int(_number(row["position"])) % len(OPTION_COLOURS)]
    return {name: cell for name, cell in row.items() if name != "color" or cell != palette}


def shape_notification(row: Row) -> Row:
    """A notification: whether it was read, not when."""
    kept = {name: cell for name, cell in row.items() if name != "read_time"}
    return kept | {"read": int(row["read_time"] is not None)}


def _number(cell: Cell) -> float:
    return cell if isinstance(cell, int | float) else 0
