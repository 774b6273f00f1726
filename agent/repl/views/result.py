"""What a call by hand answered: a table where it holds records, else lines of what it says."""

from collections.abc import Iterator
from datetime import datetime

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate, strip, strip_line
from agent.drawing.widths import pad, width, wrap
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.records.columns import humanise, name_durations, plain_cell
from agent.records.fields import plain
from agent.records.records import DUE_FIELDS, names_of, read_records, read_task
from agent.repl.views.layout import GAP
from agent.repl.views.table import NARROW, draw_table, due_cell
from agent.repl.views.timesheet import draw_timesheet

_MOST_ENTRIES = 12
_WIDEST_LABEL = 24
_DEEPEST = 2
_MOST_NAMES = 12


def draw_result(structured: JsonValue, text: str, columns: int, palette: Palette, now: datetime) -> str:
    """Draw a result.

    Args:
        structured: The structured result, or `None`.
        text: The result as text, for when there is no structure.
        columns: The width to stay within.
        palette: The colours.
        now: The user's moment.
    """
    records = read_records(structured, now.tzinfo) if now.tzinfo else read_records(structured)
    if records is not None and len(records.entries) > _MOST_ENTRIES:
        return draw_timesheet(records, columns, palette, now)
    if records is not None:
        return draw_table(records, columns, palette, now)
    if is_object(structured):
        if noun := _empty_list(structured):
            return f"No {noun}.\n"
        return _draw_fields(structured, columns, palette, now)
    if structured is None:
        return strip(text).rstrip("\n") + "\n"
    return _plain("", structured, now) + "\n"


def _empty_list(value: JsonObject) -> str:
    """What a list without any is called; empty where an object is no list."""
    if not value.keys() & {"total", "count", "hasMore"}:
        return ""
    return next((humanise(strip_line(key)).lower() for key, held in value.items() if held == []), "")


def _draw_fields(value: JsonObject, columns: int, palette: Palette, now: datetime) -> str:
    pairs = [(label, text) for label, text in _pairs(value, now) if text]
    if not pairs:
        return "Nothing.\n"
    room = min(max(width(label) for label, _ in pairs), _WIDEST_LABEL)
    lines: list[str] = []
    for label, text in pairs:
        if palette.plain or columns < NARROW:
            first, *rest = wrap(f"{label}: {text}", columns - 1, indent=GAP)
            is_split = first.startswith(f"{label}:")
            first = palette.dim(f"{label}:") + first.removeprefix(f"{label}:") if is_split else first
            lines += [isolate(first), *map(isolate, rest)]
            continue
        label, *more = wrap(label, room)
        first, *rest = map(isolate, wrap(text, columns - 1 - room - len(GAP)))
        lines.append(palette.dim(pad(label, room)) + GAP + first)
        lines += [palette.dim(line) for line in more]
        lines += [" " * room + GAP + line for line in rest]
    return "".join(f"{line}\n" for line in lines)


def _pairs(value: JsonObject, now: datetime, depth: int = 1) -> Iterator[tuple[str, str]]:
    """The fields of an object in words; what lies in envelopes comes as if it lay outside."""
    for key, held in name_durations(value).items():
        label = strip_line(humanise(key))
        if is_object(held) and depth < _DEEPEST and (key in ("data", "result") or len(value) == 1):
            yield from _pairs(held, now, depth)
        elif isinstance(held, list) and (names := [name for each in held for name in names_of(each)]):
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            yield label, ", ".join(names[:_MOST_NAMES]) + more
        elif plain(key) in DUE_FIELDS and (due := due_cell(read_task(value), now.date())).text:
            yield label, due.text
        else:
            yield label, _plain(key, held, now)


def _plain(key: str, value: JsonValue, now: datetime) -> str:
    return strip_line(plain_cell(key, value, now))
