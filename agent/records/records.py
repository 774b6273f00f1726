"""Tasks, time entries and other records out of what tools answer, whatever the server calls its fields.

The list that a result is about is found by what its rows look like. Everything here is free of control
characters, so that it can be drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from agent.drawing.sanitize import strip_line
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.records.columns import humanise
from agent.records.days import read_due_day
from agent.records.fields import fields_of, people_of, plain, text_of
from agent.records.statuses import Status, read_workflow
from agent.records.time_entries import TimeEntry, is_time_entry, read_entries
from agent.tools.names import kind_of

_TITLES = ("tasktitle", "subtasktitle", "title", "taskname", "name", "summary", "subject", "content")
_STATUSES = ("status", "taskstatus", "state", "column")
_DONE = ("iscompleted", "completed", "done", "isdone", "closed")
DUE_FIELDS = ("duedate", "due", "dueon", "dueat", "deadline", "duedatetime", "enddate")
_PEOPLE = ("owners", "assignees", "assignee", "assignedto", "owner", "responsible")
_PROJECTS = ("projectname", "projecttitle", "project", "board", "listname", "list")
_IDS = ("taskid", "subtaskid", "id", "key", "number")
_LABELS = ("prioritylabel", "label", "name", "title")
_TASK_KINDS = frozenset({"task", "subtask", "issue", "ticket", "card", "todo", "story", "workitem"})
_MARKS_OF_A_TASK = (_STATUSES, _DONE, DUE_FIELDS, _PEOPLE, ("priority",))
_ENOUGH_MARKS = 2
_DEEPEST = 8
_ENVELOPES = ((), ("data",), ("result",))


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Args:
        title: What it is called.
        id: What names it at the server; may be empty.
        status: Where it stands; `None` if the server does not say.
        priority: How important it is, in the server's word.
        due: The day it is due.
        people: Who it is given to.
        project: What it belongs to.
    """

    title: str
    id: str = ""
    status: Status | None = None
    priority: str = ""
    due: date | None = None
    people: tuple[str, ...] = ()
    project: str = ""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.status is not None and self.status.is_done

    def is_late(self, today: date) -> bool:
        """Whether it was due before today and is not done."""
        return self.due is not None and self.due < today and not self.is_done


