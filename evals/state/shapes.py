"""Rows in which a column counts only in part: what stands in its place."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

Cell: TypeAlias = int | float | str | None
"""What SQLite keeps in a column of this schema."""

Row: TypeAlias = Mapping[str, Cell]
Shape: TypeAlias = Callable[[Row], Row]

_MINUTE = 60_000

# Whoever logs work that they have just done may say when it began, or take a while to say anything.
_JUST_NOW = 5 * _MINUTE

OPTION_COLOURS = ("#2f80ed", "#27ae60", "#f2994a", "#eb5757", "#9b51e0", "#1f8f75", "#f2c94c", "#8c96a3")
"""What the sandbox gives the options of a dropdown by their places."""


def shape_entry(row: Row) -> Row:
    """A time entry: of a timer whether it runs, of logged time how long it is and when it began.

    When it began is left out of what ended just before it was logged. Which of two tools logged it makes no
    difference.
    """
    left_out = {"start_time", "end_time"}
    if row["entry_type"] == "TIMER":
        return _without(row, left_out) | {"running": int(row["end_time"] is None)}
    start, end, logged = (_number(row[name]) for name in ("start_time", "end_time", "created_time"))
    kept = _without(row, left_out) | {"entry_type": "LOGGED", "minutes": (end - start) / _MINUTE}
    return kept if abs(end - logged) <= _JUST_NOW else kept | {"start_time": start}


def shape_option(row: Row) -> Row:
    """An option of a dropdown: its colour only where somebody chose it, not where its place did."""
    palette = OPTION_COLOURS[int(_number(row["position"])) % len(OPTION_COLOURS)]
    return _without(row, {"color"} if row["color"] == palette else set())


def shape_notification(row: Row) -> Row:
    """A notification: whether it was read, not when."""
    return _without(row, {"read_time"}) | {"read": int(row["read_time"] is not None)}


def _without(row: Row, names: set[str]) -> dict[str, Cell]:
    return {name: cell for name, cell in row.items() if name not in names}


def _number(cell: Cell) -> float:
    return cell if isinstance(cell, int | float) else 0
