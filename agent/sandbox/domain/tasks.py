"""Making, changing and deleting tasks and subtasks."""

import sqlite3
from dataclasses import dataclass

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.notifications import tell_assigned, tell_status_changed
from agent.sandbox.domain.task_changes import TaskChanges, completion_after, write_owners, write_tags
from agent.sandbox.domain.values import check_order
from agent.sandbox.errors import AccessDenied, InvalidInput, NotFound

_INSERT = """
INSERT INTO tasks (organisation_id, project_id, parent_task_id, task_title, description, status_id,
    priority_id, start_date, due_date, completion, created_by, modified_by, created_time, update_time)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class TaskAccess:
    """A task that the caller sees, with whether they administer where it is."""

    row: sqlite3.Row
    is_admin: bool

    @property
    def task_id(self) -> int:
        """The id of the task."""
        task_id: int = self.row["task_id"]
        return task_id

    @property
    def project_id(self) -> int | None:
        """The id of its project; None for a personal task."""
        project_id: int | None = self.row["project_id"]
        return project_id


def find_task(
    context: Context,
    task_id: int,
    project_id: int | None = None,
    space_id: int | None = None,
    field: str = "taskId",
) -> TaskAccess:
    """Returns a task that the caller sees, checked against the project and space it is said to be in.

    Raises:
        NotFound: The caller sees no such task, or it is elsewhere.
    """
    row = context.database.row(
        "SELECT t.*, p.space_id, a.is_admin FROM tasks t "
        "JOIN task_access a ON a.task_id = t.task_id AND a.user_id = :caller_id "
        "LEFT JOIN projects p ON p.project_id = t.project_id WHERE t.task_id = :task_id",
        {"caller_id": context.caller.user_id, "task_id": task_id},
    )
    if row is None:
        raise NotFound(field, f"there is no task {task_id} that you can see.")
    if project_id is not None and row["project_id"] != project_id:
        raise NotFound("projectId", f"task {task_id} is not in project {project_id}.")
    if space_id is not None and row["space_id"] != space_id:
        raise NotFound("spaceId", f"task {task_id} is not in space {space_id}.")
    return TaskAccess(row, bool(row["is_admin"]))


def create_task(
    context: Context, project_id: int | None, changes: TaskChanges, parent_task_id: int | None = None
) -> int:
    """Makes a task in a project, or a personal one for None, and returns its id.

    The caller is known to see the project and the parent. A personal task without owners is the caller's.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: A field cannot be used.
        NotFound: An owner is nobody in the organisation.
    """
    access.require_writer(context)
    assert changes.title is not None
    check_order(changes.start_date, changes.due_date)
    if changes.status is None:
        status = labels.default_status(context, project_id)
    else:
        status = labels.find_status(context, project_id, changes.status)
    now = context.clock.milliseconds()
    caller = context.caller
    task_id = context.database.insert(
        _INSERT,
        (
            caller.organisation_id,
            project_id,
            parent_task_id,
            changes.title,
            changes.description or "",
            status.status_id,
            labels.find_priority(context, changes.priority),
            changes.start_date,
            changes.due_date,
            completion_after(None, status, 0, changes.completion),
            caller.user_id,
            caller.user_id,
            now,
            now,
        ),
    )
    owners = changes.owners
    if owners is None and project_id is None:
        owners = (caller.user_id,)
    tell_assigned(context, task_id, write_owners(context, task_id, project_id, owners or ()))
    write_tags(context, task_id, changes.tags or ())
    return task_id


def update_task(context: Context, task: TaskAccess, changes: TaskChanges) -> None:
    """Changes the given fields of a task and keeps the others.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: A field cannot be used, or none is given.
        NotFound: An owner is nobody in the organisation.
    """
    access.require_writer(context)
    if changes == TaskChanges():
        raise InvalidInput("taskTitle", "give at least one field to change.")
    row = task.row
    start = row["start_date"] if changes.start_date is None else changes.start_date
    due = row["due_date"] if changes.due_date is None else changes.due_date
    check_order(start, due)
    before = current_status(context, task)
    after = before if changes.status is None else labels.find_status(context, task.project_id, changes.status)
    priority_id = (
        row["priority_id"] if changes.priority is None else labels.find_priority(context, changes.priority)
    )
    context.database.run(
        "UPDATE tasks SET task_title = ?, description = ?, status_id = ?, priority_id = ?, start_date = ?, "
        "due_date = ?, completion = ?, modified_by = ?, update_time = ? WHERE task_id = ?",
        (
            row["task_title"] if changes.title is None else changes.title,
            row["description"] if changes.description is None else changes.description,
            after.status_id,
            priority_id,
            start,
            due,
            completion_after(before, after, row["completion"], changes.completion),
            context.caller.user_id,
            context.clock.milliseconds(),
            task.task_id,
        ),
    )
    assigned: list[int] = []
    if changes.owners is not None:
        assigned = write_owners(context, task.task_id, task.project_id, changes.owners)
        tell_assigned(context, task.task_id, assigned)
    if after != before:
        tell_status_changed(context, task.task_id, before.name, after.name, assigned)
    if changes.tags is not None:
        write_tags(context, task.task_id, changes.tags)


def delete_task(context: Context, task: TaskAccess) -> Json:
    """Deletes a task with its subtasks, comments and time entries, and returns what went.

    Raises:
        AccessDenied: The caller is neither its owner nor its creator, and does not administer the project.
    """
    access.require_writer(context)
    database = context.database
    owned = database.value(
        "SELECT 1 FROM task_owners WHERE task_id = ? AND user_id = ?", (task.task_id, context.caller.user_id)
    )
    created = task.row["created_by"] == context.caller.user_id
    if not (owned or created or task.is_admin):
        raise AccessDenied(
            f'deleting the task "{task.row["task_title"]}" needs its owner, its creator '
            "or the Project Admin role."
        )
    subtasks = database.value("SELECT COUNT(*) FROM tasks WHERE parent_task_id = ?", (task.task_id,))
    database.run("DELETE FROM tasks WHERE task_id = ?", (task.task_id,))
    return {
        "deleted": True,
        "taskId": task.task_id,
        "taskTitle": task.row["task_title"],
        "deletedSubtasks": subtasks,
    }


def find_subtask(
    context: Context,
    subtask_id: int,
    parent_task_id: int | None,
    project_id: int | None,
    space_id: int | None,
) -> TaskAccess:
    """Returns a subtask that the caller sees, checked against the parent, project and space named.

    Raises:
        NotFound: The caller sees no such task, it is elsewhere, or it is no subtask.
    """
    task = find_task(context, subtask_id, project_id, space_id, "subtaskId")
    parent = task.row["parent_task_id"]
    if parent is None:
        raise NotFound("subtaskId", f"task {subtask_id} is not a subtask.")
    if parent_task_id is not None and parent != parent_task_id:
        raise NotFound("parentTaskId", f"subtask {subtask_id} does not belong to task {parent_task_id}.")
    return task


def create_subtask(context: Context, parent: TaskAccess, changes: TaskChanges) -> int:
    """Makes a subtask in the project of its parent and returns its id.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: The parent is a subtask itself, or a field cannot be used.
        NotFound: An owner is nobody in the organisation.
    """
    if parent.row["parent_task_id"] is not None:
        raise InvalidInput("parentTaskId", "a subtask cannot have subtasks of its own.")
    return create_task(context, parent.project_id, changes, parent.task_id)


def current_status(context: Context, task: TaskAccess) -> labels.Status:
    """Returns the status that a task has."""
    statuses = labels.project_statuses(context, task.project_id)
    return next(each for each in statuses if each.status_id == task.row["status_id"])
