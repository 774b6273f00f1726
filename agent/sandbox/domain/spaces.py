"""Spaces: the top of the hierarchy, each with its members and its projects."""

import sqlite3

from agent.sandbox.domain import access
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.users import show_person
from agent.sandbox.domain.values import body, colour, show_time, title
from agent.sandbox.errors import Conflict, InvalidInput

_DEFAULT_COLOUR = "#1f8f75"


def list_spaces(context: Context) -> list[Json]:
    """Returns every space that the caller sees, by id."""
    rows = context.database.rows(
        "SELECT s.* FROM spaces s JOIN space_access a USING (space_id) "
        "WHERE a.user_id = ? ORDER BY s.space_id",
        (context.caller.user_id,),
    )
    return [_show(context, row) for row in rows]


def get_space(context: Context, space_id: int) -> Json:
    """Returns one space with its members; the caller adds its projects.

    Raises:
        NotFound: The caller sees no such space.
    """
    row = access.space(context, space_id).row
    members = context.database.rows(
        "SELECT m.role, u.user_id, u.first_name, u.last_name, u.email FROM space_members m "
        "JOIN users u USING (user_id) WHERE m.space_id = ? ORDER BY u.first_name, u.last_name, u.user_id",
        (space_id,),
    )
    shown = [show_person(member) | {"spaceRole": member["role"]} for member in members]
    return _show(context, row) | {"members": shown}


def create_space(context: Context, name: str, description: str | None, color: str | None) -> int:
    """Makes a space with the caller as its admin and returns its id.

    Raises:
        AccessDenied: The caller is neither an organisation admin nor a Manager.
        InvalidInput: A value cannot be used.
        Conflict: A space of that name exists.
    """
    access.require_space_manager(context)
    now = context.clock.milliseconds()
    space_id = context.database.insert(
        "INSERT INTO spaces (organisation_id, space_name, description, color, created_by, created_time, "
        "update_time) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            context.caller.organisation_id,
            _free_name(context, name, None),
            body("description", description or ""),
            colour("color", color) if color is not None else _DEFAULT_COLOUR,
            context.caller.user_id,
            now,
            now,
        ),
    )
    context.database.run(
        "INSERT INTO space_members (space_id, user_id, role) VALUES (?, ?, 'ADMIN')",
        (space_id, context.caller.user_id),
    )
    return space_id


def update_space(
    context: Context, space_id: int, name: str | None, description: str | None, color: str | None
) -> None:
    """Changes the given settings of a space and keeps the others.

    Raises:
        AccessDenied: The caller is neither an organisation admin nor a Manager who belongs to it.
        NotFound: The caller sees no such space.
        InvalidInput: A value cannot be used, or none is given.
        Conflict: Another space has that name.
    """
    access.require_space_manager(context)
    found = access.space(context, space_id)
    access.require_space_admin(context, found, "changing a space")
    if name is None and description is None and color is None:
        raise InvalidInput("spaceName", "give at least one of spaceName, description and color to change.")
    row = found.row
    context.database.run(
        "UPDATE spaces SET space_name = ?, description = ?, color = ?, update_time = ? WHERE space_id = ?",
        (
            row["space_name"] if name is None else _free_name(context, name, space_id),
            row["description"] if description is None else body("description", description),
            row["color"] if color is None else colour("color", color),
            context.clock.milliseconds(),
            space_id,
        ),
    )


def delete_space(context: Context, space_id: int) -> Json:
    """Deletes a space with everything in it and returns what went.

    Raises:
        AccessDenied: The caller is neither an organisation admin nor a Manager who belongs to it.
        NotFound: The caller sees no such space.
    """
    access.require_space_manager(context)
    found = access.space(context, space_id)
    access.require_space_admin(context, found, "deleting a space")
    projects = context.database.value("SELECT COUNT(*) FROM projects WHERE space_id = ?", (space_id,))
    tasks = context.database.value(
        "SELECT COUNT(*) FROM tasks JOIN projects USING (project_id) WHERE space_id = ?", (space_id,)
    )
    context.database.run("DELETE FROM spaces WHERE space_id = ?", (space_id,))
    return {
        "deleted": True,
        "spaceId": space_id,
        "spaceName": found.row["space_name"],
        "deletedProjects": projects,
        "deletedTasks": tasks,
    }


def _free_name(context: Context, name: str, own_id: int | None) -> str:
    wanted = title("spaceName", name)
    taken = context.database.value(
        "SELECT space_id FROM spaces WHERE organisation_id = ? AND space_name = ? COLLATE NOCASE "
        "AND space_id IS NOT ?",
        (context.caller.organisation_id, wanted, own_id),
    )
    if taken is not None:
        raise Conflict(f'spaceName: there is already a space "{wanted}".', "spaceName")
    return wanted


def _show(context: Context, row: sqlite3.Row) -> Json:
    space_id = row["space_id"]
    return {
        "spaceId": space_id,
        "spaceName": row["space_name"],
        "description": row["description"],
        "color": row["color"],
        "projectCount": context.database.value(
            "SELECT COUNT(*) FROM projects JOIN project_access a USING (project_id) "
            "WHERE space_id = ? AND a.user_id = ?",
            (space_id, context.caller.user_id),
        ),
        "memberCount": context.database.value(
            "SELECT COUNT(*) FROM space_members WHERE space_id = ?", (space_id,)
        ),
        "createdTime": show_time(row["created_time"]),
        "updateTime": show_time(row["update_time"]),
    }
