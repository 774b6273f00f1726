"""Tasks and links out of what a server answers, whose field names are not promised anywhere.

Keys are compared without case and punctuation, so `taskId`, `task_id` and `TaskID` are one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.planning.analysis import Link, PlannedTask

_PUNCTUATION = re.compile(r"[^a-z0-9]")
_ID = ("taskid", "id")
_TITLE = ("tasktitle", "title", "taskname", "name")
_STATUS_NAME = ("statusname", "name", "label")
_STATUS_CATEGORY = ("statuscategory", "category")
_DONE = frozenset({"completed", "complete", "done", "closed", "cancelled", "canceled", "resolved"})
_WAITING = ("taskid", "waitingtaskid", "blockedtaskid", "successortaskid", "successorid")
_BLOCKER = (
    *("dependsontaskid", "dependsonid", "blockertaskid", "blockerid", "blockingtaskid", "blockedbytaskid"),
    *("predecessortaskid", "predecessorid"),
)
_BLOCKERS = frozenset({"blockedby", "blockers", "dependson", "predecessors", "waitingon"})
_WAITERS = frozenset({"blocks", "blocking", "dependents", "successors"})
_MILLISECONDS = 3_600_000
# How much of an hour one is.
_ESTIMATES: Mapping[str, float] = {
    **dict.fromkeys(("estimatedhours", "estimatehours"), 1.0),
    **dict.fromkeys(("estimatedminutes", "estimateminutes"), 60.0),
    **dict.fromkeys(("estimatedtime", "estimatedduration", "estimatems", "estimatedms"), _MILLISECONDS),
}


@dataclass(frozen=True, slots=True)
class Links:
    """What a task's dependencies say.

    Args:
        links: Which task waits for which.
        tasks: The tasks at their ends, as far as they are told there.
        unread: How many entries say nothing that can be understood.
    """

    links: tuple[Link, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    unread: int = 0


def rows(value: JsonValue) -> list[JsonObject]:
    """The objects of a list, which may lie in an envelope such as `{"data": {"tasks": []}}`."""
    if isinstance(value, list):
        return [item for item in value if is_object(item)]
    if not is_object(value):
        return []
    lists = [inner for inner in value.values() if isinstance(inner, list)]
    envelopes = [inner for inner in value.values() if is_object(inner)]
    for inner in (*lists, *envelopes):
        if found := rows(inner):
            return found
    return []


def read_task(row: JsonObject) -> PlannedTask | None:
    """Read one task; `None` where it has no number for an id."""
    fields = fields_of(row)
    name = _number(fields, _ID)
    if name is None:
        return None
    status, is_done = status_of(fields.get("status"))
    return PlannedTask(
        name,
        text_of(fields, _TITLE),
        status,
        is_done or fields.get("iscompleted") is True,
        _moment(fields.get("startdate")),
        _moment(fields.get("duedate")),
        _hours(fields),
        tuple(people_of(fields.get("owners", fields.get("assignees")))),
    )


def read_links(value: JsonValue, task_id: int) -> Links:
    """Read the dependencies of a task.

    Args:
        value: What the server answered.
        task_id: The task.
    """
    links: list[Link] = []
    tasks: list[PlannedTask] = []
    unread = 0
    for is_blocker, row in _sides(value):
        other = read_task(row)
        if other is not None:
            links.append(Link(task_id, other.id) if is_blocker else Link(other.id, task_id))
            tasks.append(other)
    if not links:
        for row in rows(value):
            ends = _ends(row)
            if ends is None:
                unread += 1
            else:
                links.append(Link(ends[0].id, ends[1].id))
                tasks += ends
    return Links(tuple(links), tuple(tasks), unread)


def _sides(value: JsonValue) -> Iterator[tuple[bool, JsonObject]]:
    """The tasks of an answer that lists blockers and waiting tasks apart."""
    if not is_object(value):
        return
    for key, inner in value.items():
        key = plain(key)
        if key in _BLOCKERS or key in _WAITERS:
            yield from ((key in _BLOCKERS, row) for row in rows(inner))


def _ends(row: JsonObject) -> tuple[PlannedTask, PlannedTask] | None:
    fields = fields_of(row)
    waiting, blocker = _end(fields, _WAITING), _end(fields, _BLOCKER)
    return (waiting, blocker) if waiting and blocker else None


def _end(fields: JsonObject, keys: tuple[str, ...]) -> PlannedTask | None:
    for key in keys:
        name = fields.get(key)
        if isinstance(name, int) and not isinstance(name, bool):
            stem = key.removesuffix("id")
            status, is_done = status_of(fields.get(f"{stem}status"))
            return PlannedTask(name, text_of(fields, (f"{stem}title", f"{stem}name")), status, is_done)
    return None


def fields_of(row: JsonObject) -> JsonObject:
    """An object by its keys without case and punctuation."""
    return {plain(key): value for key, value in row.items()}


def plain(text: str) -> str:
    """A key or a name without case and punctuation."""
    return _PUNCTUATION.sub("", text.lower())


def _number(fields: JsonObject, keys: tuple[str, ...]) -> int | None:
    found = (fields.get(key) for key in keys)
    return next((each for each in found if isinstance(each, int) and not isinstance(each, bool)), None)


def text_of(fields: JsonObject, keys: Sequence[str]) -> str:
    """The first of some fields that is text; empty where none is."""
    return next((text for key in keys if isinstance(text := fields.get(key), str)), "")


def status_of(value: JsonValue) -> tuple[str, bool]:
    """What a status is called, and whether it means that the work is done."""
    if isinstance(value, str):
        return value, plain(value) in _DONE
    if not is_object(value):
        return "", False
    fields = fields_of(value)
    name, category = text_of(fields, _STATUS_NAME), text_of(fields, _STATUS_CATEGORY)
    return name or category, plain(category or name) in _DONE


def _moment(value: JsonValue) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    # Dates without a zone would not compare with those that have one.
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _hours(fields: JsonObject) -> float | None:
    for key, share in _ESTIMATES.items():
        value = fields.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value / share
    return None


def people_of(value: JsonValue) -> Iterator[str]:
    """The names of one or several people."""
    for person in value if isinstance(value, list) else [value]:
        if isinstance(person, str):
            yield person
        elif is_object(person):
            fields = fields_of(person)
            parts = (text_of(fields, ("firstname",)), text_of(fields, ("lastname",)))
            if name := " ".join(filter(None, parts)) or text_of(fields, ("name", "fullname", "email")):
                yield name