@dataclass(frozen=True, slots=True)
class Records:
    """The list that a result is about.

    Args:
        noun: What the server calls them, in the plural.
        rows: The objects as they came.
        tasks: The same as tasks, if they are that.
        entries: The same as time entries, if they are that.
        total: How many there are at the server, as far as it says.
        workflow: The statuses that the server lists, in its order.
    """

    noun: str
    rows: tuple[JsonObject, ...]
    tasks: tuple[Task, ...] = ()
    entries: tuple[TimeEntry, ...] = ()
    total: int | None = None
    workflow: tuple[Status, ...] = ()

    @property
    def left_out(self) -> int:
        """How many more the server has."""
        return max(0, (self.total or 0) - len(self.rows))


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list somewhere in a result; lists at the same place of several objects are one.

    Args:
        path: The keys that lead there.
        rows: Its objects.
        outer: For each of them what it lies in.
        holder: What holds the list, or the first of them.
        total: How many there are at the server, as far as it says.
    """

    path: tuple[str, ...]
    rows: list[JsonObject]
    outer: list[JsonObject]
    holder: JsonObject
    total: int | None


def read_records(value: JsonValue, zone: tzinfo = UTC) -> Records | None:
    """Find the list that a structured result is about; `None` where it holds none.

    Args:
        value: The structured result.
        zone: Of whoever looks at it; decides on which day work was done.
    """
    listed = _collect(value)
    for kind in (_as_entries, _as_tasks, _as_rows):
        # Of several lists the outermost says what the result is about, and then the longest.
        for each in sorted(listed, key=lambda each: (len(each.path), -len(each.rows))):
            if records := kind(each, value, zone):
                return records
    return None


def names_of(value: JsonValue) -> tuple[str, ...]:
    """What one or several people or things are called."""
    return tuple(strip_line(name) for name in people_of(value) if name.strip())


def label_of(value: JsonValue) -> str:
    """What a field holds in one word or two: text, a number, or the name inside an object."""
    if isinstance(value, str):
        return strip_line(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    if is_object(value):
        return strip_line(text_of(fields_of(value), _LABELS))
    return ""


def _as_entries(listed: _Listed, _value: JsonValue, zone: tzinfo) -> Records | None:
    if not all(is_time_entry(row, _noun(listed)) for row in listed.rows):
        return None
    entries = read_entries(listed.rows, listed.outer, zone)
    return Records("time entries", tuple(listed.rows), entries=entries, total=listed.total)


def _as_tasks(listed: _Listed, value: JsonValue, _zone: tzinfo) -> Records | None:
    noun = _noun(listed)
    if not all(_is_task(row, noun) for row in listed.rows):
        return None
    tasks: dict[object, tuple[Task, JsonObject]] = {}
    for place, row in enumerate(listed.rows):
        # What is late and blocked stands in two groups, but is one task.
        tasks.setdefault((task := read_task(row)).id or place, (task, row))
    rows = tuple(row for _, row in tasks.values())
    is_task_word = noun.removesuffix("s") in _TASK_KINDS
    return Records(
        noun if is_task_word else "tasks",
        rows,
        tuple(task for task, _ in tasks.values()),
        total=listed.total,
        workflow=read_workflow(value),
    )


def _as_rows(listed: _Listed, _value: JsonValue, _zone: tzinfo) -> Records | None:
    # A list inside of something that has a name of its own is a detail of that.
    if _is_thing(listed.holder):
        return None
    return Records(humanise(_noun(listed)).lower() or "items", tuple(listed.rows), total=listed.total)


def _collect(value: JsonValue) -> list[_Listed]:
    found: dict[tuple[str, ...], _Listed] = {}
    for path, row, outer, holder, total in _walk(value, (), {}, {}, None):
        listed = found.setdefault(path, _Listed(path, [], [], holder, total))
        listed.rows.append(row)
        listed.outer.append(outer)
    return list(found.values())


def _walk(
    value: JsonValue, path: tuple[str, ...], outer: JsonObject, holder: JsonObject, total: int | None
) -> Iterator[tuple[tuple[str, ...], JsonObject, JsonObject, JsonObject, int | None]]:
    if len(path) > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            if is_object(item):
                yield path, item, outer, holder, total
                yield from _walk(item, path, {**outer, **item}, holder, total)
    elif is_object(value):
        inner = _counted(value) if path in _ENVELOPES else total
        for key, held in value.items():
            if isinstance(held, list | dict):
                yield from _walk(held, (*path, key), outer, value, inner)


def _counted(value: JsonObject) -> int | None:
    held = (value.get(key) for key in ("total", "totalCount", "count"))
    return next((each for each in held if isinstance(each, int) and not isinstance(each, bool)), None)


def _noun(listed: _Listed) -> str:
    names = [part for part in listed.path if part not in ("data", "result", "results", "items")]
    return strip_line(names[-1]) if names else ""


def _singular(noun: str) -> str:
    return plain(noun).removesuffix("s")


def _own_kind(row: JsonObject) -> str | None:
    """What a row is by the first of its ids: a comment carries the id of its task too."""
    return next((kind for key in row if (kind := kind_of(key)) is not None), None)


def _is_thing(row: JsonObject) -> bool:
    """Say whether an object has an id and a name of its own."""
    fields = fields_of(row)
    kind = _own_kind(row) or ""
    names = (f"{kind}title", f"{kind}name", "title", "name")
    return bool(kind or "id" in fields) and bool(text_of(fields, names))


def _is_task(row: JsonObject, noun: str) -> bool:
    fields = fields_of(row)
    if not text_of(fields, _TITLES):
        return False
    kind = _own_kind(row)
    marks = sum(any(fields.get(key) is not None for key in keys) for keys in _MARKS_OF_A_TASK)
    if kind is not None and "id" not in fields:
        return kind in _TASK_KINDS and marks > 0
    if _singular(noun) in _TASK_KINDS:
        return True
    return kind is None and noun.lower() in ("", "values", "nodes", "records") and marks >= _ENOUGH_MARKS


def read_task(row: JsonObject) -> Task:
    """Read an object as a task; what it does not tell stays empty."""
    fields = fields_of(row)
    return Task(
        strip_line(text_of(fields, _TITLES)),
        next((label for key in _IDS if (label := label_of(fields.get(key)))), ""),
        _read_status(fields),
        label_of(fields.get("priority")),
        next((day for key in DUE_FIELDS if (day := read_due_day(fields.get(key)))), None),
        next((names for key in _PEOPLE if (names := names_of(fields.get(key)))), ()),
        next((label for key in _PROJECTS if (label := label_of(fields.get(key)))), ""),
    )


def _read_status(fields: JsonObject) -> Status | None:
    is_done = any(fields.get(key) is True for key in _DONE)
    for key in _STATUSES:
        if status := Status.read(fields.get(key)):
            return Status(status.name, status.category, status.is_done or is_done, status.position)
    if any(isinstance(fields.get(key), bool) for key in _DONE):
        return Status("Done" if is_done else "To do", is_done=is_done)
    return None


def count(number: int, noun: str) -> str:
    """A number with its noun, which is given in the plural."""
    if number != 1:
        return f"{number} {noun}"
    return f"1 {noun[:-3]}y" if noun.endswith("ies") else f"1 {noun.removesuffix('s')}"
