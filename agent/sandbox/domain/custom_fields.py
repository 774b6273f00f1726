"""Custom fields: what a project or a space asks of its tasks beyond the fields that every task has.

A field of a space is on the tasks of all its projects, one of a project on that project's tasks alone.
Personal tasks have none.
"""

import sqlite3
from dataclasses import dataclass

from agent.sandbox.domain import access
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.values import match_name, title
from agent.sandbox.errors import Conflict, InvalidInput, NotFound

SINGLE_SELECT = "SINGLE_SELECT_DROPDOWN"
MULTI_SELECT = "MULTI_SELECT_DROPDOWN"
NAME_LENGTH = 100
_PROJECT = "PROJECT"
_SPACE = "SPACE"
_SAME_TYPE_LIMIT = 5

_FIELDS = """
SELECT f.field_id, f.field_name, f.field_type, f.project_id, COALESCE(f.space_id, p.space_id) AS space_id
FROM custom_fields f LEFT JOIN projects p ON p.project_id = f.project_id
"""
_SEEN = """
WHERE f.field_id = :field_id AND (
    f.project_id IN (SELECT project_id FROM project_access WHERE user_id = :caller_id)
    OR f.space_id IN (SELECT space_id FROM space_access WHERE user_id = :caller_id)
)
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a field belongs: to one project, or to a whole space where the project is None."""

    space_id: int
    project_id: int | None

    @property
    def kind(self) -> str:
        """PROJECT or SPACE."""
        return _SPACE if self.project_id is None else _PROJECT


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field that the caller sees."""

    field_id: int
    name: str
    field_type: str
    scope: Scope

    @property
    def is_dropdown(self) -> bool:
        """Whether its values are chosen among options."""
        return self.field_type in (SINGLE_SELECT, MULTI_SELECT)


def read_scope(context: Context, kind: str | None, space_id: int | None, project_id: int | None) -> Scope:
    """Returns the scope that the arguments name; without `scope` it is that of the innermost id given.

    Raises:
        InvalidInput: The id that the scope needs is missing, or `scope` and the ids contradict each other.
        NotFound: The caller sees no such project or space, or the project is in another space.
    """
    if kind == _SPACE and project_id is not None:
        raise InvalidInput(
            "projectId", "a field of scope SPACE belongs to all projects of the space; leave projectId out."
        )
    if kind == _PROJECT and project_id is None:
        raise InvalidInput("projectId", "it is required for a field of scope PROJECT.")
    if kind == _SPACE and space_id is None:
        raise InvalidInput("spaceId", "it is required for a field of scope SPACE.")
    if project_id is not None:
        return Scope(access.project(context, project_id, space_id).row["space_id"], project_id)
    if space_id is None:
        problem = "give it for a field of one project, or spaceId for one of a whole space."
        raise InvalidInput("projectId", problem)
    return Scope(access.space(context, space_id).row["space_id"], None)


def require_admin(context: Context, scope: Scope, action: str) -> None:
    """Checks that the caller may define fields in a scope.

    Raises:
        AccessDenied: They do not administer the project, or the space for a field of a whole space.
    """
    if scope.project_id is None:
        access.require_space_admin(context, access.space(context, scope.space_id), f"{action} of a space")
    else:
        project = access.project(context, scope.project_id)
        access.require_project_admin(context, project, f"{action} of a project")


def find_field(
    context: Context, field_id: int, project_id: int | None = None, space_id: int | None = None
) -> CustomField:
    """Returns a field that the caller sees, checked against the project and space it is said to be on.

    Raises:
        NotFound: The caller sees no such field, or it is not on the tasks of that project or space.
    """
    row = context.database.row(
        _FIELDS + _SEEN,
        {"field_id": field_id, "caller_id": context.caller.user_id},
    )
    if row is None:
        raise NotFound("fieldId", f"there is no custom field {field_id} that you can see.")
    field = _field(row)
    if space_id is not None and field.scope.space_id != space_id:
        raise NotFound("spaceId", f"custom field {field_id} is not in space {space_id}.")
    if project_id is not None:
        project = access.project(context, project_id).row
        if not is_on(field, project_id, project["space_id"]):
            raise NotFound("projectId", f"custom field {field_id} is not in project {project_id}.")
    return field


def is_on(field: CustomField, project_id: int | None, space_id: int | None) -> bool:
    """Returns whether the tasks of a project have the field."""
    if field.scope.project_id is None:
        return field.scope.space_id == space_id
    return field.scope.project_id == project_id


def fields_in(context: Context, scope: Scope) -> list[CustomField]:
    """Returns the fields that are defined in exactly this scope, by id."""
    condition = "f.space_id = ?" if scope.project_id is None else "f.project_id = ?"
    own_id = scope.space_id if scope.project_id is None else scope.project_id
    rows = context.database.rows(" ".join((_FIELDS, "WHERE", condition, "ORDER BY f.field_id")), (own_id,))
    return [_field(row) for row in rows]


def fields_on(context: Context, project_id: int, space_id: int) -> list[CustomField]:
    """Returns the fields that the tasks of a project have: its own, then those of its space."""
    own = fields_in(context, Scope(space_id, project_id))
    return own + fields_in(context, Scope(space_id, None))


def create_field(context: Context, scope: Scope, name: str, field_type: str) -> CustomField:
    """Defines a field, without options as yet, and returns it.

    Raises:
        AccessDenied: The caller does not administer the project or the space.
        InvalidInput: The name cannot be used.
        Conflict: The scope has a field of that name, or five of that type.
    """
    require_admin(context, scope, "adding a custom field")
    chosen = field_name("fieldName", name)
    fields = fields_in(context, scope)
    place = "space" if scope.project_id is None else "project"
    for field in fields:
        if match_name(field.name) == match_name(chosen):
            raise Conflict(f'fieldName: this {place} already has a field "{field.name}".', "fieldName")
    if sum(field.field_type == field_type for field in fields) >= _SAME_TYPE_LIMIT:
        raise Conflict(
            f"fieldType: this {place} has {_SAME_TYPE_LIMIT} fields of the type {field_type} already, "
            "the most that it can have.",
            "fieldType",
        )
    field_id = context.database.insert(
        "INSERT INTO custom_fields (space_id, project_id, field_name, field_type, created_by, created_time) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            scope.space_id if scope.project_id is None else None,
            scope.project_id,
            chosen,
            field_type,
            context.caller.user_id,
            context.clock.milliseconds(),
        ),
    )
    return CustomField(field_id, chosen, field_type, scope)


def delete_field(context: Context, field: CustomField) -> Json:
    """Deletes a field with its options and its values, and returns what went and how many tasks lost a value.

    Raises:
        AccessDenied: The caller does not administer the project or the space.
    """
    require_admin(context, field.scope, "deleting a custom field")
    database = context.database
    cleared: int = database.value(
        "SELECT COUNT(*) FROM (SELECT task_id FROM custom_field_values WHERE field_id = :field_id "
        "UNION SELECT task_id FROM custom_field_choices WHERE field_id = :field_id)",
        {"field_id": field.field_id},
    )
    database.run("DELETE FROM custom_fields WHERE field_id = ?", (field.field_id,))
    return {"deleted": True, **show_field(field), "clearedTasks": cleared}


def show_field(field: CustomField) -> Json:
    """Returns a field as the API shows it, without its options."""
    return {
        "fieldId": field.field_id,
        "fieldName": field.name,
        "fieldType": field.field_type,
        "scope": field.scope.kind,
        "spaceId": field.scope.space_id,
        "projectId": field.scope.project_id,
    }


def field_name(argument: str, text: str) -> str:
    """Returns the name of a field or of an option.

    Raises:
        InvalidInput: It is blank, too long, of several lines, or without a letter or digit.
    """
    chosen = title(argument, text, NAME_LENGTH)
    if not match_name(chosen):
        raise InvalidInput(argument, "it needs at least one letter or digit.")
    return chosen


def _field(row: sqlite3.Row) -> CustomField:
    scope = Scope(row["space_id"], row["project_id"])
    return CustomField(row["field_id"], row["field_name"], row["field_type"], scope)
