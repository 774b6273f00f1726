"""The options of dropdown fields."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.custom_fields import CustomField, field_name, require_admin, show_field
from agent.sandbox.domain.values import colour, match_name
from agent.sandbox.errors import Conflict, InvalidInput, NotFound

_OPTIONS_LIMIT = 100
_COLOURS = ("#2f80ed", "#27ae60", "#f2994a", "#eb5757", "#9b51e0", "#1f8f75", "#f2c94c", "#8c96a3")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a dropdown field."""

    option_id: int
    name: str
    color: str


def field_options(context: Context, field_id: int) -> list[Option]:
    """Returns the options of a field in their order."""
    rows = context.database.rows(
        "SELECT option_id, option_name, color FROM custom_field_options WHERE field_id = ? "
        "ORDER BY position, option_id",
        (field_id,),
    )
    return [Option(row["option_id"], row["option_name"], row["color"]) for row in rows]


def list_options(context: Context, field: CustomField) -> list[Json]:
    """Returns the options of a dropdown field in their order.

    Raises:
        InvalidInput: The field is no dropdown.
    """
    _require_dropdown(field, "fieldId")
    return [show_option(option) for option in field_options(context, field.field_id)]


def add_first_options(context: Context, field: CustomField, names: Sequence[str]) -> None:
    """Gives a new field its first options, if any.

    Raises:
        InvalidInput: The field is no dropdown, or a name cannot be used or comes twice.
    """
    if not names:
        return
    _require_dropdown(field, "options")
    if len(names) > _OPTIONS_LIMIT:
        raise InvalidInput("options", f"it has {len(names)} items; at most {_OPTIONS_LIMIT} are allowed.")
    matched: set[str] = set()
    for index, name in enumerate(names):
        chosen = field_name(f"options[{index}]", name)
        if match_name(chosen) in matched:
            raise InvalidInput(f"options[{index}]", f'"{chosen}" comes twice.')
        matched.add(match_name(chosen))
        _insert(context, field.field_id, chosen, _COLOURS[index % len(_COLOURS)], index)


def create_option(context: Context, field: CustomField, name: str, color: str | None) -> Json:
    """Adds an option after the others of a dropdown field and returns it.

    Raises:
        AccessDenied: The caller does not administer the field's project or space.
        InvalidInput: The field is no dropdown, or a value cannot be used.
        Conflict: The field has an option of that name, or as many as it can have.
    """
    require_admin(context, field.scope, "adding an option to a custom field")
    _require_dropdown(field, "fieldId")
    chosen = field_name("optionName", name)
    options = field_options(context, field.field_id)
    for option in options:
        if match_name(option.name) == match_name(chosen):
            raise Conflict(f'optionName: this field already has an option "{option.name}".', "optionName")
    if len(options) >= _OPTIONS_LIMIT:
        raise Conflict(f"this field has {_OPTIONS_LIMIT} options already, the most that it can have.")
    position: int = context.database.value(
        "SELECT COALESCE(MAX(position) + 1, 0) FROM custom_field_options WHERE field_id = ?",
        (field.field_id,),
    )
    shade = _COLOURS[position % len(_COLOURS)] if color is None else colour("color", color)
    option_id = _insert(context, field.field_id, chosen, shade, position)
    return show_option(Option(option_id, chosen, shade)) | {
        "fieldId": field.field_id,
        "fieldName": field.name,
    }


def delete_option(context: Context, field: CustomField, option_id: int, replacement_id: int | None) -> Json:
    """Deletes an option, and returns what went and what became of the tasks that had it.

    Args:
        context: Whose operation it is.
        field: The field that the option belongs to.
        option_id: The option.
        replacement_id: The option that its tasks get instead; None takes it off them.

    Raises:
        AccessDenied: The caller does not administer the field's project or space.
        InvalidInput: The field is no dropdown, or the replacement is the option itself.
        NotFound: The field has no such option or replacement.
    """
    require_admin(context, field.scope, "deleting an option of a custom field")
    _require_dropdown(field, "fieldId")
    option = _find(context, field, option_id, "optionId")
    replacement = None
    if replacement_id is not None:
        replacement = _find(context, field, replacement_id, "replacementOptionId")
        if replacement == option:
            problem = "it must be another option than the one that goes."
            raise InvalidInput("replacementOptionId", problem)
    database = context.database
    tasks: int = database.value("SELECT COUNT(*) FROM custom_field_choices WHERE option_id = ?", (option_id,))
    if replacement is not None:
        # A task may have chosen both.
        database.run(
            "INSERT OR IGNORE INTO custom_field_choices (field_id, task_id, option_id) "
            "SELECT field_id, task_id, ? FROM custom_field_choices WHERE option_id = ?",
            (replacement.option_id, option_id),
        )
    database.run("DELETE FROM custom_field_options WHERE option_id = ?", (option_id,))
    return {
        "deleted": True,
        "optionId": option_id,
        "optionName": option.name,
        "fieldId": field.field_id,
        "fieldName": field.name,
        "movedTasks": tasks if replacement is not None else 0,
        "clearedTasks": tasks if replacement is None else 0,
        "replacementOption": None if replacement is None else show_option(replacement),
    }


def show_fields(context: Context, fields: Sequence[CustomField]) -> list[Json]:
    """Returns fields as the API shows them, dropdowns with their options."""
    ids = json.dumps([field.field_id for field in fields])
    rows = context.database.rows(
        "SELECT field_id, option_id, option_name, color FROM custom_field_options "
        "WHERE field_id IN (SELECT value FROM json_each(?)) ORDER BY field_id, position, option_id",
        (ids,),
    )
    options: dict[int, list[Json]] = {field.field_id: [] for field in fields}
    for row in rows:
        shown = show_option(Option(row["option_id"], row["option_name"], row["color"]))
        options[row["field_id"]].append(shown)
    return [
        show_field(field) | ({"options": options[field.field_id]} if field.is_dropdown else {})
        for field in fields
    ]


def show_option(option: Option) -> Json:
    """Returns an option as the API shows it."""
    return {"optionId": option.option_id, "optionName": option.name, "color": option.color}


def _insert(context: Context, field_id: int, name: str, color: str, position: int) -> int:
    return context.database.insert(
        "INSERT INTO custom_field_options (field_id, option_name, match_name, color, position) "
        "VALUES (?, ?, ?, ?, ?)",
        (field_id, name, match_name(name), color, position),
    )


def _find(context: Context, field: CustomField, option_id: int, argument: str) -> Option:
    for option in field_options(context, field.field_id):
        if option.option_id == option_id:
            return option
    raise NotFound(argument, f"custom field {field.field_id} has no option {option_id}.")


def _require_dropdown(field: CustomField, argument: str) -> None:
    if not field.is_dropdown:
        problem = f'"{field.name}" is a field of the type {field.field_type}; only dropdowns have options.'
        raise InvalidInput(argument, problem)
