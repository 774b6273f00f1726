"""The statuses of a project's tasks: made, changed and deleted by whoever administers the project.

They come in the order of their categories, and each project keeps at least one that is OPEN, which new
tasks get, and one that is COMPLETED. The organisation's own statuses, those of personal tasks, stay as
they are.
"""

import sqlite3

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_changes import completion_after
from agent.sandbox.domain.values import colour, match_name, title
from agent.sandbox.errors import Conflict, InvalidInput, NotFound

_NAME_LENGTH = 50
_STATUSES_LIMIT = 30
_COLOURS = {category: color for _, category, color in labels.DEFAULT_STATUSES}
_KEPT = (labels.OPEN, labels.COMPLETED)

_STATUSES = """
SELECT s.status_id, s.status_name, s.category, s.color AS status_color, s.project_id, p.space_id
FROM statuses s LEFT JOIN projects p ON p.project_id = s.project_id
"""
_SEEN = """
WHERE s.status_id = :status_id AND s.organisation_id = :organisation_id AND (
    s.project_id IS NULL
    OR s.project_id IN (SELECT project_id FROM project_access WHERE user_id = :caller_id)
)
"""


def list_statuses(context: Context, project_id: int | None, space_id: int | None) -> list[Json]:
    """Returns the statuses of a project in their order, or those of personal tasks for None.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
    """
    if project_id is not None:
        access.project(context, project_id, space_id)
    rows = context.database.rows(
        _STATUSES + "WHERE s.organisation_id = ? AND s.project_id IS ? ORDER BY s.position",
        (context.caller.organisation_id, project_id),
    )
    return [_show(row) for row in rows]


def group_statuses(context: Context, project_id: int, space_id: int | None) -> list[Json]:
    """Returns the three categories, each with its statuses in a project; IN_PROGRESS may have none.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
    """
    statuses = list_statuses(context, project_id, space_id)
    return [
        {
            "statusCategory": category,
            "statuses": [each for each in statuses if each["statusCategory"] == category],
        }
        for category in labels.CATEGORIES
    ]


def create_status(
    context: Context,
    project_id: int,
    space_id: int | None,
    name: str,
    color: str | None,
    category: str | None,
) -> Json:
    """Adds a status at the end of its category and returns it.

    Without a category it is IN_PROGRESS, a step between the first and the last; without a colour it gets
    the one of its category.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
        AccessDenied: The caller does not administer it.
        InvalidInput: A value cannot be used.
        Conflict: The project has a status of that name, or as many as it can have.
    """
    project = access.project(context, project_id, space_id)
    access.require_project_admin(context, project, "adding a task status")
    chosen = labels.IN_PROGRESS if category is None else _category(category)
    count: int = context.database.value("SELECT COUNT(*) FROM statuses WHERE project_id = ?", (project_id,))
    status_name = _free_name(context, project_id, name, None)
    if count >= _STATUSES_LIMIT:
        raise Conflict(f"this project has {_STATUSES_LIMIT} statuses already, the most that it can have.")
    status_id = context.database.insert(
        "INSERT INTO statuses (organisation_id, project_id, status_name, category, color, position) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            context.caller.organisation_id,
            project_id,
            status_name,
            chosen,
            _COLOURS[chosen] if color is None else colour("color", color),
            count,
        ),
    )
    _put_in_order(context, project_id)
    return _show(find_status(context, status_id))


def update_status(
    context: Context, row: sqlite3.Row, name: str | None, color: str | None, category: str | None
) -> Json:
    """Changes the given fields of a status, and returns it with how many tasks changed their category.

    In another category it comes last, and the tasks that have it are finished or reopened with it.

    Args:
        context: Whose operation it is.
        row: The status, as `find_status` returns it.
        name: Its new name; None keeps the old one, as with the others.
        color: Its new colour.
        category: Its new category.

    Raises:
        AccessDenied: The caller does not administer the project.
        InvalidInput: A value cannot be used, or none is given.
        Conflict: Another status has that name, the project would be left without an OPEN or a COMPLETED
            status, or it is a status of personal tasks.
    """
    _require_admin(context, row, "changing a task status")
    if name is None and color is None and category is None:
        raise InvalidInput(
            "statusName", "give at least one of statusName, color and statusCategory to change."
        )
    status_id, project_id = row["status_id"], row["project_id"]
    before = labels.Status(status_id, row["status_name"], row["category"])
    after = labels.Status(
        status_id,
        before.name if name is None else _free_name(context, project_id, name, status_id),
        before.category if category is None else _category(category),
    )
    context.database.run(
        "UPDATE statuses SET status_name = ?, color = ? WHERE status_id = ?",
        (after.name, row["status_color"] if color is None else colour("color", color), status_id),
    )
    affected = 0
    if after.category != before.category:
        _check_not_the_last(context, row, "statusCategory")
        context.database.run(
            "UPDATE statuses SET category = ?, position = ? WHERE status_id = ?",
            (after.category, _STATUSES_LIMIT, status_id),
        )
        _put_in_order(context, project_id)
        affected = _carry_tasks(context, before, after)
    return _show(find_status(context, status_id)) | {"affectedTasks": affected}


