"""Tasks as cards on a board: a column for each status, below one another where the window is narrow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import zip_longest
from typing import TypeAlias

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate
from agent.drawing.widths import width, wrap
from agent.records.records import Records, Task, count
from agent.records.statuses import in_order
from agent.repl.views.layout import GAP, LATE, Tone, colour, draw_facts
from agent.repl.views.table import describe_rest, draw_plain, due_cell

_NARROWEST_COLUMN = 22
_WIDEST_COLUMN = 44
_MOST_TITLE_LINES = 2
_MOST_INITIALS = 3
_NO_STATUS = "No status"

_Line: TypeAlias = tuple[int, str]
"""How wide a line is, and the line with its colours."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """What of a status is not shown.

    Args:
        most_cards: How many are shown.
        in_table: `/table` shows all of them.
    """

    most_cards: int
    in_table: bool

    def describe(self, number: int, where: str = "") -> str:
        """Count what is not shown of so many tasks; empty where all are."""
        if number <= self.most_cards:
            return ""
        return f"and {number - self.most_cards} more{where}{': /table' if self.in_table else ''}"


def draw_board(
    records: Records,
    columns: int,
    palette: Palette,
    now: datetime,
    most_cards: int = 12,
    *,
    in_table: bool = False,
) -> str:
    """Draw tasks by status, in the order of the work.

    Args:
        records: The tasks.
        columns: The width to stay within.
        palette: The colours; plain ones get lines of label and value.
        now: The user's moment.
        most_cards: How many to show of a status at most; the rest is counted.
        in_table: `/table` shows the rest, which is told then.
    """
    today = now.date()
    groups = group_by_status(records)
    rest = _Rest(most_cards, in_table)
    lanes = len(groups)
    room = min((columns - 1 - len(GAP) * (lanes - 1)) // lanes, _WIDEST_COLUMN)
    if palette.plain:
        lines = _draw_plain(records, groups, columns, now, rest)
    elif lanes == 1 or room < _NARROWEST_COLUMN:
        room = columns - 1
        lines = [
            line for name, tasks in groups for _, line in _draw_lane(name, tasks, room, palette, today, rest)
        ]
    else:
        lanes_drawn = [_draw_lane(name, tasks, room, palette, today, rest) for name, tasks in groups]
        lines = [_join(row, room) for row in zip_longest(*lanes_drawn, fillvalue=(0, ""))]
    while lines and not lines[-1]:
        lines.pop()
    foot = draw_facts(describe_rest(records, len(records.rows), today), columns, palette)
    return "".join(f"{line}\n" for line in (*lines, "", *foot))


def group_by_status(records: Records) -> list[tuple[str, list[Task]]]:
    """The tasks of each status, the statuses in the order of the work, in each what is due first."""
    groups: dict[str, list[Task]] = {}
    for task in sorted(records.tasks, key=lambda task: task.due or date.max):
        groups.setdefault(task.status.key if task.status else "", []).append(task)
    order = in_order((task.status for task in records.tasks if task.status), records.workflow)
    named = [(status.name, groups.get(status.key, [])) for status in order]
    return [*named, (_NO_STATUS, groups[""])] if "" in groups else named


def initials(people: Sequence[str]) -> str:
    """People in as few letters as tell them apart: “AM DR”."""
    shown = ["".join(part[0].upper() for part in name.split()[:2]) for name in people[:_MOST_INITIALS]]
    return " ".join([*shown, *(["…"] if len(people) > _MOST_INITIALS else [])])


def _draw_lane(
    name: str, tasks: Sequence[Task], room: int, palette: Palette, today: date, rest: _Rest
) -> list[_Line]:
    heading = f"{wrap(name, room - 5, most_lines=1)[0]} {len(tasks)}"
    lines = [(width(heading), palette.strong(heading)), (room, palette.dim("─" * room))]
    for task in tasks[: rest.most_cards]:
        lines += _draw_card(task, room, palette, today)
    if more := rest.describe(len(tasks)):
        lines.append((width(more), palette.dim(more)))
    if not tasks:
        lines.append((1, palette.dim("–")))
    return [*lines, (0, "")]


def _draw_card(task: Task, room: int, palette: Palette, today: date) -> list[_Line]:
    mark, tone = (
        ("✓", Tone.GOOD) if task.is_done else (LATE, Tone.BAD) if task.is_late(today) else ("•", Tone.NORMAL)
    )
    indent = " " * len("• ")
    title = wrap(task.title, room - len(indent), most_lines=_MOST_TITLE_LINES)
    lines = [
        (
            len(indent) + width(line),
            (indent if place else f"{colour(mark, tone, palette)} ")
            + colour(isolate(line), Tone.DIM if task.is_done else Tone.NORMAL, palette),
        )
        for place, line in enumerate(title)
    ]
    due = due_cell(task, today)
    when = replace(due, text=due.shortest.removeprefix(f"{LATE} ")) if due.text else due
    who = initials(task.people)
    if when.text and who and len(indent) + width(f"{when.text} · {who}") > room:
        who = ""
    parts = [part for part in (when.text, who) if part]
    if parts:
        drawn = (
            [colour(when.text, when.tone if when.tone is Tone.BAD else Tone.DIM, palette)]
            if when.text
            else []
        )
        drawn += [palette.dim(isolate(who))] if who else []
        lines.append((len(indent) + width(" · ".join(parts)), indent + palette.dim(" · ").join(drawn)))
    return lines


def _join(row: Sequence[_Line], room: int) -> str:
    return GAP.join(line + " " * (room - taken) for taken, line in row).rstrip()


def _draw_plain(
    records: Records,
    groups: Sequence[tuple[str, Sequence[Task]]],
    columns: int,
    now: datetime,
    rest: _Rest,
) -> list[str]:
    lines: list[str] = []
    for name, tasks in groups:
        lines += [*wrap(f"Status {name}: {count(len(tasks), records.noun)}", columns - 1, indent=GAP), ""]
        if tasks:
            shown = Records(records.noun, (), tuple(tasks[: rest.most_cards]))
            lines += draw_plain(shown, columns, now, without=("Status",))
        if more := rest.describe(len(tasks), f" in {name}"):
            lines += [*wrap(f"{more[:1].upper()}{more[1:]}.", columns - 1, indent=GAP), ""]
    return lines
