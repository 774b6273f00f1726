"""Hours as bars: where the time went, by project, person, task or day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate
from agent.drawing.widths import pad, pad_left, shorten, width, wrap
from agent.records.days import describe_day, describe_hours
from agent.records.records import Records
from agent.records.time_entries import TimeEntry
from agent.repl.views.layout import GAP, draw_facts
from agent.repl.views.table import NARROW
from agent.wording.durations import describe_milliseconds

_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_ASCII = "#"
_MOST_BARS = 15
_MOST_DAYS = 21
_LONGEST_PLAIN_BAR = 20
_NOBODY = "–"

_BY_NAME: Mapping[str, Callable[[TimeEntry], str]] = {
    "project": lambda entry: entry.project,
    "person": lambda entry: entry.person,
    "task": lambda entry: entry.task,
}
GROUPINGS = (*_BY_NAME, "day")
"""What bars may stand for."""


def draw_hours(records: Records, columns: int, palette: Palette, now: datetime, grouping: str = "") -> str:
    """Draw one bar for each project, person, task or day, and the total.

    Args:
        records: The time entries.
        columns: The width to stay within.
        palette: The colours; plain ones get a bar of ASCII characters behind label and value.
        now: The user's moment.
        grouping: One of `GROUPINGS`; what tells most apart when empty.
    """
    today = now.date()
    grouping = grouping or _choose(records.entries)
    sums = _by_day(records.entries, today) if grouping == "day" else _by_name(records.entries, grouping)
    total = sum(sums.values())
    when = _describe_range(records.entries, today)
    heading = (", " if palette.plain else " · ").join(filter(None, (f"Hours by {grouping}", when)))
    lines = [palette.strong(line) for line in wrap(heading, columns - 1)]
    draw = _draw_plain if palette.plain else _draw_below if columns < NARROW else _draw_beside
    lines += draw(sums, total, columns, palette)
    said = describe_milliseconds(total) if palette.plain else f"{describe_hours(total)} hours"
    facts = [
        f"{said} in all",
        *([f"{records.left_out} more entries at the server"] if records.left_out else []),
    ]
    return "".join(f"{line}\n" for line in (*lines, *draw_facts(facts, columns, palette)))


def bar(share: float, room: int) -> str:
    """A bar as long as a share of some columns, to an eighth of one; never quite nothing."""
    eighths = max(1, round(share * room * 8)) if share > 0 else 0
    return (_FULL * (eighths // 8) + _EIGHTHS[eighths % 8].strip())[:room]


def _choose(entries: Sequence[TimeEntry]) -> str:
    for name, read in _BY_NAME.items():
        if len({read(entry) for entry in entries}) > 1:
            return name
    return "day" if any(entry.day for entry in entries) else "task"


def _by_name(entries: Sequence[TimeEntry], grouping: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for entry in entries:
        name = _BY_NAME[grouping](entry) or _NOBODY
        sums[name] = sums.get(name, 0) + entry.milliseconds
    ordered = sorted(sums.items(), key=lambda each: -each[1])
    shown, rest = dict(ordered[:_MOST_BARS]), ordered[_MOST_BARS:]
    if rest:
        shown[f"{len(rest)} others"] = sum(milliseconds for _, milliseconds in rest)
    return shown


def _by_day(entries: Sequence[TimeEntry], today: date) -> dict[str, float]:
    days = sorted({entry.day for entry in entries if entry.day})
    by_week = len(days) > _MOST_DAYS
    sums: dict[str, float] = {}
    for entry in sorted(entries, key=lambda entry: entry.day or date.min):
        name = _NOBODY
        if entry.day and by_week:
            name = f"week of {describe_day(entry.day - timedelta(days=entry.day.weekday()), today)}"
        elif entry.day:
            name = f"{entry.day:%a} {describe_day(entry.day, today)}"
        sums[name] = sums.get(name, 0) + entry.milliseconds
    return sums


def _describe_range(entries: Sequence[TimeEntry], today: date) -> str:
    days = [entry.day for entry in entries if entry.day]
    if not days:
        return ""
    first, last = describe_day(min(days), today), describe_day(max(days), today)
    return first if first == last else f"{first} to {last}"


def _draw_beside(sums: Mapping[str, float], _total: float, columns: int, palette: Palette) -> list[str]:
    figures = {name: describe_hours(milliseconds) for name, milliseconds in sums.items()}
    label_room = min(max(map(width, sums)), columns // 3)
    figure_room = max(map(len, figures.values()))
    room = columns - 1 - label_room - figure_room - 2 * len(GAP)
    most = max(sums.values()) or 1
    lines: list[str] = []
    for name, milliseconds in sums.items():
        label = shorten(name, label_room)
        drawn = isolate(label) + pad("", label_room - width(label))
        lines.append(
            GAP.join(
                (drawn, pad_left(figures[name], figure_room), palette.accent(bar(milliseconds / most, room)))
            )
        )
    return [line.rstrip() for line in lines]


def _draw_below(sums: Mapping[str, float], _total: float, columns: int, palette: Palette) -> list[str]:
    figure_room = max(len(describe_hours(milliseconds)) for milliseconds in sums.values())
    room = columns - 1 - figure_room - 2 * len(GAP)
    most = max(sums.values()) or 1
    lines: list[str] = []
    for name, milliseconds in sums.items():
        lines.append(isolate(shorten(name, columns - 1)))
        figure = pad_left(describe_hours(milliseconds), figure_room)
        lines.append(f"{GAP}{figure}{GAP}{palette.accent(bar(milliseconds / most, room))}".rstrip())
    return lines


def _draw_plain(sums: Mapping[str, float], total: float, columns: int, _palette: Palette) -> list[str]:
    most = max(sums.values()) or 1
    lines: list[str] = []
    for name, milliseconds in sums.items():
        share = f"{milliseconds / total:.0%}" if total else "0%"
        # Figures with a colon are read as times of day.
        text = f"{isolate(name)}: {describe_milliseconds(milliseconds)}, {share}"
        room = min(columns - 1 - width(text) - len(GAP), _LONGEST_PLAIN_BAR)
        drawn = _ASCII * max(1, round(milliseconds / most * room)) if room > 1 else ""
        lines += [f"{text}{GAP}{drawn}"] if drawn else wrap(text, columns - 1, indent=GAP)
    return lines
