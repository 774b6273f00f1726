"""Moving tasks between projects and copying them."""

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.tasks import TaskAccess, current_status, find_task
from agent.sandbox.domain.users import people
from agent.sandbox.domain.values import TITLE_LENGTH
from agent.sandbox.errors import InvalidInput


def move_task(
    context: Context, task: TaskAccess, target_project_id: int, target_space_id: int | None
) -> list[Json]:
    """Moves a task and its subtasks to another project.

    Each gets the status of the same name there, else one of the same category. Owners who do not belong
    to that project are taken off.

    Returns:
        The owners who were taken off.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
        AccessDenied: The caller is a Guest.
        InvalidInput: The task is a subtask.
    """
    access.require_writer(context)
    if task.row["parent_task_id"] is not None:
        raise InvalidInput("taskId", "a subtask moves with its parent; move the parent instead.")
    access.project(context, target_project_id, field="targetProjectId")
    if target_space_id is not None:
        access.project(context, target_project_id, target_space_id, field="targetProjectId")
    database = context.database
    rows = database.rows(
        "SELECT task_id FROM tasks WHERE task_id = ? OR parent_task_id = ?", (task.task_id, task.task_id)
    )
    removed: set[int] = set()
    for row in rows:
        moved = find_task(context, row["task_id"])
        status = labels.matching_status(context, target_project_id, current_status(context, moved))
        removed |= _remove_strangers(context, moved.task_id, target_project_id)
        database.run(
            "UPDATE tasks SET project_id = ?, status_id = ?, modified_by = ?, update_time = ? "
            "WHERE task_id = ?",
            (
                target_project_id,
                status.status_id,
                context.caller.user_id,
                context.clock.milliseconds(),
                moved.task_id,
            ),
        )
    return list(people(database, removed).values())


def duplicate_task(context: Context, task: TaskAccess, new_title: str | None, include_subtasks: bool) -> int:
    """Copies a task with its owners and tags, but without comments and time entries.

    Returns:
        The id of the copy, which the caller created.

    Raises:
        AccessDenied: The caller is a Guest.
    """
    access.require_writer(context)
    suffix = " (copy)"
    name = new_title or task.row["task_title"][: TITLE_LENGTH - len(suffix)] + suffix
    copy_id = _copy(context, task.task_id, task.row["parent_task_id"], name)
    if include_subtasks:
        subtasks = context.database.rows(
            "SELECT task_id, task_title FROM tasks WHERE parent_task_id = ? ORDER BY task_id", (task.task_id,)
        )
        for row in subtasks:
            _copy(context, row["task_id"], copy_id, row["task_title"])
    return copy_id


def _copy(context: Context, task_id: int, parent_task_id: int | None, name: str) -> int:
    database = context.database
    copy_id = database.insert(
        "INSERT INTO tasks (organisation_id, project_id, parent_task_id, task_title, description, status_id, "
        "priority_id, start_date, due_date, completion, created_by, modified_by, created_time, update_time) "
        "SELECT organisation_id, project_id, :parent, :name, description, status_id, priority_id, "
        "start_date, due_date, completion, :caller_id, :caller_id, :now, :now FROM tasks "
        "WHERE task_id = :task_id",
        {
            "parent": parent_task_id,
            "name": name,
            "caller_id": context.caller.user_id,
            "now": context.clock.milliseconds(),
            "task_id": task_id,
        },
    )
    database.run(
        "INSERT INTO task_owners (task_id, user_id, position) "
        "SELECT ?, user_id, position FROM task_owners WHERE task_id = ?",
        (copy_id, task_id),
    )
    database.run(
        "INSERT INTO task_tags (task_id, tag_id, position) "
        "SELECT ?, tag_id, position FROM task_tags WHERE task_id = ?",
        (copy_id, task_id),
    )
    return copy_id


def _remove_strangers(context: Context, task_id: int, project_id: int) -> set[int]:
    rows = context.database.rows("SELECT user_id FROM task_owners WHERE task_id = ?", (task_id,))
    strangers = {
        row["user_id"] for row in rows if not access.sees_project(context, row["user_id"], project_id)
    }
    context.database.run_many(
        "DELETE FROM task_owners WHERE task_id = ? AND user_id = ?",
        [(task_id, user_id) for user_id in strangers],
    )
    return strangers
