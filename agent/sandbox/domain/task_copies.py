"""Moving tasks between projects and copying them."""

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.notifications import tell_assigned
from agent.sandbox.domain.task_changes import completion_after
from agent.sandbox.domain.tasks import TaskAccess, current_status, find_task
from agent.sandbox.domain.users import people
from agent.sandbox.domain.values import TITLE_LENGTH
from agent.sandbox.errors import InvalidInput

# What goes with a task when `:copy_id` is made of `:task_id`.
_COPIED = (
    "INSERT INTO task_owners (task_id, user_id, position) "
    "SELECT :copy_id, user_id, position FROM task_owners WHERE task_id = :task_id",
    "INSERT INTO task_tags (task_id, tag_id, position) "
    "SELECT :copy_id, tag_id, position FROM task_tags WHERE task_id = :task_id",
    "INSERT INTO checklist_items (task_id, title, completed, position, created_by, created_time, "
    "update_time) SELECT :copy_id, title, completed, position, :caller_id, :now, :now "
    "FROM checklist_items WHERE task_id = :task_id ORDER BY position",
    "INSERT INTO custom_field_values (field_id, task_id, value) "
    "SELECT field_id, :copy_id, value FROM custom_field_values WHERE task_id = :task_id",
    "INSERT INTO custom_field_choices (field_id, task_id, option_id) "
    "SELECT field_id, :copy_id, option_id FROM custom_field_choices WHERE task_id = :task_id",
)

# The custom fields of which a task has values but its project does not have.
_FOREIGN_FIELDS = """
SELECT f.field_id, f.field_name FROM custom_fields f
JOIN tasks t ON t.task_id = :task_id
JOIN projects p ON p.project_id = t.project_id
WHERE (f.project_id <> p.project_id OR f.space_id <> p.space_id) AND f.field_id IN (
    SELECT field_id FROM custom_field_values WHERE task_id = :task_id
    UNION SELECT field_id FROM custom_field_choices WHERE task_id = :task_id
)
"""


def move_task(
    context: Context, task: TaskAccess, target_project_id: int, target_space_id: int | None
) -> Json:
    """Moves a task and its subtasks to another project.

    Each gets the status of the same name there, else one of the same category, which may finish or reopen
    it. Owners who do not belong to that project are taken off, mentions of such people are forgotten, and
    so are the values of custom fields that it does not have. Checklists, attachments and links to other
    tasks stay.

    Returns:
        The owners who were taken off, and the custom fields whose values went.

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
    strangers: set[int] = set()
    fields: dict[int, str] = {}
    for row in rows:
        moved = find_task(context, row["task_id"])
        before = current_status(context, moved)
        status = labels.matching_status(context, target_project_id, before)
        strangers |= _remove_strangers(context, moved.task_id, target_project_id)
        database.run(
            "UPDATE tasks SET project_id = ?, status_id = ?, completion = ?, modified_by = ?, "
            "update_time = ? WHERE task_id = ?",
            (
                target_project_id,
                status.status_id,
                completion_after(before, status, moved.row["completion"], None),
                context.caller.user_id,
                context.clock.milliseconds(),
                moved.task_id,
            ),
        )
        fields |= _remove_foreign_values(context, moved.task_id)
    return {
        "ownersRemoved": list(people(database, strangers).values()),
        "customFieldsRemoved": [
            {"fieldId": field_id, "fieldName": name} for field_id, name in sorted(fields.items())
        ],
    }


def duplicate_task(context: Context, task: TaskAccess, new_title: str | None, include_subtasks: bool) -> int:
    """Copies a task with its owners, tags, checklist and custom fields.

    Comments, time entries, attachments and links to other tasks are not copied.

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
    parameters: dict[str, object] = {
        "parent": parent_task_id,
        "name": name,
        "caller_id": context.caller.user_id,
        "now": context.clock.milliseconds(),
        "task_id": task_id,
    }
    copy_id = database.insert(
        "INSERT INTO tasks (organisation_id, project_id, parent_task_id, task_title, description, status_id, "
        "priority_id, start_date, due_date, completion, created_by, modified_by, created_time, update_time) "
        "SELECT organisation_id, project_id, :parent, :name, description, status_id, priority_id, "
        "start_date, due_date, completion, :caller_id, :caller_id, :now, :now FROM tasks "
        "WHERE task_id = :task_id",
        parameters,
    )
    parameters["copy_id"] = copy_id
    for statement in _COPIED:
        database.run(statement, parameters)
    owners = database.rows("SELECT user_id FROM task_owners WHERE task_id = ? ORDER BY position", (copy_id,))
    tell_assigned(context, copy_id, [row["user_id"] for row in owners])
    return copy_id


def _remove_strangers(context: Context, task_id: int, project_id: int) -> set[int]:
    """Takes off owners, and forgets mentions of people, who do not see the project; returns the owners."""
    database = context.database
    owners = _strangers(context, "SELECT user_id FROM task_owners WHERE task_id = ?", task_id, project_id)
    database.run_many(
        "DELETE FROM task_owners WHERE task_id = ? AND user_id = ?",
        [(task_id, user_id) for user_id in owners],
    )
    mentioned = _strangers(
        context,
        "SELECT DISTINCT m.user_id FROM comment_mentions m JOIN comments c USING (comment_id) "
        "WHERE c.task_id = ?",
        task_id,
        project_id,
    )
    database.run_many(
        "DELETE FROM comment_mentions WHERE user_id = ? "
        "AND comment_id IN (SELECT comment_id FROM comments WHERE task_id = ?)",
        [(user_id, task_id) for user_id in mentioned],
    )
    return owners


def _strangers(context: Context, query: str, task_id: int, project_id: int) -> set[int]:
    rows = context.database.rows(query, (task_id,))
    return {row["user_id"] for row in rows if not access.sees_project(context, row["user_id"], project_id)}


def _remove_foreign_values(context: Context, task_id: int) -> dict[int, str]:
    """Deletes values of custom fields that the task's project does not have; returns the names by field."""
    fields = context.database.rows(_FOREIGN_FIELDS, {"task_id": task_id})
    pairs = [(row["field_id"], task_id) for row in fields]
    context.database.run_many("DELETE FROM custom_field_values WHERE field_id = ? AND task_id = ?", pairs)
    context.database.run_many("DELETE FROM custom_field_choices WHERE field_id = ? AND task_id = ?", pairs)
    return {row["field_id"]: row["field_name"] for row in fields}
