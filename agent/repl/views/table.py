"""Records as a table that fits the window; blocks of lines in narrow ones, plain lines without colour."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate, strip_line
from agent.drawing.widths import width, wrap
from agent.jsontypes import JsonObject
from agent.records.columns import columns_for, name_durations, plain_cell
from agent.records.days import describe_day, describe_distance, describe_hours
from agent.records.fields import plain
from agent.records.records import DUE_FIELDS, Records, Task, count, read_task
from agent.records.time_entries import TimeEntry
from agent.repl.views.layout import (
    GAP,
    LATE,
    SPARE,
    Cell,
    Column,
    Tone,
    colour,
    draw_facts,
    draw_row,
    draw_rule,
    fit,
)

NARROW = 50
"""Windows with fewer columns get one block of lines for each record."""

_SHORT_TEXT = 10
_STATUS_TEXT = 14
_LONG_TEXT = 24
_MOST_TITLE_LINES = 3


def draw_table(records: Records, columns: int, palette: Palette, now: datetime, most_rows: int = 40) -> str:
    """Draw the records of a result.

    Args:
        records: What to draw.
        columns: The width to stay within.
        palette: The colours; plain ones get lines of label and value.
        now: The user's moment.
        most_rows: How many to show at most; the rest is counted.
    """
    shown = min(len(records.rows), most_rows)
    if not shown:
        return f"No {records.noun}.\n"
    if palette.plain:
        drawn = draw_plain(first_of(records, shown), columns, now)
    elif columns < NARROW:
        drawn = _draw_blocks(columns_of(records, now, shown), columns, palette)
    else:
        drawn = draw_grid(columns_of(records, now, shown), columns, palette)
    foot = draw_facts(describe_rest(records, shown, now.date()), columns, palette)
    return "".join(f"{line}\n" for line in (*drawn, *foot))


def columns_of(records: Records, now: datetime, most_rows: int) -> list[Column]:
    """The columns that show some records, in the order in which they stand; those without values left out."""
    if records.tasks:
        columns = _task_columns(records.tasks[:most_rows], now.date())
    elif records.entries:
        columns = _entry_columns(records.entries[:most_rows], now.date())
    else:
        columns = _other_columns(records.rows[:most_rows], now)
    return [column for column in columns if any(cell.text for cell in column.cells)]


def first_of(records: Records, shown: int) -> Records:
    """The first of some records."""
    return Records(records.noun, records.rows[:shown], records.tasks[:shown], records.entries[:shown])


def describe_rest(records: Records, shown: int, today: date) -> list[str]:
    """Say how many there are, how many of them are not shown, and what stands out."""
    facts = [count(shown, records.noun)]
    more = len(records.rows) - shown + records.left_out
    if more:
        facts[0] += f" and {more} more"
    if late := sum(task.is_late(today) for task in records.tasks):
        facts.append(f"{late} late")
    if records.entries:
        facts.append(f"{describe_hours(sum(entry.milliseconds for entry in records.entries))} hours in all")
    return facts


def due_cell(task: Task, today: date) -> Cell:
    """When a task is due, with a word and a mark if it is late."""
    if task.due is None:
        return Cell("")
    day, distance = describe_day(task.due, today), describe_distance(task.due, today)
    if task.is_done:
        return Cell(day, tone=Tone.DIM)
    if task.is_late(today):
        return Cell(f"{LATE} {day}, {distance}", f"{LATE} {distance}", Tone.BAD)
    is_near = (task.due - today).days < 2
    return Cell(f"{day}, {distance}", distance if is_near else day, Tone.STRONG if is_near else Tone.NORMAL)


def short_people(people: Sequence[str]) -> str:
    """One or several people in few columns: “Alex M. +1”."""
    if not people:
        return ""
    first, *others = people[0].split()
    name = f"{first} {others[-1][:1]}." if others else first
    return f"{name} +{len(people) - 1}" if people[1:] else name


def _task_columns(tasks: Sequence[Task], today: date) -> list[Column]:
    def texts(values: Sequence[str], tone: Tone = Tone.NORMAL) -> tuple[Cell, ...]:
        return tuple(Cell(value, tone=tone) for value in values)

    titles = tuple(Cell(task.title, tone=Tone.DIM if task.is_done else Tone.NORMAL) for task in tasks)
    statuses = tuple(
        Cell(task.status.name if task.status else "", tone=Tone.GOOD if task.is_done else Tone.NORMAL)
        for task in tasks
    )
    people = tuple(Cell(", ".join(task.people), short_people(task.people)) for task in tasks)
    return [
        Column("Task", titles, 0, _LONG_TEXT),
        Column("Due", tuple(due_cell(task, today) for task in tasks), 1),
        Column("Status", statuses, 2, _STATUS_TEXT),
        Column("Priority", texts([task.priority for task in tasks]), 4, _SHORT_TEXT),
        Column("Who", people, 3, _SHORT_TEXT),
        Column("Project", texts([task.project for task in tasks]), 5, _SHORT_TEXT),
        Column("Id", texts([task.id for task in tasks], Tone.DIM), SPARE, is_named=True),
    ]


def _entry_columns(entries: Sequence[TimeEntry], today: date) -> list[Column]:
    days = tuple(
        Cell(f"{entry.day:%a} {describe_day(entry.day, today)}" if entry.day else "") for entry in entries
    )
    lengths = tuple(
        Cell(describe_hours(entry.milliseconds) + (" so far" if entry.is_running else ""))
        for entry in entries
    )
    return [
        Column("Task", tuple(Cell(entry.task) for entry in entries), 0, _LONG_TEXT),
        Column("Project", tuple(Cell(entry.project) for entry in entries), 4, _SHORT_TEXT),
        Column("Who", tuple(Cell(entry.person) for entry in entries), 3, _SHORT_TEXT),
        Column("Day", days, 2),
        Column("Hours", lengths, 1, is_number=True),
    ]


def _other_columns(rows: Sequence[JsonObject], now: datetime) -> list[Column]:
    rows = [name_durations(row) for row in rows]
    columns: list[Column] = []
    for place, shown in enumerate(columns_for(rows)):
        values = [row.get(shown.key) for row in rows]
        cells = tuple(Cell(strip_line(plain_cell(shown.key, value, now))) for value in values)
        if plain(shown.key) in DUE_FIELDS:
            cells = tuple(due_cell(read_task(row), now.date()) for row in rows)
        is_id = shown.key.lower().endswith("id")
        is_number = not is_id and all(
            isinstance(value, int | float) and not isinstance(value, bool)
            for value in values
            if value is not None
        )
        is_long = max(width(cell.text) for cell in cells) > _LONG_TEXT
        is_cut = not (is_number or is_id or plain(shown.key) in DUE_FIELDS)
        least = (_LONG_TEXT if is_long and not columns else _SHORT_TEXT) if is_cut else 0
        is_same = len(rows) > 1 and len({cell.text for cell in cells}) == 1
        importance = SPARE + 1 if is_id else SPARE if is_same else place
        columns.append(Column(strip_line(shown.heading), cells, importance, least, is_number, is_named=True))
    return columns


def draw_grid(columns: Sequence[Column], room: int, palette: Palette) -> list[str]:
    """Draw columns beside one another, as many as fit, below a heading and a thin rule."""
    widths = fit(columns, room - 1)
    chosen = [columns[place] for place in widths]
    sizes = list(widths.values())

    def draw(cells: Sequence[Cell]) -> str:
        numbers = (column.is_number for column in chosen)
        return draw_row(list(zip(cells, sizes, numbers, strict=True)), palette)

    heading = draw([Cell(column.heading, tone=Tone.STRONG) for column in chosen])
    rows = zip(*(column.cells for column in chosen), strict=True)
    return [heading, draw_rule(sizes, palette), *map(draw, rows)]


def _draw_blocks(columns: Sequence[Column], room: int, palette: Palette) -> list[str]:
    """One block of lines for each record: its name, then the rest of what is known of it."""
    first, *rest = sorted(columns, key=lambda column: column.importance)
    lines: list[str] = []
    for row, title in enumerate(first.cells):
        named = wrap(title.text or "–", room - 1, indent=GAP, most_lines=_MOST_TITLE_LINES)
        tone = Tone.STRONG if title.tone is Tone.NORMAL else title.tone
        lines += [colour(isolate(line), tone, palette) for line in named]
        lines += _draw_details(
            [(column, column.cells[row]) for column in rest if column.cells[row].text], room, palette
        )
    return lines


def _draw_details(facts: Sequence[tuple[Column, Cell]], room: int, palette: Palette) -> list[str]:
    """Facts beside one another, as many in a line as fit."""
    lines: list[str] = []
    used = room
    for column, cell in facts:
        text = (
            f"{column.heading[:1].upper()}{column.heading[1:]}: {cell.text}" if column.is_named else cell.text
        )
        tone = Tone.DIM if cell.tone is Tone.NORMAL else cell.tone
        if used + len(" · ") + width(text) < room:
            lines[-1] += palette.dim(" · ") + colour(isolate(text), tone, palette)
            used += len(" · ") + width(text)
            continue
        for line in wrap(text, room - 1 - len(GAP), indent=GAP):
            lines.append(GAP + colour(isolate(line), tone, palette))
            used = len(GAP) + width(line)
    return lines


def draw_plain(records: Records, room: int, now: datetime, without: Collection[str] = ()) -> list[str]:
    """Draw all records as lines of label and value, for those who listen to them.

    Args:
        records: What to draw.
        room: The width to stay within.
        now: The user's moment.
        without: Headings of what is known already.
    """
    listed = len(records.tasks or records.entries or records.rows)
    told = [column for column in columns_of(records, now, listed) if column.heading not in without]
    columns = sorted(told, key=lambda column: column.importance)
    singular = count(1, records.noun).removeprefix("1 ").capitalize()
    lines: list[str] = []
    for row in range(listed):
        lines.append(f"{singular} {row + 1} of {listed}")
        for column in columns:
            if text := column.cells[row].text.removeprefix(f"{LATE} "):
                lines += wrap(f"{column.heading}: {isolate(text)}", room - 1, indent=GAP)
        lines.append("")
    return lines
