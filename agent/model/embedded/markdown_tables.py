"""Tables of a server's records in Markdown."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agent.jsontypes import JsonObject, JsonValue
from agent.records.columns import Column, name_durations, plain_cell

_LONGEST_CELL: Final = 200


def table(columns: Sequence[Column], rows: Sequence[JsonObject], now: datetime) -> str:
    """Write a Markdown table.

    Args:
        columns: What to show.
        rows: The objects.
        now: The user's moment, for the time zone.
    """
    if not rows:
        return ""
    rows = [name_durations(row) for row in rows]
    lines = [
        "| " + " | ".join(column.heading for column in columns) + " |",
        "| " + " | ".join("---" for _ in columns) + " |",
    ]
    for row in rows:
        lines.append("| " + " | ".join(cell(c.key, row.get(c.key), now) for c in columns) + " |")
    return "\n".join(lines)


def cell(key: str, value: JsonValue, now: datetime) -> str:
    """A value as the text of a cell.

    Args:
        key: What it is; durations are known by it.
        value: The value.
        now: The user's moment, for the time zone.
    """
    return _escape(plain_cell(key, value, now))


def _escape(text: str) -> str:
    text = re.sub(r"\s+", " ", text).replace("|", "\\|").strip()
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
