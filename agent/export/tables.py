"""The list that a tool answered with, as a table of plain cells."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo

from agent.export.document import Table
from agent.jsontypes import JsonObject, JsonValue
from agent.records.columns import humanise
from agent.records.records import label_of, names_of, read_records

# RFC 3339, section 5.6, with a time zone.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_MOST_ROWS = 500
_MOST_COLUMNS = 12


def read_table(value: JsonValue, clean: Callable[[str], str], zone: tzinfo | None) -> Table | None:
    """Find the list that a result is about; `None` where it holds none.

    Args:
        value: The structured result.
        clean: Takes out of a text what is not to be shown.
        zone: Of whoever reads it.
    """
    records = read_records(value, zone or UTC)
    if records is None or not records.rows:
        return None
    rows = records.rows[:_MOST_ROWS]
    keys = _columns(rows)
    return Table(
        tuple(clean(humanise(key)) for key in keys),
        tuple(tuple(clean(_cell(row.get(key), zone)) for key in keys) for row in rows),
        max(records.left_out, len(records.rows) - len(rows)),
    )


def _columns(rows: Sequence[JsonObject]) -> list[str]:
    """The keys that hold something to show, in the order they come in."""
    keys = dict.fromkeys(key for row in rows for key, held in row.items() if _cell(held))
    return list(keys)[:_MOST_COLUMNS]


def _cell(value: JsonValue, zone: tzinfo | None = None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    label = label_of(value)
    if _MOMENT.fullmatch(label):
        with suppress(ValueError):
            return f"{datetime.fromisoformat(label).astimezone(zone):%Y-%m-%d %H:%M}"
    return label or ", ".join(names_of(value))
