"""Tasks as the API shows them: status and priority as objects, people by name, counts of what hangs on."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from agent.sandbox.clock import DAY_MILLISECONDS
from agent.sandbox.domain import labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.users import people, show_person
from agent.sandbox.domain.values import show_time

TASK_ROWS = """
SELECT t.*, p.project_name, p.space_id, s.space_name,
    st.status_name, st.category, st.color AS status_color, st.position AS status_position,
    pr.label AS priority_label, pr.color AS priority_color
FROM tasks t
JOIN task_access a ON a.task_id = t.task_id AND a.user_id = :caller_id
JOIN statuses st ON st.status_id = t.status_id
JOIN priorities pr ON pr.priority_id = t.priority_id
LEFT JOIN projects p ON p.project_id = t.project_id
LEFT JOIN spaces s ON s.space_id = p.space_id
"""
"""Selects the tasks that `:caller_id` sees, with everything that `show_tasks` needs."""

_COUNTS = """
SELECT value AS task_id,
    (SELECT COUNT(*) FROM tasks c WHERE c.parent_task_id = value) AS subtasks,
    (SELECT COUNT(*) FROM comments c WHERE c.task_id = value) AS comments,
    (SELECT COUNT(*) FROM time_entries e WHERE e.task_id = value) AS time_entries,
    (SELECT COUNT(*) FROM checklist_items i WHERE i.task_id = value) AS checklist_items,
    (SELECT COUNT(*) FROM checklist_items i WHERE i.task_id = value AND i.completed) AS checklist_items_done,
    (SELECT COUNT(*) FROM attachments f WHERE f.task_id = value) AS attachments,
    (
        SELECT COUNT(*) FROM dependencies d
        JOIN tasks b ON b.task_id = d.depends_on_task_id
        JOIN statuses st ON st.status_id = b.status_id
        WHERE d.task_id = value AND st.category <> 'COMPLETED' AND EXISTS (
            SELECT 1 FROM task_access a WHERE a.task_id = b.task_id AND a.user_id = :caller_id
        )
    ) AS unfinished_blockers
FROM json_each(:ids)
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list a caller asks for.

    Pages count from 1; 0 means the first page too, so that callers who count from 0 miss nothing.
    """

    number: int
    size: int

    @property
    def limits(self) -> dict[str, object]:
        """The parameters of `LIMIT :limit OFFSET :offset`."""
        return {"limit": self.size, "offset": (self.number - 1) * self.size}


def show_task(context: Context, task_id: int) -> Json:
    """Returns one task that the caller is known to see."""
    rows = context.database.rows(
        TASK_ROWS + "WHERE t.task_id = :task_id", {"caller_id": context.caller.user_id, "task_id": task_id}
    )
    return show_tasks(context, rows)[0]


def show_tasks(context: Context, rows: Sequence[sqlite3.Row]) -> list[Json]:
    """Returns the rows of `TASK_ROWS` as task objects, in the same order."""
    ids = json.dumps([row["task_id"] for row in rows])
    owners = _owners(context, ids)
    tags = _tags(context, ids)
    counts = _counts(context, ids)
    creators = people(context.database, [row["created_by"] for row in rows])
    return [
        _show(
            context,
            row,
            {
                "owners": owners.get(row["task_id"], []),
                "tags": tags.get(row["task_id"], []),
                "createdBy": creators[row["created_by"]],
                "counts": counts[row["task_id"]],
            },
        )
        for row in rows
    ]


def _show(context: Context, row: sqlite3.Row, related: Json) -> Json:
    shown: Json = {
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
        "description": row["description"],
        "status": labels.show_status(row),
        "priority": labels.show_priority(row),
        "startDate": show_time(row["start_date"]),
        "dueDate": show_time(row["due_date"]),
        "completion": row["completion"],
        "owners": related["owners"],
        "tags": related["tags"],
        "projectId": row["project_id"],
        "projectName": row["project_name"],
        "spaceId": row["space_id"],
        "spaceName": row["space_name"],
        "parentTaskId": row["parent_task_id"],
        "createdBy": related["createdBy"],
        "createdTime": show_time(row["created_time"]),
        "updateTime": show_time(row["update_time"]),
        "counts": related["counts"],
    }
    days = days_overdue(context, row["due_date"], row["category"])
    return shown | {"overdueDays": days} if days else shown


def days_overdue(context: Context, due_date: int | None, category: str) -> int:
    """Returns how many days (UTC) lie between the day a task was due and today; 0 if it is not overdue."""
    if due_date is None or category == labels.COMPLETED:
        return 0
    due_day = due_date // DAY_MILLISECONDS * DAY_MILLISECONDS
    return max(0, (context.clock.start_of_today() - due_day) // DAY_MILLISECONDS)


def _owners(context: Context, ids: str) -> dict[int, list[Json]]:
    rows = context.database.rows(
        "SELECT o.task_id, u.user_id, u.first_name, u.last_name, u.email FROM task_owners o "
        "JOIN users u USING (user_id) WHERE o.task_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY o.task_id, o.position",
        (ids,),
    )
    grouped: dict[int, list[Json]] = {}
    for row in rows:
        grouped.setdefault(row["task_id"], []).append(show_person(row))
    return grouped


def _tags(context: Context, ids: str) -> dict[int, list[str]]:
    rows = context.database.rows(
        "SELECT tt.task_id, g.tag_name FROM task_tags tt JOIN tags g USING (tag_id) "
        "WHERE tt.task_id IN (SELECT value FROM json_each(?)) ORDER BY tt.task_id, tt.position",
        (ids,),
    )
    grouped: dict[int, list[str]] = {}
    for row in rows:
        grouped.setdefault(row["task_id"], []).append(row["tag_name"])
    return grouped


def _counts(context: Context, ids: str) -> dict[int, Json]:
    rows = context.database.rows(_COUNTS, {"caller_id": context.caller.user_id, "ids": ids})
    return {
        row["task_id"]: {
            "subtasks": row["subtasks"],
            "comments": row["comments"],
            "timeEntries": row["time_entries"],
            "checklistItems": row["checklist_items"],
            "checklistItemsDone": row["checklist_items_done"],
            "attachments": row["attachments"],
            "unfinishedBlockers": row["unfinished_blockers"],
        }
        for row in rows
    }
