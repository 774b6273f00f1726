"""Links between tasks: one waits for another, its blocker, to be completed.

A task never waits for itself, for its parent or a subtask of its own, nor in a circle. Both tasks of a link
belong to one organisation, but not necessarily to one project. A caller who does not see both does not see
the link.
"""

import json
import sqlite3
from collections.abc import Iterable

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_views import TASK_ROWS
from agent.sandbox.domain.tasks import TaskAccess
from agent.sandbox.domain.users import people
from agent.sandbox.domain.values import show_time
from agent.sandbox.errors import Conflict, InvalidInput, NotFound

WAITING_ON = "WAITING_ON"
"""The type of a link that was made without one: the task waits on its blocker."""

LINKS_LIMIT = 100
"""For how many tasks one can wait, and how many can wait for it."""

_CHAIN_SHOWN = 4
_TITLE_SHOWN = 30

# Every link that can be reached from a task by going from waiting tasks to their blockers.
_REACHABLE = """
WITH RECURSIVE reachable (task_id) AS (
    SELECT ?
    UNION
    SELECT d.depends_on_task_id FROM reachable r JOIN dependencies d ON d.task_id = r.task_id
)
SELECT d.task_id, d.depends_on_task_id FROM reachable r JOIN dependencies d ON d.task_id = r.task_id
ORDER BY d.dependency_id
"""


def add_dependency(context: Context, task: TaskAccess, blocker: TaskAccess, kind: str | None) -> Json:
    """Makes a task wait for another and returns the link.

    A link that is there already is returned as it is, but for its type if another one is given.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: The two are one task, or one is the parent of the other.
        Conflict: The blocker waits for the task already, be it through others, or one has too many links.
    """
    access.require_writer(context)
    _check_not_family(task, blocker)
    pair = (task.task_id, blocker.task_id)
    database = context.database
    dependency_id: int | None = database.value(
        "SELECT dependency_id FROM dependencies WHERE task_id = ? AND depends_on_task_id = ?", pair
    )
    if dependency_id is None:
        _check_no_circle(context, task, blocker)
        _check_room(context, task, blocker)
        dependency_id = database.insert(
            "INSERT INTO dependencies (task_id, depends_on_task_id, dependency_type, created_by, "
            "created_time) VALUES (?, ?, ?, ?, ?)",
            (*pair, kind or WAITING_ON, context.caller.user_id, context.clock.milliseconds()),
        )
    elif kind is not None:
        database.run(
            "UPDATE dependencies SET dependency_type = ? WHERE dependency_id = ?", (kind, dependency_id)
        )
    rows = database.rows("SELECT * FROM dependencies WHERE dependency_id = ?", (dependency_id,))
    return _show_all(context, rows)[0]


def list_dependencies(context: Context, task: TaskAccess) -> Json:
    """Returns the links of a task, first those to its blockers, then those to the tasks that wait for it."""
    rows = context.database.rows(
        "SELECT * FROM dependencies WHERE task_id = :task_id OR depends_on_task_id = :task_id "
        "ORDER BY task_id <> :task_id, dependency_id",
        {"task_id": task.task_id},
    )
    links: list[Json] = []
    for link in _show_all(context, rows):
        waits = link["taskId"] == task.task_id
        links.append({"relation": "BLOCKED_BY" if waits else "BLOCKS"} | link)
    blocked = any(link["blocking"] for link in links if link["relation"] == "BLOCKED_BY")
    return {"dependencies": links, "total": len(links), "taskId": task.task_id, "blocked": blocked}


def remove_dependency(
    context: Context, dependency_id: int, task_id: int | None, depends_on_task_id: int | None
) -> Json:
    """Removes the link of that id and returns what went.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: The caller sees no such link, or it is between other tasks than those named.
    """
    access.require_writer(context)
    rows = context.database.rows("SELECT * FROM dependencies WHERE dependency_id = ?", (dependency_id,))
    shown = _show_all(context, rows)
    if not shown:
        raise NotFound("dependencyId", f"there is no dependency {dependency_id} that you can see.")
    link = shown[0]
    for field, named in (("taskId", task_id), ("dependsOnTaskId", depends_on_task_id)):
        if named is not None and named != link[field]:
            problem = (
                f"dependency {dependency_id} makes task {link['taskId']} wait for task "
                f"{link['dependsOnTaskId']}, and not task {named}."
            )
            raise NotFound(field, problem)
    context.database.run("DELETE FROM dependencies WHERE dependency_id = ?", (dependency_id,))
    names = ("dependencyId", "taskId", "taskTitle", "dependsOnTaskId", "dependsOnTaskTitle")
    return {"removed": True} | {name: link[name] for name in names}


def remove_link_between(context: Context, task: TaskAccess, blocker: TaskAccess) -> Json:
    """Removes the link by which a task waits for another; there being none is no error.

    Returns:
        What went, or the two tasks with `removed` false.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: It is the other task that waits for this one.
    """
    access.require_writer(context)
    find = "SELECT dependency_id FROM dependencies WHERE task_id = ? AND depends_on_task_id = ?"
    dependency_id = context.database.value(find, (task.task_id, blocker.task_id))
    if dependency_id is not None:
        return remove_dependency(context, dependency_id, None, None)
    if context.database.value(find, (blocker.task_id, task.task_id)) is not None:
        raise NotFound(
            "dependsOnTaskId",
            f"task {task.task_id} does not wait for task {blocker.task_id}; it is the other way round.",
        )
    return {
        "removed": False,
        "dependencyId": None,
        "taskId": task.task_id,
        "taskTitle": task.row["task_title"],
        "dependsOnTaskId": blocker.task_id,
        "dependsOnTaskTitle": blocker.row["task_title"],
    }


