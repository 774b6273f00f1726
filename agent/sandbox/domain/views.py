"""What the interactive views show: tasks in groups, each with how many it holds and the first of them."""

import json
from collections.abc import Mapping, Sequence

from agent.sandbox.clock import DAY_MILLISECONDS
from agent.sandbox.domain import access, projects
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.project_stats import count_by_status
from agent.sandbox.domain.task_views import TASK_ROWS, show_tasks
from agent.sandbox.domain.users import people
from agent.sandbox.domain.values import show_time

GROUP_LIMIT = 30
"""How many tasks of a group a view shows."""

ATTENTION_LIMIT = 10
"""How many items of a kind that needs attention the overview shows."""

_WEEK_DAYS = 7
# The first day of the Unix epoch was a Thursday; weeks begin on Monday.
_EPOCH_WEEKDAY = 3

_MY_GROUPS = {
    "overdue": "Overdue",
    "thisWeek": "Due this week",
    "later": "Later",
    "noDate": "No due date",
    "done": "Done in the last 7 days",
}

_SHOWN = (
    "taskId",
    "taskTitle",
    "status",
    "priority",
    "owners",
    "dueDate",
    "overdueDays",
    "completion",
    "projectId",
    "projectName",
    "parentTaskId",
)

_EMPTY: Json = {"total": 0, "tasks": []}

# The first tasks of each group among those that the query between the two halves selects.
_FIRST_OF_EACH = """
SELECT task_id, group_key, total FROM (
    SELECT task_id, group_key, COUNT(*) OVER (PARTITION BY group_key) AS total,
        ROW_NUMBER() OVER (PARTITION BY group_key ORDER BY urgency, importance DESC, task_id) AS place
    FROM (
"""
_BY_PLACE = ")) WHERE place <= :limit ORDER BY group_key, place"

_PROJECT_TASKS = """
SELECT task_id, status_id AS group_key, 0 AS urgency, 0 AS importance FROM tasks
WHERE project_id = :project_id AND parent_task_id IS NULL
"""

_MY_TASKS = """
SELECT t.task_id, pr.position AS importance,
    CASE WHEN st.category = 'COMPLETED' THEN -t.update_time ELSE t.due_date END AS urgency,
    CASE WHEN st.category = 'COMPLETED' THEN 'done' WHEN t.due_date IS NULL THEN 'noDate'
        WHEN t.due_date < :today THEN 'overdue' WHEN t.due_date < :monday THEN 'thisWeek'
        ELSE 'later' END AS group_key
FROM task_owners o
JOIN tasks t USING (task_id)
JOIN task_access a ON a.task_id = t.task_id AND a.user_id = o.user_id
JOIN statuses st USING (status_id)
JOIN priorities pr USING (priority_id)
WHERE o.user_id = :caller_id AND (st.category <> 'COMPLETED' OR t.update_time >= :recent)
"""

# The unfinished tasks that a caller sees and that others wait for.
_BLOCKERS = """
SELECT d.task_id, b.task_id AS blocker_id, b.task_title
FROM dependencies d
JOIN tasks b ON b.task_id = d.depends_on_task_id
JOIN statuses bs ON bs.status_id = b.status_id AND bs.category <> 'COMPLETED'
JOIN task_access ba ON ba.task_id = b.task_id AND ba.user_id = :caller_id
"""

# What needs attention in a project: the key, the heading, the condition, the order.
_ATTENTION = (
    ("overdue", "Overdue", "t.due_date < :today", "t.due_date"),
    (
        "unassigned",
        "High priority and unassigned",
        "NOT EXISTS (SELECT 1 FROM task_owners o WHERE o.task_id = t.task_id) AND pr.position > "
        "(SELECT q.position FROM priorities q WHERE q.organisation_id = t.organisation_id AND q.is_default)",
        "pr.position DESC, t.due_date IS NULL, t.due_date",
    ),
    (
        "blocked",
        "Blocked by unfinished work",
        " ".join(("EXISTS (", _BLOCKERS, "WHERE d.task_id = t.task_id)")),
        "t.due_date IS NULL, t.due_date",
    ),
)


def task_list(context: Context, project_id: int, space_id: int) -> Json:
    """Returns a project's tasks, without subtasks, grouped by status in the order of the statuses.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
    """
    project = access.project(context, project_id, space_id).row
    found = _first_of_each(context, _PROJECT_TASKS, {"project_id": project_id})
    groups: list[Json] = []
    for status in count_by_status(context, project_id):
        del status["taskCount"]
        group = found.get(status["taskStatusId"], _EMPTY)
        groups.append({"title": status["statusName"], "status": status} | group)
    total = sum(group["total"] for group in groups)
    done = sum(each["total"] for each in groups if each["status"]["statusCategory"] == "COMPLETED")
    return {
        "view": "task-list",
        "projectId": project_id,
        "projectName": project["project_name"],
        "spaceId": project["space_id"],
        "spaceName": project["space_name"],
        "completion": round(100 * done / total) if total else 0,
        "groups": groups,
        "shown": sum(len(group["tasks"]) for group in groups),
        "total": total,
    }


