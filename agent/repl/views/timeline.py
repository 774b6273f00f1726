"""Tasks by the day they are due: on an axis with today marked, or as a list of days in narrow windows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate
from agent.drawing.widths import pad, shorten, width, wrap
from agent.records.days import describe_day
from agent.records.records import Records, Task, count
from agent.repl.views.layout import GAP, LATE, Tone, colour, draw_facts
from agent.repl.views.table import draw_plain, due_cell

_NARROW = 64
_MOST_ROWS = 60
_SHORTEST_SPAN = timedelta(days=14)
_LONGEST_PAST = timedelta(days=60)
_LONGEST_FUTURE = timedelta(days=240)
_LONGEST_BY_WEEK = timedelta(weeks=11)
_WEEK = timedelta(days=7)
_TODAY = "today"
_DONE = "Done earlier"


def draw_timeline(
    records: Records, columns: int, palette: Palette, now: datetime, most_rows: int = _MOST_ROWS
) -> str:
    """Draw tasks by the day they are due; those without one are counted.

    Args:
        records: The tasks.
        columns: The width to stay within.
        palette: The colours; plain ones get lines of label and value.
        now: The user's moment.
        most_rows: How many to show at most, what is open and due first; the rest is counted.
    """
    today = now.date()
    dated = [task for task in records.tasks if task.due]
    shown = sorted(dated, key=lambda task: (task.is_done, task.due or date.max))[:most_rows]
    shown.sort(key=lambda task: task.due or date.max)
    if not shown:
        lines: list[str] = []
    elif palette.plain:
        lines = _draw_plain(records.noun, shown, columns, now)
    elif columns < _NARROW:
        lines = _draw_list(shown, columns, palette, today)
    else:
        lines = _draw_axis(shown, columns, palette, today)
    foot = draw_facts(_describe(records, len(dated), len(shown), today), columns, palette)
    return "".join(f"{line}\n" for line in (*lines, *foot))


def _describe(records: Records, dated: int, shown: int, today: date) -> list[str]:
    facts = [f"{count(shown, records.noun)} by due date"]
    if dated > shown:
        facts[0] += f" and {dated - shown} more"
    if late := sum(task.is_late(today) for task in records.tasks):
        facts.append(f"{late} late")
    if undated := len(records.tasks) - dated:
        facts.append(f"{undated} without a due date")
    if records.left_out:
        facts.append(f"{records.left_out} more at the server")
    return facts


@dataclass(frozen=True, slots=True)
class _Axis:
    """Days as columns.

    Args:
        start: The first day.
        end: The last day.
        room: How many columns there are.
    """

    start: date
    end: date
    room: int

    def place(self, day: date) -> int:
        """The column of a day; days beyond the ends stand at the ends."""
        share = (day - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * (self.room - 1))

    def ticks(self) -> Iterator[tuple[date, str]]:
        """Where weeks begin, or months if there are many weeks, and what they are called."""
        by_week = self.end - self.start <= _LONGEST_BY_WEEK
        day = self.start
        while day <= self.end:
            if by_week and day.weekday() == 0:
                yield day, f"{day.day} {day:%b}"
            elif not by_week and day.day == 1:
                yield day, f"{day:%b %Y}" if day.month == 1 else f"{day:%b}"
            day += timedelta(days=1)


def _axis(tasks: Sequence[Task], today: date, room: int) -> _Axis:
    days = [task.due for task in tasks if task.due]
    start = max(min(*days, today), today - _LONGEST_PAST)
    end = min(max(*days, today), today + _LONGEST_FUTURE)
    return _Axis(start, max(end, start + _SHORTEST_SPAN), room)


def _draw_axis(tasks: Sequence[Task], columns: int, palette: Palette, today: date) -> list[str]:
    dues = [due_cell(task, today) for task in tasks]
    due_room = max(width(due.shortest) for due in dues)
    label_room = min(max(width(task.title) for task in tasks), columns // 3)
    axis = _axis(tasks, today, columns - 1 - label_room - due_room - 2 * len(GAP))
    margin = " " * label_room + GAP
    lines = [margin + line for line in _draw_scale(axis, palette, today)]
    for task, due in zip(tasks, dues, strict=True):
        title = shorten(task.title, label_room)
        label = colour(isolate(title), Tone.DIM if task.is_done else Tone.NORMAL, palette)
        track = _draw_track(task, axis, palette, today)
        lines.append(
            label
            + pad("", label_room - width(title))
            + GAP
            + track
            + GAP
            + colour(due.shortest, due.tone, palette)
        )
    return lines


def _draw_scale(axis: _Axis, palette: Palette, today: date) -> list[str]:
    names = [" "] * axis.room
    line = ["─"] * axis.room
    # Today is named first: it is what the rest is looked at from.
    for day, name in [(today, _TODAY), *axis.ticks()]:
        place = axis.place(day)
        start = min(place, axis.room - len(name))
        # A mark without a name would be taken for that of the name beside it.
        if all(each == " " for each in names[max(0, start - 1) : start + len(name) + 1]):
            names[start : start + len(name)] = name
            line[place] = "┼" if name == _TODAY else line[place] if line[place] == "┼" else "┴"
    return [palette.dim("".join(names).rstrip()), palette.dim("".join(line))]


def _draw_track(task: Task, axis: _Axis, palette: Palette, today: date) -> str:
    """One line of the axis: where the task is due, and how far that is behind today."""
    due, now = axis.place(task.due or today), axis.place(today)
    if task.is_late(today):
        late = "●" + "─" * max(0, now - due - 1)
        before = " " * due + palette.bad(late)
        return (before + palette.dim("│") if due < now else before) + " " * (axis.room - max(due, now) - 1)
    mark = palette.dim("○") if task.is_done else palette.accent("●")
    places = {now: palette.dim("│"), due: mark}
    return "".join(places.get(place, " ") for place in range(axis.room))


def _draw_list(tasks: Sequence[Task], columns: int, palette: Palette, today: date) -> list[str]:
    lines: list[str] = []
    for name, group in groupby(tasks, lambda task: _span(task, today)):
        if name == _DONE:
            lines.append(palette.dim(f"{name}: {len(list(group))}"))
            continue
        lines.append(palette.strong(name))
        for task in group:
            due = due_cell(task, today)
            head = wrap(task.title, columns - 1 - len(GAP), most_lines=2)
            mark = "✓ " if task.is_done else f"{LATE} " if task.is_late(today) else "• "
            tone = Tone.DIM if task.is_done else Tone.NORMAL
            for place, line in enumerate(head):
                lead = GAP if place else colour(mark, due.tone if task.is_late(today) else tone, palette)
                lines.append(lead + colour(isolate(line), tone, palette))
            when = due.text.removeprefix(f"{LATE} ")
            tone = due.tone if task.is_late(today) else Tone.DIM
            lines += [GAP + colour(line, tone, palette) for line in wrap(when, columns - 1 - len(GAP))]
    return lines


def _span(task: Task, today: date) -> str:
    """Which stretch of time a task is due in, as people call it."""
    due = task.due or today
    monday = today - timedelta(days=today.weekday())
    if due < today:
        return _DONE if task.is_done else "Late"
    if due == today:
        return "Today"
    if due < monday + _WEEK:
        return "This week"
    if due < monday + 2 * _WEEK:
        return "Next week"
    return f"{due:%B}" if due.year == today.year else f"{due:%B %Y}"


def _draw_plain(noun: str, tasks: Sequence[Task], columns: int, now: datetime) -> list[str]:
    today = now.date()
    lines = [f"Today: {describe_day(today, today)}", ""]
    for name, group in groupby(tasks, lambda task: _span(task, today)):
        listed = tuple(group)
        lines += [*wrap(f"{name}: {count(len(listed), noun)}", columns - 1), ""]
        if name != _DONE:
            lines += draw_plain(Records(noun, (), listed), columns, now, without=("Priority", "Id"))
    return lines
