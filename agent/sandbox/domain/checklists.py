"""Checklists of tasks and subtasks: short items that are ticked off."""

import sqlite3

from agent.sandbox.domain import access
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.tasks import TaskAccess
from agent.sandbox.domain.users import show_person
from agent.sandbox.domain.values import show_time, title
from agent.sandbox.errors import Conflict, InvalidInput, NotFound

ITEMS_LIMIT = 200
"""How many items the checklist of one task can hold."""

_ITEMS = """
SELECT c.*, t.task_title, u.user_id, u.first_name, u.last_name, u.email
FROM checklist_items c
JOIN tasks t USING (task_id)
JOIN users u ON u.user_id = c.created_by
"""


def list_items(context: Context, task: TaskAccess) -> list[Json]:
    """Returns the items of a task's own checklist in their order, without those of its subtasks."""
    rows = context.database.rows(_ITEMS + "WHERE c.task_id = ? ORDER BY c.position", (task.task_id,))
    return [_show(row) for row in rows]


def add_item(context: Context, task: TaskAccess, text: str) -> Json:
    """Puts an item at the end of a checklist and returns it.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: The text is blank, too long or has several lines.
        Conflict: The checklist is full.
    """
    access.require_writer(context)
    database = context.database
    held = database.row(
        "SELECT COUNT(*) AS items, COALESCE(MAX(position), 0) AS last FROM checklist_items WHERE task_id = ?",
        (task.task_id,),
    )
    assert held is not None
    if held["items"] >= ITEMS_LIMIT:
        raise Conflict(
            f"taskId: the checklist of task {task.task_id} has {ITEMS_LIMIT} items, and no room for more.",
            "taskId",
        )
    now = context.clock.milliseconds()
    item_id = database.insert(
        "INSERT INTO checklist_items (task_id, title, completed, position, created_by, created_time, "
        "update_time) VALUES (?, ?, 0, ?, ?, ?, ?)",
        (task.task_id, title("title", text), held["last"] + 1, context.caller.user_id, now, now),
    )
    return _show(_find(context, item_id, None))


def update_item(
    context: Context, item_id: int, task_id: int | None, text: str | None, completed: bool | None
) -> Json:
    """Changes the text of an item, or ticks it or not, and returns it.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: The caller sees no such item, or it is on another task.
        InvalidInput: The text cannot be used, or there is nothing to change.
    """
    access.require_writer(context)
    row = _find(context, item_id, task_id)
    if text is None and completed is None:
        raise InvalidInput("completed", "give title or completed to change.")
    context.database.run(
        "UPDATE checklist_items SET title = ?, completed = ?, update_time = ? WHERE checklist_item_id = ?",
        (
            row["title"] if text is None else title("title", text),
            row["completed"] if completed is None else int(completed),
            context.clock.milliseconds(),
            item_id,
        ),
    )
    return _show(_find(context, item_id, None))


def delete_item(context: Context, item_id: int, task_id: int | None) -> Json:
    """Deletes an item and returns what went.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: The caller sees no such item, or it is on another task.
    """
    access.require_writer(context)
    row = _find(context, item_id, task_id)
    context.database.run("DELETE FROM checklist_items WHERE checklist_item_id = ?", (item_id,))
    return {
        "deleted": True,
        "checklistItemId": item_id,
        "title": row["title"],
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
    }


def _find(context: Context, item_id: int, task_id: int | None) -> sqlite3.Row:
    row = context.database.row(
        _ITEMS + "JOIN task_access a ON a.task_id = c.task_id AND a.user_id = ? "
        "WHERE c.checklist_item_id = ?",
        (context.caller.user_id, item_id),
    )
    if row is None:
        raise NotFound("checklistItemId", f"there is no checklist item {item_id} that you can see.")
    if task_id is not None and row["task_id"] != task_id:
        raise NotFound("taskId", f"checklist item {item_id} is not on task {task_id}.")
    return row


def _show(row: sqlite3.Row) -> Json:
    return {
        "checklistItemId": row["checklist_item_id"],
        "title": row["title"],
        "completed": bool(row["completed"]),
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
        "createdBy": show_person(row),
        "createdTime": show_time(row["created_time"]),
        "updateTime": show_time(row["update_time"]),
    }
