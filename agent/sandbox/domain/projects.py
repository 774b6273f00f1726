"""Projects: each in one space, with statuses, members, dates, health and a budget."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.users import full_name, show_person
from agent.sandbox.domain.values import body, check_order, date_time, match_name, show_time, title
from agent.sandbox.errors import Conflict, InvalidInput

STATUSES = ("Not Started", "In Progress", "On Hold", "Completed")
HEALTHS = ("On Track", "At Risk", "Off Track")
_BUDGET_LIMIT = 1e12

_LISTED = """
SELECT p.*, s.space_name, pr.label AS priority_label, pr.color AS priority_color
FROM projects p
JOIN spaces s USING (space_id)
JOIN priorities pr USING (priority_id)
JOIN project_access a ON a.project_id = p.project_id
"""


@dataclass(frozen=True, slots=True)
class ProjectChanges:
    """The settings of a project that a caller gives; None where one is left alone."""

    name: str | None = None
    description: str | None = None
    status: str | None = None
    priority: str | None = None
    health: str | None = None
    start_date: int | None = None
    due_date: int | None = None
    budget: float | None = None


def read_changes(arguments: Mapping[str, object]) -> ProjectChanges:
    """Returns the settings among a tool's arguments, which fit the tool's schema already.

    Raises:
        InvalidInput: A value cannot be used.
    """
    text = {key: value for key, value in arguments.items() if isinstance(value, str)}
    budget = arguments.get("budget")
    if isinstance(budget, (int, float)) and budget > _BUDGET_LIMIT:
        raise InvalidInput("budget", "it must not be above 1,000,000,000,000.")
    return ProjectChanges(
        name=title("projectName", text["projectName"]) if "projectName" in text else None,
        description=body("description", text["description"]) if "description" in text else None,
        status=_choice("status", text["status"], STATUSES) if "status" in text else None,
        priority=text.get("priority"),
        health=_choice("health", text["health"], HEALTHS) if "health" in text else None,
        start_date=date_time("startDate", text["startDate"]) if "startDate" in text else None,
        due_date=date_time("dueDate", text["dueDate"]) if "dueDate" in text else None,
        budget=float(budget) if isinstance(budget, (int, float)) else None,
    )


def list_projects(context: Context, space_id: int) -> list[Json]:
    """Returns the projects of a space that the caller sees, by id.

    Raises:
        NotFound: The caller sees no such space.
    """
    access.space(context, space_id)
    rows = context.database.rows(
        _LISTED + "WHERE p.space_id = ? AND a.user_id = ? ORDER BY p.project_id",
        (space_id, context.caller.user_id),
    )
    return [_show(context, row) for row in rows]


def get_project(context: Context, project_id: int, space_id: int | None = None) -> Json:
    """Returns one project with its members, statuses and budget.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
    """
    access.project(context, project_id, space_id)
    row = context.database.row(
        _LISTED + "WHERE p.project_id = ? AND a.user_id = ?", (project_id, context.caller.user_id)
    )
    assert row is not None
    statuses = labels.project_statuses(context, project_id)
    return _show(context, row) | {
        "budget": _budget(row),
        "statuses": [
            {"taskStatusId": each.status_id, "statusName": each.name, "statusCategory": each.category}
            for each in statuses
        ],
        "members": _members(context, project_id),
    }


def create_project(context: Context, space_id: int, changes: ProjectChanges) -> int:
    """Makes a project with the default statuses and the caller as its admin, and returns its id.

    Raises:
        NotFound: The caller sees no such space.
        AccessDenied: The caller does not administer it.
        InvalidInput: A value cannot be used.
        Conflict: The space has a project of that name.
    """
    access.require_space_admin(context, access.space(context, space_id), "creating a project")
    assert changes.name is not None
    check_order(changes.start_date, changes.due_date)
    _check_free_name(context, space_id, changes.name, None)
    now = context.clock.milliseconds()
    project_id = context.database.insert(
        "INSERT INTO projects (space_id, project_name, description, status, health, priority_id, start_date, "
        "due_date, budget, created_by, created_time, update_time) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            space_id,
            changes.name,
            changes.description or "",
            changes.status or STATUSES[0],
            changes.health or HEALTHS[0],
            labels.find_priority(context, changes.priority),
            changes.start_date,
            changes.due_date,
            changes.budget,
            context.caller.user_id,
            now,
            now,
        ),
    )
    labels.create_default_statuses(context, project_id)
    context.database.run(
        "INSERT INTO project_members (project_id, user_id, role) VALUES (?, ?, 'ADMIN')",
        (project_id, context.caller.user_id),
    )
    return project_id


def update_project(context: Context, project_id: int, space_id: int, changes: ProjectChanges) -> None:
    """Changes the given settings of a project and keeps the others.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
        AccessDenied: The caller does not administer it.
        InvalidInput: A value cannot be used, or none is given.
        Conflict: The space has another project of that name.
    """
    found = access.project(context, project_id, space_id)
    access.require_project_admin(context, found, "changing a project")
    if changes == ProjectChanges():
        raise InvalidInput("projectName", "give at least one setting to change.")
    row = found.row
    start = row["start_date"] if changes.start_date is None else changes.start_date
    due = row["due_date"] if changes.due_date is None else changes.due_date
    check_order(start, due)
    if changes.name is not None:
        _check_free_name(context, space_id, changes.name, project_id)
    context.database.run(
        "UPDATE projects SET project_name = ?, description = ?, status = ?, health = ?, priority_id = ?, "
        "start_date = ?, due_date = ?, budget = ?, update_time = ? WHERE project_id = ?",
        (
            row["project_name"] if changes.name is None else changes.name,
            row["description"] if changes.description is None else changes.description,
            changes.status or row["status"],
            changes.health or row["health"],
            row["priority_id"]
            if changes.priority is None
            else labels.find_priority(context, changes.priority),
            start,
            due,
            row["budget"] if changes.budget is None else changes.budget,
            context.clock.milliseconds(),
            project_id,
        ),
    )


def delete_project(context: Context, project_id: int, space_id: int) -> Json:
    """Deletes a project with all its tasks and returns what went.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
        AccessDenied: The caller does not administer it.
    """
    found = access.project(context, project_id, space_id)
    access.require_project_admin(context, found, "deleting a project")
    tasks = context.database.value("SELECT COUNT(*) FROM tasks WHERE project_id = ?", (project_id,))
    context.database.run("DELETE FROM projects WHERE project_id = ?", (project_id,))
    return {
        "deleted": True,
        "projectId": project_id,
        "projectName": found.row["project_name"],
        "deletedTasks": tasks,
    }


def add_member(context: Context, project_id: int, space_id: int, user_id: int, role: str | None) -> Json:
    """Puts a member of the organisation into a project, or changes their role in it.

    Someone who is new to the project becomes a MEMBER unless a role is given; a member without a given
    role keeps the one they have. They become a member of the space as well.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
        AccessDenied: The caller does not administer it.
    """
    found = access.project(context, project_id, space_id)
    access.require_project_admin(context, found, "adding a project member")
    held = context.database.value(
        "SELECT role FROM project_members WHERE project_id = ? AND user_id = ?", (project_id, user_id)
    )
    given = role or held or "MEMBER"
    context.database.run(
        "INSERT INTO project_members (project_id, user_id, role) VALUES (?, ?, ?) "
        "ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
        (project_id, user_id, given),
    )
    context.database.run(
        "INSERT INTO space_members (space_id, user_id, role) VALUES (?, ?, 'MEMBER') ON CONFLICT DO NOTHING",
        (space_id, user_id),
    )
    return {
        "projectId": project_id,
        "projectName": found.row["project_name"],
        "userId": user_id,
        "name": full_name(context.database, user_id),
        "role": given,
        "alreadyMember": held is not None,
    }


def _choice(field: str, text: str, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if match_name(choice) == match_name(text):
            return choice
    raise InvalidInput(field, f'"{text[:40]}" is not one of {", ".join(choices)}.')


def _check_free_name(context: Context, space_id: int, name: str, own_id: int | None) -> None:
    taken = context.database.value(
        "SELECT project_id FROM projects WHERE space_id = ? AND project_name = ? COLLATE NOCASE "
        "AND project_id IS NOT ?",
        (space_id, name, own_id),
    )
    if taken is not None:
        raise Conflict(f'projectName: this space already has a project "{name}".', "projectName")


def _members(context: Context, project_id: int) -> list[Json]:
    rows = context.database.rows(
        "SELECT m.role, u.user_id, u.first_name, u.last_name, u.email FROM project_members m "
        "JOIN users u USING (user_id) WHERE m.project_id = ? ORDER BY u.first_name, u.last_name, u.user_id",
        (project_id,),
    )
    return [show_person(row) | {"projectRole": row["role"]} for row in rows]


def _budget(row: sqlite3.Row) -> Json:
    allocated, spent = row["budget"], row["budget_spent"]
    return {
        "allocated": allocated,
        "spent": spent,
        "remaining": None if allocated is None else allocated - spent,
    }


def _show(context: Context, row: sqlite3.Row) -> Json:
    counts = context.database.row(
        "SELECT COUNT(*) AS total, COALESCE(SUM(st.category = 'OPEN'), 0) AS open, "
        "COALESCE(SUM(st.category = 'IN_PROGRESS'), 0) AS in_progress, "
        "COALESCE(SUM(st.category = 'COMPLETED'), 0) AS completed, "
        "COALESCE(SUM(st.category <> 'COMPLETED' AND t.due_date < ?), 0) AS overdue "
        "FROM tasks t JOIN statuses st USING (status_id) WHERE t.project_id = ? AND t.parent_task_id IS NULL",
        (context.clock.start_of_today(), row["project_id"]),
    )
    assert counts is not None
    total = counts["total"]
    return {
        "projectId": row["project_id"],
        "projectName": row["project_name"],
        "description": row["description"],
        "spaceId": row["space_id"],
        "spaceName": row["space_name"],
        "status": row["status"],
        "priority": labels.show_priority(row),
        "health": row["health"],
        "startDate": show_time(row["start_date"]),
        "dueDate": show_time(row["due_date"]),
        "completion": round(100 * counts["completed"] / total) if total else 0,
        "taskCounts": {
            "total": total,
            "open": counts["open"],
            "inProgress": counts["in_progress"],
            "completed": counts["completed"],
            "overdue": counts["overdue"],
        },
        "createdTime": show_time(row["created_time"]),
        "updateTime": show_time(row["update_time"]),
    }
