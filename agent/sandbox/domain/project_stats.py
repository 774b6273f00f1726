"""Figures about one project: how far its tasks are, who works on them and for how long."""

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.users import show_person

_TASKS = """
SELECT COUNT(*) AS total,
    COALESCE(SUM(st.category = 'OPEN'), 0) AS open,
    COALESCE(SUM(st.category = 'IN_PROGRESS'), 0) AS in_progress,
    COALESCE(SUM(st.category = 'COMPLETED'), 0) AS completed,
    COALESCE(SUM(st.category <> 'COMPLETED' AND t.due_date < :today), 0) AS overdue,
    COALESCE(SUM(NOT EXISTS (SELECT 1 FROM task_owners o WHERE o.task_id = t.task_id)), 0) AS unassigned
FROM tasks t JOIN statuses st USING (status_id)
WHERE t.project_id = :project_id AND t.parent_task_id IS NULL
"""

_SUBTASKS = """
SELECT COUNT(*) AS total, COALESCE(SUM(st.category = 'COMPLETED'), 0) AS completed
FROM tasks t JOIN statuses st USING (status_id)
WHERE t.project_id = :project_id AND t.parent_task_id IS NOT NULL
"""

# A running timer counts until now.
_TIME = """
SELECT e.user_id, COALESCE(SUM(MAX(0, COALESCE(e.end_time, :now) - e.start_time)), 0) AS total,
    COALESCE(SUM(e.billable * MAX(0, COALESCE(e.end_time, :now) - e.start_time)), 0) AS billable
FROM tasks t JOIN time_entries e USING (task_id)
WHERE t.project_id = :project_id GROUP BY e.user_id
"""

_OWNED = """
SELECT o.user_id, COUNT(*) AS total, SUM(st.category = 'COMPLETED') AS completed,
    SUM(st.category <> 'COMPLETED' AND t.due_date IS NOT NULL AND t.due_date < :today) AS overdue
FROM tasks t JOIN task_owners o USING (task_id) JOIN statuses st USING (status_id)
WHERE t.project_id = :project_id AND t.parent_task_id IS NULL GROUP BY o.user_id
"""

# The project's members, and whoever works on it without being one.
_PEOPLE = """
SELECT user_id, first_name, last_name, email FROM users WHERE user_id IN (
    SELECT user_id FROM project_members WHERE project_id = :project_id
    UNION SELECT o.user_id FROM tasks t JOIN task_owners o USING (task_id)
        WHERE t.project_id = :project_id AND t.parent_task_id IS NULL
    UNION SELECT e.user_id FROM tasks t JOIN time_entries e USING (task_id) WHERE t.project_id = :project_id
) ORDER BY first_name, last_name, user_id
"""

_STATUSES = """
SELECT st.*, st.color AS status_color,
    (SELECT COUNT(*) FROM tasks t WHERE t.project_id = :project_id AND t.parent_task_id IS NULL
        AND t.status_id = st.status_id) AS tasks
FROM statuses st WHERE st.project_id = :project_id ORDER BY st.position, st.status_id
"""


def get_stats(context: Context, project_id: int, space_id: int | None) -> Json:
    """Returns the figures of a project.

    Subtasks are counted apart; time is in milliseconds and includes that on subtasks.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
    """
    project = access.project(context, project_id, space_id).row
    parameters = {
        "project_id": project_id,
        "today": context.clock.start_of_today(),
        "now": context.clock.milliseconds(),
    }
    tasks = context.database.row(_TASKS, parameters)
    subtasks = context.database.row(_SUBTASKS, parameters)
    assert tasks is not None
    assert subtasks is not None
    spent = {row["user_id"]: row for row in context.database.rows(_TIME, parameters)}
    total = sum(row["total"] for row in spent.values())
    billable = sum(row["billable"] for row in spent.values())
    return {
        "projectId": project_id,
        "projectName": project["project_name"],
        "spaceId": project["space_id"],
        "spaceName": project["space_name"],
        "completion": round(100 * tasks["completed"] / tasks["total"]) if tasks["total"] else 0,
        "taskCounts": {
            "total": tasks["total"],
            "open": tasks["open"],
            "inProgress": tasks["in_progress"],
            "completed": tasks["completed"],
            "overdue": tasks["overdue"],
            "unassigned": tasks["unassigned"],
        },
        "statuses": count_by_status(context, project_id),
        "subtaskCounts": {"total": subtasks["total"], "completed": subtasks["completed"]},
        "timeTracked": {"total": total, "billable": billable, "nonBillable": total - billable},
        "members": _members(context, parameters, {user_id: row["total"] for user_id, row in spent.items()}),
    }


def count_by_status(context: Context, project_id: int) -> list[Json]:
    """Returns the statuses of a project in their order, each with how many tasks have it."""
    rows = context.database.rows(_STATUSES, {"project_id": project_id})
    return [labels.show_status(row) | {"taskCount": row["tasks"]} for row in rows]


def _members(context: Context, parameters: dict[str, int], spent: dict[int, int]) -> list[Json]:
    owned = {row["user_id"]: row for row in context.database.rows(_OWNED, parameters)}
    members: list[Json] = []
    for person in context.database.rows(_PEOPLE, parameters):
        row = owned.get(person["user_id"])
        counts = {
            "total": row["total"] if row else 0,
            "completed": row["completed"] if row else 0,
            "overdue": row["overdue"] if row else 0,
        }
        members.append(
            show_person(person) | {"taskCounts": counts, "timeTracked": spent.get(person["user_id"], 0)}
        )
    return members
