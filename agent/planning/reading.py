"""Tasks and links out of what a server answers, whatever it calls their fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.planning.analysis import Link, PlannedTask
from agent.records.fields import fields_of, people_of, plain, rows, status_of, text_of

_ID = ("taskid", "id")
_TITLE = ("tasktitle", "title", "taskname", "name")
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


def _number(fields: JsonObject, keys: tuple[str, ...]) -> int | None:
    found = (fields.get(key) for key in keys)
    return next((each for each in found if isinstance(each, int) and not isinstance(each, bool)), None)


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