def _check_not_family(task: TaskAccess, blocker: TaskAccess) -> None:
    if task.task_id == blocker.task_id:
        raise InvalidInput("dependsOnTaskId", "a task cannot wait for itself.")
    if task.row["parent_task_id"] == blocker.task_id:
        raise InvalidInput("dependsOnTaskId", "a subtask cannot wait for its parent.")
    if blocker.row["parent_task_id"] == task.task_id:
        raise InvalidInput("dependsOnTaskId", "a task cannot wait for its own subtask.")


def _check_room(context: Context, task: TaskAccess, blocker: TaskAccess) -> None:
    waits: int = context.database.value(
        "SELECT COUNT(*) FROM dependencies WHERE task_id = ?", (task.task_id,)
    )
    if waits >= LINKS_LIMIT:
        problem = f"taskId: task {task.task_id} waits for {waits} tasks, and more are not allowed."
        raise Conflict(problem, "taskId")
    awaited: int = context.database.value(
        "SELECT COUNT(*) FROM dependencies WHERE depends_on_task_id = ?", (blocker.task_id,)
    )
    if awaited >= LINKS_LIMIT:
        problem = f"dependsOnTaskId: {awaited} tasks wait for task {blocker.task_id}, and more cannot."
        raise Conflict(problem, "dependsOnTaskId")


def _check_no_circle(context: Context, task: TaskAccess, blocker: TaskAccess) -> None:
    """Refuses a link whose blocker waits for the task, and spells how."""
    chain = _chain(context, blocker.task_id, task.task_id)
    if chain:
        steps = _spelled(context, chain)
        raise Conflict(
            f"dependsOnTaskId: task {task.task_id} cannot wait for task {blocker.task_id}, which already "
            f"waits for it: {steps}.",
            "dependsOnTaskId",
        )


def _chain(context: Context, start: int, end: int) -> list[int]:
    """Returns a shortest chain of tasks, each waiting for the next, from one to another; [] for none."""
    blockers: dict[int, list[int]] = {}
    for row in context.database.rows(_REACHABLE, (start,)):
        blockers.setdefault(row["task_id"], []).append(row["depends_on_task_id"])
    before: dict[int, int] = {start: start}
    queue = [start]
    for each in queue:
        for blocker in blockers.get(each, []):
            if blocker not in before:
                before[blocker] = each
                queue.append(blocker)
    if end not in before:
        return []
    chain = [end]
    while chain[-1] != start:
        chain.append(before[chain[-1]])
    return chain[::-1]


def _spelled(context: Context, chain: list[int]) -> str:
    left_out = max(0, len(chain) - _CHAIN_SHOWN)
    shown = [*chain[: _CHAIN_SHOWN - 1], chain[-1]] if left_out else chain
    rows = _visible(context, shown)
    names = [_named(task_id, rows.get(task_id)) for task_id in shown]
    if left_out:
        names.insert(-1, f"{left_out} more")
    return " waits for ".join(names)


def _named(task_id: int, row: sqlite3.Row | None) -> str:
    if row is None:
        return "a task that you cannot see"
    title = row["task_title"]
    shown = title if len(title) <= _TITLE_SHOWN else title[: _TITLE_SHOWN - 1] + "…"
    return f'{task_id} "{shown}"'


def _visible(context: Context, task_ids: Iterable[int]) -> dict[int, sqlite3.Row]:
    rows = context.database.rows(
        TASK_ROWS + "JOIN json_each(:task_ids) j ON j.value = t.task_id",
        {"caller_id": context.caller.user_id, "task_ids": json.dumps(sorted(set(task_ids)))},
    )
    return {row["task_id"]: row for row in rows}


def _show_all(context: Context, links: list[sqlite3.Row]) -> list[Json]:
    """Returns the links of which the caller sees both tasks."""
    ends = (end for link in links for end in (link["task_id"], link["depends_on_task_id"]))
    tasks = _visible(context, ends)
    creators = people(context.database, [link["created_by"] for link in links])
    return [
        _show(link, tasks[link["task_id"]], tasks[link["depends_on_task_id"]], creators[link["created_by"]])
        for link in links
        if link["task_id"] in tasks and link["depends_on_task_id"] in tasks
    ]


def _show(link: sqlite3.Row, task: sqlite3.Row, blocker: sqlite3.Row, creator: Json) -> Json:
    return {
        "dependencyId": link["dependency_id"],
        "dependencyType": link["dependency_type"],
        "taskId": task["task_id"],
        "taskTitle": task["task_title"],
        "taskStatus": labels.show_status(task),
        "projectName": task["project_name"],
        "dependsOnTaskId": blocker["task_id"],
        "dependsOnTaskTitle": blocker["task_title"],
        "dependsOnTaskStatus": labels.show_status(blocker),
        "dependsOnProjectName": blocker["project_name"],
        "blocking": blocker["category"] != labels.COMPLETED,
        "createdBy": creator,
        "createdTime": show_time(link["created_time"]),
    }