def my_tasks(context: Context) -> Json:
    """Returns the tasks and subtasks that the caller owns, grouped by when they are due.

    Weeks end on Sunday (UTC). Finished tasks are there if they changed in the last 7 days.
    """
    today = context.clock.start_of_today()
    weekday = (today // DAY_MILLISECONDS + _EPOCH_WEEKDAY) % _WEEK_DAYS
    found = _first_of_each(
        context,
        _MY_TASKS,
        {
            "today": today,
            "monday": today + (_WEEK_DAYS - weekday) * DAY_MILLISECONDS,
            "recent": context.clock.milliseconds() - _WEEK_DAYS * DAY_MILLISECONDS,
        },
    )
    groups: list[Json] = [
        {"key": key, "title": title} | found.get(key, _EMPTY) for key, title in _MY_GROUPS.items()
    ]
    return {
        "view": "my-tasks",
        "user": people(context.database, [context.caller.user_id])[context.caller.user_id],
        "today": show_time(today),
        "groups": groups,
        "shown": sum(len(group["tasks"]) for group in groups),
        "total": sum(group["total"] for group in groups),
    }


def project_overview(context: Context, project_id: int, space_id: int) -> Json:
    """Returns a project with what needs attention among its tasks, subtasks left out.

    That is what is overdue, what has a priority above the default one but no owner, and what waits for
    unfinished work that the caller sees.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
    """
    project = projects.get_project(context, project_id, space_id)
    return (
        {"view": "project-overview"}
        | project
        | {
            "statuses": count_by_status(context, project_id),
            "attention": [
                {"key": key, "title": title} | _attention(context, project_id, condition, order)
                for key, title, condition, order in _ATTENTION
            ],
        }
    )


def _first_of_each(context: Context, tasks: str, parameters: Mapping[str, object]) -> dict[int | str, Json]:
    """Returns how many tasks each group holds, and the first of them as a view shows them."""
    limits = {"caller_id": context.caller.user_id, "limit": GROUP_LIMIT}
    ranked = context.database.rows(" ".join((_FIRST_OF_EACH, tasks, _BY_PLACE)), limits | dict(parameters))
    shown = _show_by_id(context, [row["task_id"] for row in ranked])
    groups: dict[int | str, Json] = {}
    for row in ranked:
        group = groups.setdefault(row["group_key"], {"total": row["total"], "tasks": []})
        group["tasks"].append(shown[row["task_id"]])
    return groups


def _attention(context: Context, project_id: int, condition: str, order: str) -> Json:
    where = (
        "WHERE t.project_id = :project_id AND t.parent_task_id IS NULL AND st.category <> 'COMPLETED' AND",
        condition,
    )
    parameters: dict[str, object] = {
        "project_id": project_id,
        "caller_id": context.caller.user_id,
        "today": context.clock.start_of_today(),
        "limit": ATTENTION_LIMIT,
    }
    database = context.database
    total: int = database.value(" ".join(("SELECT COUNT(*) FROM (", TASK_ROWS, *where, ")")), parameters)
    rows = database.rows(
        " ".join((TASK_ROWS, *where, "ORDER BY", order, ", t.task_id LIMIT :limit")), parameters
    )
    blockers = _blockers(context, [row["task_id"] for row in rows])
    tasks = [
        _shorten(task) | {"blockedBy": blockers.get(task["taskId"], [])} for task in show_tasks(context, rows)
    ]
    return {"total": total, "tasks": tasks}


def _blockers(context: Context, task_ids: Sequence[int]) -> dict[int, list[Json]]:
    rows = context.database.rows(
        " ".join((_BLOCKERS, "WHERE d.task_id IN (SELECT value FROM json_each(:ids)) ORDER BY b.task_id")),
        {"caller_id": context.caller.user_id, "ids": json.dumps(list(task_ids))},
    )
    blockers: dict[int, list[Json]] = {}
    for row in rows:
        blocker = {"taskId": row["blocker_id"], "taskTitle": row["task_title"]}
        blockers.setdefault(row["task_id"], []).append(blocker)
    return blockers


def _show_by_id(context: Context, task_ids: Sequence[int]) -> dict[int, Json]:
    rows = context.database.rows(
        " ".join((TASK_ROWS, "WHERE t.task_id IN (SELECT value FROM json_each(:ids))")),
        {"caller_id": context.caller.user_id, "ids": json.dumps(list(task_ids))},
    )
    return {task["taskId"]: _shorten(task) for task in show_tasks(context, rows)}


def _shorten(task: Json) -> Json:
    return {name: task[name] for name in _SHOWN if name in task}
