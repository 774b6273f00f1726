"""What users are told of: work given to them, and what others say of it or make of it.

Nobody is told of what they did themselves, nor of a task that they do not see. A notification goes with
its task and its comment, and is not shown to someone who has lost sight of the task.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from agent.sandbox.domain import access
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_views import Page
from agent.sandbox.domain.users import full_name, people
from agent.sandbox.domain.values import show_time
from agent.sandbox.errors import InvalidInput, NotFound

_NAMED = 10

_UNREAD = """
FROM notifications n
JOIN task_access a ON a.task_id = n.task_id AND a.user_id = n.user_id
WHERE n.user_id = :caller_id AND n.read_time IS NULL
"""
_LISTED = (
    """
SELECT n.*, t.task_title, t.project_id, p.project_name, p.space_id, c.comment FROM (
    SELECT n.notification_id
"""
    + _UNREAD
    + """
    ORDER BY n.created_time DESC, n.notification_id DESC LIMIT :limit OFFSET :offset
) JOIN notifications n USING (notification_id)
JOIN tasks t ON t.task_id = n.task_id
LEFT JOIN projects p ON p.project_id = t.project_id
LEFT JOIN comments c ON c.comment_id = n.comment_id
ORDER BY n.created_time DESC, n.notification_id DESC
"""
)
_MARK = "UPDATE notifications SET read_time = :now WHERE read_time IS NULL AND notification_id IN "


def tell_assigned(context: Context, task_id: int, user_ids: Iterable[int]) -> None:
    """Tells users, who see the task, that the caller gave it to them."""
    _tell(context, "ASSIGNED", task_id, user_ids, "assigned you the task")


def tell_status_changed(context: Context, task_id: int, before: str, after: str, told: Sequence[int]) -> None:
    """Tells the owners of a task that the caller changed its status.

    Args:
        context: Who changed it.
        task_id: The task.
        before: The name of the status that it had.
        after: The name of the one that it has.
        told: Who has been told of the task by the same call already.
    """
    rows = context.database.rows(
        "SELECT user_id FROM task_owners WHERE task_id = ? ORDER BY position", (task_id,)
    )
    owners = [row["user_id"] for row in rows if row["user_id"] not in told]
    seeing = _seeing(context, task_id, owners)
    _tell(context, "STATUS_CHANGED", task_id, seeing, "changed the status of", f" from {before} to {after}")


def tell_commented(context: Context, task_id: int, comment_id: int, mentioned: Sequence[int]) -> None:
    """Tells those whom a comment of the caller's mentions, and the task's owners and creator."""
    rows = context.database.rows(
        "SELECT user_id FROM task_owners WHERE task_id = :task_id "
        "UNION SELECT created_by FROM tasks WHERE task_id = :task_id ORDER BY user_id",
        {"task_id": task_id},
    )
    concerned = [row["user_id"] for row in rows if row["user_id"] not in mentioned]
    mentioned, concerned = _seeing(context, task_id, mentioned), _seeing(context, task_id, concerned)
    _tell(context, "MENTIONED", task_id, mentioned, "mentioned you in a comment on", comment_id=comment_id)
    _tell(context, "COMMENTED", task_id, concerned, "commented on", comment_id=comment_id)


def list_unread(context: Context, page: Page) -> tuple[list[Json], int]:
    """Returns one page of the caller's unread notifications, the newest first, and how many there are."""
    caller: dict[str, object] = {"caller_id": context.caller.user_id}
    rows = context.database.rows(_LISTED, caller | page.limits)
    actors = people(context.database, [row["actor_id"] for row in rows])
    return [_show(row, actors) for row in rows], _count_unread(context)


def mark_read(context: Context, notification_ids: Sequence[int]) -> Json:
    """Marks notifications of the caller's as read; those that are read already stay as they are.

    Returns:
        How many were marked, and how many are unread still.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: No notification is named.
        NotFound: The caller has not all of them; the message names those that are missing.
    """
    access.require_writer(context)
    if not notification_ids:
        raise InvalidInput("notificationIds", "name at least one notification, or give markAll.")
    wanted = {"caller_id": context.caller.user_id, "ids": json.dumps(sorted(set(notification_ids)))}
    missing = context.database.rows(
        "SELECT value FROM json_each(:ids) WHERE value NOT IN ("
        "SELECT n.notification_id FROM notifications n "
        "JOIN task_access a ON a.task_id = n.task_id AND a.user_id = n.user_id "
        "WHERE n.user_id = :caller_id AND n.notification_id IN (SELECT value FROM json_each(:ids)))",
        wanted,
    )
    if missing:
        raise NotFound("notificationIds", _missing([row["value"] for row in missing]))
    marked = context.database.run(
        " ".join((_MARK, "(SELECT value FROM json_each(:ids))")),
        wanted | {"now": context.clock.milliseconds()},
    )
    return {"marked": marked, "unread": _count_unread(context)}


def mark_all_read(context: Context) -> Json:
    """Marks every notification that the caller is shown as read.

    Returns:
        How many were marked, and how many are unread still.

    Raises:
        AccessDenied: The caller is a Guest.
    """
    access.require_writer(context)
    marked = context.database.run(
        " ".join((_MARK, "(SELECT n.notification_id", _UNREAD, ")")),
        {"caller_id": context.caller.user_id, "now": context.clock.milliseconds()},
    )
    return {"marked": marked, "unread": _count_unread(context)}


def _tell(
    context: Context,
    kind: str,
    task_id: int,
    user_ids: Iterable[int],
    deed: str,
    outcome: str = "",
    comment_id: int | None = None,
) -> None:
    caller_id = context.caller.user_id
    told = [user_id for user_id in user_ids if user_id != caller_id]
    if not told:
        return
    database = context.database
    title = database.value("SELECT task_title FROM tasks WHERE task_id = ?", (task_id,))
    message = f'{full_name(database, caller_id)} {deed} "{title}"{outcome}.'
    now = context.clock.milliseconds()
    database.run_many(
        "INSERT INTO notifications (user_id, notification_type, actor_id, task_id, comment_id, message, "
        "created_time) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(user_id, kind, caller_id, task_id, comment_id, message, now) for user_id in told],
    )


def _seeing(context: Context, task_id: int, user_ids: Sequence[int]) -> list[int]:
    if not user_ids:
        return []
    rows = context.database.rows(
        "SELECT value FROM json_each(:ids) WHERE EXISTS ("
        "SELECT 1 FROM task_access a WHERE a.task_id = :task_id AND a.user_id = value)",
        {"ids": json.dumps(list(user_ids)), "task_id": task_id},
    )
    return [row["value"] for row in rows]


def _count_unread(context: Context) -> int:
    total: int = context.database.value(
        " ".join(("SELECT COUNT(*)", _UNREAD)), {"caller_id": context.caller.user_id}
    )
    return total


def _missing(ids: Sequence[int]) -> str:
    named = ", ".join(str(each) for each in ids[:_NAMED])
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"you have no notification {named}{more}."


def _show(row: sqlite3.Row, actors: dict[int, Json]) -> Json:
    return {
        "notificationId": row["notification_id"],
        "notificationType": row["notification_type"],
        "message": row["message"],
        "actor": actors[row["actor_id"]],
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
        "projectId": row["project_id"],
        "projectName": row["project_name"],
        "spaceId": row["space_id"],
        "commentId": row["comment_id"],
        "comment": row["comment"],
        "createdTime": show_time(row["created_time"]),
        "read": row["read_time"] is not None,
    }