def delete_status(context: Context, row: sqlite3.Row, replacement_id: int | None) -> Json:
    """Deletes a status, moves its tasks to another one, and returns what went and how many tasks moved.

    Raises:
        AccessDenied: The caller does not administer the project.
        InvalidInput: The replacement is the status itself.
        NotFound: The replacement is no status of the project.
        Conflict: Tasks have the status and no replacement is given, it is the last OPEN or COMPLETED one,
            or it is a status of personal tasks.
    """
    _require_admin(context, row, "deleting a task status")
    database = context.database
    status = labels.Status(row["status_id"], row["status_name"], row["category"])
    replacement = None if replacement_id is None else _replacement(context, row, replacement_id)
    _check_not_the_last(context, row, "taskStatusId")
    tasks: int = database.value("SELECT COUNT(*) FROM tasks WHERE status_id = ?", (status.status_id,))
    if replacement is not None:
        _carry_tasks(context, status, replacement)
    elif tasks:
        used = "1 task has" if tasks == 1 else f"{tasks} tasks have"
        raise Conflict(
            f'replacementStatusId: {used} the status "{status.name}"; name the status that they move to.',
            "replacementStatusId",
        )
    database.run("DELETE FROM statuses WHERE status_id = ?", (status.status_id,))
    _put_in_order(context, row["project_id"])
    return {
        "deleted": True,
        "taskStatusId": status.status_id,
        "statusName": status.name,
        "projectId": row["project_id"],
        "movedTasks": tasks,
        "replacementStatus": None
        if replacement is None
        else _show(find_status(context, replacement.status_id)),
    }


def find_status(
    context: Context, status_id: int, project_id: int | None = None, space_id: int | None = None
) -> sqlite3.Row:
    """Returns a status that the caller sees, checked against the project and space it is said to be in.

    Raises:
        NotFound: The caller sees no such status, or it is elsewhere.
    """
    row = context.database.row(
        _STATUSES + _SEEN,
        {
            "status_id": status_id,
            "organisation_id": context.caller.organisation_id,
            "caller_id": context.caller.user_id,
        },
    )
    if row is None:
        raise NotFound("taskStatusId", f"there is no task status {status_id} that you can see.")
    if project_id is not None and row["project_id"] != project_id:
        raise NotFound("projectId", f"status {status_id} is not in project {project_id}.")
    if space_id is not None and row["space_id"] != space_id:
        raise NotFound("spaceId", f"status {status_id} is not in space {space_id}.")
    return row


def _require_admin(context: Context, row: sqlite3.Row, action: str) -> None:
    access.require_writer(context)
    if row["project_id"] is None:
        raise Conflict(
            f'taskStatusId: "{row["status_name"]}" is a status of personal tasks; '
            "only those of projects can be changed.",
            "taskStatusId",
        )
    access.require_project_admin(context, access.project(context, row["project_id"]), action)


def _category(text: str) -> str:
    for category in labels.CATEGORIES:
        if match_name(category) == match_name(text):
            return category
    problem = f'"{text[:40]}" is not one of {", ".join(labels.CATEGORIES)}.'
    raise InvalidInput("statusCategory", problem)


def _free_name(context: Context, project_id: int, name: str, own_id: int | None) -> str:
    chosen = title("statusName", name, _NAME_LENGTH)
    if not match_name(chosen):
        raise InvalidInput("statusName", "it needs at least one letter or digit.")
    for status in labels.project_statuses(context, project_id):
        if status.status_id != own_id and match_name(status.name) == match_name(chosen):
            raise Conflict(f'statusName: this project already has a status "{status.name}".', "statusName")
    return chosen


def _replacement(context: Context, row: sqlite3.Row, replacement_id: int) -> labels.Status:
    if replacement_id == row["status_id"]:
        raise InvalidInput("replacementStatusId", "it must be another status than the one that goes.")
    for status in labels.project_statuses(context, row["project_id"]):
        if status.status_id == replacement_id:
            return status
    raise NotFound(
        "replacementStatusId", f"there is no status {replacement_id} in project {row['project_id']}."
    )


def _check_not_the_last(context: Context, row: sqlite3.Row, field: str) -> None:
    statuses = labels.project_statuses(context, row["project_id"])
    count = sum(status.category == row["category"] for status in statuses)
    if row["category"] in _KEPT and count == 1:
        raise Conflict(
            f'{field}: "{row["status_name"]}" is the only {row["category"]} status of this project, '
            "which has to keep one.",
            field,
        )


def _carry_tasks(context: Context, before: labels.Status, after: labels.Status) -> int:
    rows = context.database.rows(
        "SELECT task_id, completion FROM tasks WHERE status_id = ?", (before.status_id,)
    )
    now = context.clock.milliseconds()
    context.database.run_many(
        "UPDATE tasks SET status_id = ?, completion = ?, modified_by = ?, update_time = ? WHERE task_id = ?",
        [
            (
                after.status_id,
                completion_after(before, after, row["completion"], None),
                context.caller.user_id,
                now,
                row["task_id"],
            )
            for row in rows
        ],
    )
    return len(rows)


def _put_in_order(context: Context, project_id: int) -> None:
    statuses = labels.project_statuses(context, project_id)
    ordered = sorted(statuses, key=lambda status: labels.CATEGORIES.index(status.category))
    context.database.run_many(
        "UPDATE statuses SET position = ? WHERE status_id = ?",
        [(position, status.status_id) for position, status in enumerate(ordered)],
    )


def _show(row: sqlite3.Row) -> Json:
    return labels.show_status(row) | {"projectId": row["project_id"], "spaceId": row["space_id"]}
