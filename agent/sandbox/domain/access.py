"""Who may see and do what.

Organisation admins (Account Admin, Admin) see and do everything. Everyone else sees the spaces and
projects they belong to; a Manager also manages those. Guests write nothing. A space admin sees and
manages every project of the space. The views `space_access`, `project_access` and `task_access` of the
schema hold these rules; a caller who may not see a thing is told the same as if it did not exist.
"""

import sqlite3
from dataclasses import dataclass

from agent.sandbox.domain.context import Context
from agent.sandbox.errors import AccessDenied, NotFound


@dataclass(frozen=True, slots=True)
class SpaceAccess:
    """A space that the caller sees, with whether they administer it."""

    row: sqlite3.Row
    is_admin: bool


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A project that the caller sees, with whether they administer it."""

    row: sqlite3.Row
    is_admin: bool


def require_writer(context: Context) -> None:
    """Checks that the caller may change anything at all.

    Raises:
        AccessDenied: The caller is a Guest.
    """
    if context.caller.is_guest:
        raise AccessDenied("Guests can only read; changing anything needs the Member role or a higher one.")


def require_space_manager(context: Context) -> None:
    """Checks that the caller may create, change and delete spaces.

    Raises:
        AccessDenied: The caller is a Member or a Guest.
    """
    caller = context.caller
    if not (caller.is_org_admin or caller.is_manager):
        raise AccessDenied(
            f"managing spaces needs the Account Admin, Admin or Manager role; you are a {caller.org_role}."
        )


def space(context: Context, space_id: int, field: str = "spaceId") -> SpaceAccess:
    """Returns a space that the caller sees.

    Raises:
        NotFound: There is none with that id, or the caller does not belong to it.
    """
    row = context.database.row(
        "SELECT s.*, a.is_admin FROM spaces s JOIN space_access a USING (space_id) "
        "WHERE s.space_id = ? AND a.user_id = ?",
        (space_id, context.caller.user_id),
    )
    if row is None:
        raise NotFound(field, f"there is no space {space_id} that you belong to.")
    return SpaceAccess(row, bool(row["is_admin"]))


def require_space_admin(context: Context, access: SpaceAccess, action: str) -> None:
    """Checks that the caller administers the space.

    Raises:
        AccessDenied: They do not; the message names the role that does.
    """
    require_writer(context)
    if not access.is_admin:
        name = access.row["space_name"]
        raise AccessDenied(f'{action} needs the Space Admin role in the space "{name}".')


def project(
    context: Context, project_id: int, space_id: int | None = None, field: str = "projectId"
) -> ProjectAccess:
    """Returns a project that the caller sees, checked against the space it is said to be in.

    Raises:
        NotFound: There is none with that id, the caller does not belong to it, or it is in another space.
    """
    row = context.database.row(
        "SELECT p.*, s.space_name, a.is_admin FROM projects p JOIN spaces s USING (space_id) "
        "JOIN project_access a ON a.project_id = p.project_id "
        "WHERE p.project_id = ? AND a.user_id = ?",
        (project_id, context.caller.user_id),
    )
    if row is None:
        raise NotFound(field, f"there is no project {project_id} that you belong to.")
    if space_id is not None and row["space_id"] != space_id:
        raise NotFound("spaceId", f"project {project_id} is not in space {space_id}.")
    return ProjectAccess(row, bool(row["is_admin"]))


def require_project_admin(context: Context, access: ProjectAccess, action: str) -> None:
    """Checks that the caller administers the project.

    Raises:
        AccessDenied: They do not; the message names the role that does.
    """
    require_writer(context)
    if not access.is_admin:
        name = access.row["project_name"]
        raise AccessDenied(f'{action} needs the Project Admin role in the project "{name}".')


def sees_project(context: Context, user_id: int, project_id: int) -> bool:
    """Returns whether a user sees a project."""
    found = context.database.value(
        "SELECT 1 FROM project_access WHERE project_id = ? AND user_id = ?", (project_id, user_id)
    )
    return found is not None
