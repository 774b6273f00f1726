"""What is known of the files on tasks."""

import sqlite3

from agent.sandbox.domain import access
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.tasks import TaskAccess
from agent.sandbox.domain.users import show_person
from agent.sandbox.domain.values import show_time
from agent.sandbox.errors import AccessDenied, NotFound

_ATTACHMENTS = """
SELECT f.*, u.user_id, u.first_name, u.last_name, u.email
FROM attachments f
JOIN users u ON u.user_id = f.uploaded_by
"""


def list_attachments(context: Context, task: TaskAccess) -> list[Json]:
    """Returns the files on a task, the oldest first; sizes are bytes."""
    rows = context.database.rows(
        _ATTACHMENTS + "WHERE f.task_id = ? ORDER BY f.created_time, f.attachment_id", (task.task_id,)
    )
    return [_show(row) for row in rows]


def delete_attachment(context: Context, task: TaskAccess, attachment_id: int) -> Json:
    """Deletes a file from a task and returns what went.

    Raises:
        AccessDenied: The caller neither uploaded it nor administers the project.
        NotFound: There is no such file on the task.
    """
    access.require_writer(context)
    row = context.database.row(
        _ATTACHMENTS + "WHERE f.attachment_id = ? AND f.task_id = ?", (attachment_id, task.task_id)
    )
    if row is None:
        raise NotFound("attachmentId", f"there is no attachment {attachment_id} on task {task.task_id}.")
    if row["uploaded_by"] != context.caller.user_id and not task.is_admin:
        name = row["file_name"][:100]
        raise AccessDenied(f'deleting the attachment "{name}" needs its uploader or the Project Admin role.')
    context.database.run("DELETE FROM attachments WHERE attachment_id = ?", (attachment_id,))
    return {
        "deleted": True,
        "attachmentId": attachment_id,
        "fileName": row["file_name"],
        "taskId": task.task_id,
        "taskTitle": task.row["task_title"],
    }


def _show(row: sqlite3.Row) -> Json:
    return {
        "attachmentId": row["attachment_id"],
        "fileName": row["file_name"],
        "contentType": row["content_type"],
        "size": row["size"],
        "taskId": row["task_id"],
        "uploadedBy": show_person(row),
        "createdTime": show_time(row["created_time"]),
    }
