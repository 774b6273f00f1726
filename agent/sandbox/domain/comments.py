"""Comments on tasks."""

import sqlite3
from collections.abc import Sequence

from agent.sandbox.domain import access, users
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.notifications import tell_commented
from agent.sandbox.domain.task_changes import check_sees_project
from agent.sandbox.domain.task_views import Page
from agent.sandbox.domain.tasks import TaskAccess
from agent.sandbox.domain.values import body, show_time
from agent.sandbox.errors import AccessDenied, InvalidInput, NotFound

_COMMENT = "SELECT c.*, t.task_title FROM comments c JOIN tasks t USING (task_id) "


def list_comments(context: Context, task: TaskAccess, page: Page) -> tuple[list[Json], int]:
    """Returns one page of a task's comments, the oldest first, and how many there are in all."""
    total: int = context.database.value("SELECT COUNT(*) FROM comments WHERE task_id = ?", (task.task_id,))
    rows = context.database.rows(
        _COMMENT + "WHERE c.task_id = :task_id ORDER BY c.comment_id LIMIT :limit OFFSET :offset",
        {"task_id": task.task_id} | page.limits,
    )
    return [_show(context, row) for row in rows], total


def add_comment(context: Context, task: TaskAccess, text: str, mentioned: Sequence[int]) -> Json:
    """Writes a comment as the caller and returns it.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: The text is blank or too long, or someone mentioned does not see the project.
        NotFound: Someone mentioned is nobody in the organisation.
    """
    access.require_writer(context)
    now = context.clock.milliseconds()
    comment_id = context.database.insert(
        "INSERT INTO comments (task_id, user_id, comment, created_time, update_time) VALUES (?, ?, ?, ?, ?)",
        (task.task_id, context.caller.user_id, _text(text), now, now),
    )
    mentioned = users.distinct(mentioned)
    for user_id in mentioned:
        users.member_id(context, "mentionedUserIds", user_id)
        check_sees_project(context, "mentionedUserIds", user_id, task.project_id)
        context.database.run(
            "INSERT INTO comment_mentions (comment_id, user_id) VALUES (?, ?)", (comment_id, user_id)
        )
    tell_commented(context, task.task_id, comment_id, mentioned)
    return _show(context, _find(context, comment_id, None))


def update_comment(context: Context, comment_id: int, task_id: int | None, text: str) -> Json:
    """Replaces the text of a comment of the caller's own and returns it.

    Raises:
        NotFound: The caller sees no such comment, or it is on another task.
        AccessDenied: Someone else wrote it.
        InvalidInput: The text is blank or too long.
    """
    access.require_writer(context)
    row = _find(context, comment_id, task_id)
    if row["user_id"] != context.caller.user_id:
        raise AccessDenied("only the creator of a comment can edit it.")
    context.database.run(
        "UPDATE comments SET comment = ?, update_time = ? WHERE comment_id = ?",
        (_text(text), context.clock.milliseconds(), comment_id),
    )
    return _show(context, _find(context, comment_id, None))


def delete_comment(context: Context, comment_id: int, task_id: int | None) -> Json:
    """Deletes a comment and returns what went.

    Raises:
        NotFound: The caller sees no such comment, or it is on another task.
        AccessDenied: The caller neither wrote it nor is an organisation admin.
    """
    access.require_writer(context)
    row = _find(context, comment_id, task_id)
    if row["user_id"] != context.caller.user_id and not context.caller.is_org_admin:
        raise AccessDenied("deleting a comment needs its creator, or the Account Admin or Admin role.")
    context.database.run("DELETE FROM comments WHERE comment_id = ?", (comment_id,))
    return {
        "deleted": True,
        "commentId": comment_id,
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
    }


def _text(text: str) -> str:
    if not text.strip():
        raise InvalidInput("comment", "it must not be blank.")
    return body("comment", text)


def _find(context: Context, comment_id: int, task_id: int | None) -> sqlite3.Row:
    row = context.database.row(
        _COMMENT + "JOIN task_access a ON a.task_id = c.task_id AND a.user_id = ? WHERE c.comment_id = ?",
        (context.caller.user_id, comment_id),
    )
    if row is None:
        raise NotFound("commentId", f"there is no comment {comment_id} that you can see.")
    if task_id is not None and row["task_id"] != task_id:
        raise NotFound("taskId", f"comment {comment_id} is not on task {task_id}.")
    return row


def _show(context: Context, row: sqlite3.Row) -> Json:
    mentioned = [
        each["user_id"]
        for each in context.database.rows(
            "SELECT user_id FROM comment_mentions WHERE comment_id = ? ORDER BY user_id", (row["comment_id"],)
        )
    ]
    known = users.people(context.database, [row["user_id"], *mentioned])
    return {
        "commentId": row["comment_id"],
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
        "comment": row["comment"],
        "createdBy": known[row["user_id"]],
        "mentionedUsers": [known[user_id] for user_id in mentioned],
        "createdTime": show_time(row["created_time"]),
        "updateTime": show_time(row["update_time"]),
    }
