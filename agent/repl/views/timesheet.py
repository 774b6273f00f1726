"""Time entries as a timesheet: who or what against days, weeks or months, with totals."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate
from agent.drawing.widths import wrap
from agent.records.days import describe_day, describe_hours
from agent.records.records import Records, count
from agent.records.time_entries import TimeEntry
from agent.repl.views.layout import GAP, Cell, Column, Tone, draw_facts
from agent.repl.views.table import NARROW, draw_grid
from agent.wording.durations import describe_milliseconds

_LABEL_ROOM = 20
_FIGURE_ROOM = 6
_LEAST_LABEL = 12
_TOTAL = "Total"
_EARLIER = date.min
_UNDATED = date.max
_LATEST = 6


def draw_timesheet(records: Records, columns: int, palette: Palette, now: datetime) -> str:
    """Draw hours by person, or by task where all are of one person, against time.

    Args:
        records: The time entries.
        columns: The width to stay within.
        palette: The colours; plain ones get lines of label and value.
        now: The user's moment.
    """
    today = now.date()
    by_person = len({entry.person for entry in records.entries}) > 1
    listed = palette.plain or columns < NARROW
    room = _LATEST if listed else (columns - 1 - _LABEL_ROOM) // (_FIGURE_ROOM + len(GAP)) - 1
    start, name, unit = _choose_spans(records.entries, today, max(room, 1))
    sums: dict[str, dict[date, float]] = {}
    for entry in records.entries:
        label = (entry.person if by_person else entry.task) or "–"
        held = sums.setdefault(label, {})
        held[start(entry.day)] = held.get(start(entry.day), 0) + entry.milliseconds
    spans = sorted({span for held in sums.values() for span in held})
    names = {span: name(span) for span in spans}
    lines = (
        _draw_list(sums, names, columns, palette)
        if listed
        else _draw_days(by_person, sums, names, columns, palette)
    )
    total = sum(entry.milliseconds for entry in records.entries)
    said = describe_milliseconds(total) if palette.plain else f"{describe_hours(total)} hours"
    facts = [count(len(records.entries), records.noun), f"{said} in all", f"by {unit}"]
    if records.left_out:
        facts.append(f"{records.left_out} more at the server")
    foot = draw_facts(facts, columns, palette)
    return "".join(f"{line}\n" for line in (*lines, *foot))


def _choose_spans(
    entries: Sequence[TimeEntry], today: date, room: int
) -> tuple[Callable[[date | None], date], Callable[[date], str], str]:
    """Days if they fit, else weeks, else months, the latest of them: how each begins, its name, its kind."""

    def week(day: date) -> date:
        return day - timedelta(days=day.weekday())

    def month(day: date) -> date:
        return day.replace(day=1)

    days = {entry.day for entry in entries if entry.day}
    choices: tuple[tuple[Callable[[date], date], Callable[[date], str], str], ...] = (
        (lambda day: day, lambda day: f"{day:%a} {day.day}", "day"),
        (week, lambda day: describe_day(day, today), "week"),
        (month, lambda day: f"{day:%b}" if day.year == today.year else f"{day:%b %y}", "month"),
    )
    begin, name, unit = next(
        (choice for choice in choices if len({choice[0](day) for day in days}) <= room), choices[-1]
    )
    kept = sorted({begin(day) for day in days})[-room:]

    def start(day: date | None) -> date:
        if day is None:
            return _UNDATED
        return begin(day) if begin(day) in kept else _EARLIER

    def name_of(span: date) -> str:
        return {_EARLIER: "Before", _UNDATED: "No day"}.get(span) or name(span)

    return start, name_of, unit


def _draw_days(
    by_person: bool,
    sums: dict[str, dict[date, float]],
    names: dict[date, str],
    columns: int,
    palette: Palette,
) -> list[str]:
    totals = {span: sum(held.get(span, 0) for held in sums.values()) for span in names}

    def cell(milliseconds: float, tone: Tone = Tone.NORMAL) -> Cell:
        return Cell(describe_hours(milliseconds) if milliseconds else "", tone=tone)

    labels = (*(Cell(label) for label in sums), Cell(_TOTAL, tone=Tone.STRONG))
    sheet = [Column("Who" if by_person else "Task", labels, 0, _LEAST_LABEL)]
    for place, (span, name) in enumerate(names.items()):
        cells = (*(cell(held.get(span, 0)) for held in sums.values()), cell(totals[span], Tone.STRONG))
        # The latest days stay longest.
        sheet.append(Column(name, cells, len(names) + 1 - place, is_number=True))
    rows = (
        *(cell(sum(held.values()), Tone.STRONG) for held in sums.values()),
        cell(sum(totals.values()), Tone.STRONG),
    )
    return draw_grid([*sheet, Column(_TOTAL, rows, 1, is_number=True)], columns, palette)


def _draw_list(
    sums: dict[str, dict[date, float]], names: dict[date, str], columns: int, palette: Palette
) -> list[str]:
    lines: list[str] = []
    # Figures with a colon are read as times of day.
    indent, describe = ("", describe_milliseconds) if palette.plain else (GAP, describe_hours)
    for label, held in sums.items():
        lines += [palette.strong(isolate(line)) for line in wrap(label, columns - 1, indent=GAP)]
        lines += [f"{indent}{names[span]}: {describe(held[span])}" for span in names if held.get(span)]
        lines.append(f"{indent}{_TOTAL}: {describe(sum(held.values()))}")
        lines += [""] if palette.plain else []
    return lines
