"""The values that tasks have in their custom fields."""

import json

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.custom_field_formats import Value, misfit, read_plain
from agent.sandbox.domain.custom_field_options import Option, field_options, show_fields, show_option
from agent.sandbox.domain.custom_fields import SINGLE_SELECT, CustomField, fields_on, is_on
from agent.sandbox.domain.tasks import TaskAccess
from agent.sandbox.domain.values import match_name
from agent.sandbox.errors import InvalidInput, NotFound


def task_fields(context: Context, task: TaskAccess) -> list[Json]:
    """Returns the fields of a task with their values, None where one is not set; none for a personal task."""
    if task.project_id is None:
        return []
    fields = fields_on(context, task.project_id, task.row["space_id"])
    values = _values(context, task.task_id)
    return [shown | {"value": values.get(shown["fieldId"])} for shown in show_fields(context, fields)]


def set_value(context: Context, task: TaskAccess, field: CustomField, value: Value) -> Json:
    """Sets a field of a task, or clears it for None, and returns what it holds now.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: The field belongs to another project or space than the task.
        InvalidInput: The value does not fit the type of the field, or names no option of it.
    """
    access.require_writer(context)
    if task.project_id is None:
        raise NotFound("fieldId", "a personal task has no custom fields.")
    if not is_on(field, task.project_id, task.row["space_id"]):
        problem = (
            f"custom field {field.field_id} belongs to another {field.scope.kind.lower()} than the task."
        )
        raise NotFound("fieldId", problem)
    database = context.database
    key = (field.field_id, task.task_id)
    database.run("DELETE FROM custom_field_values WHERE field_id = ? AND task_id = ?", key)
    database.run("DELETE FROM custom_field_choices WHERE field_id = ? AND task_id = ?", key)
    if value is not None and field.is_dropdown:
        database.run_many(
            "INSERT INTO custom_field_choices (field_id, task_id, option_id) VALUES (?, ?, ?)",
            [(*key, option_id) for option_id in _read_choices(context, field, value)],
        )
    elif value is not None:
        database.run(
            "INSERT INTO custom_field_values (field_id, task_id, value) VALUES (?, ?, ?)",
            (*key, json.dumps(read_plain(field.field_type, value))),
        )
    database.run(
        "UPDATE tasks SET modified_by = ?, update_time = ? WHERE task_id = ?",
        (context.caller.user_id, context.clock.milliseconds(), task.task_id),
    )
    return {
        "taskId": task.task_id,
        "taskTitle": task.row["task_title"],
        "fieldId": field.field_id,
        "fieldName": field.name,
        "fieldType": field.field_type,
        "value": _values(context, task.task_id).get(field.field_id),
    }


def _values(context: Context, task_id: int) -> dict[int, object]:
    """Returns what a task has in its fields, by their ids."""
    database = context.database
    rows = database.rows("SELECT field_id, value FROM custom_field_values WHERE task_id = ?", (task_id,))
    values: dict[int, object] = {row["field_id"]: json.loads(row["value"]) for row in rows}
    chosen = database.rows(
        "SELECT c.field_id, f.field_type, o.option_id, o.option_name, o.color FROM custom_field_choices c "
        "JOIN custom_fields f USING (field_id) JOIN custom_field_options o USING (option_id) "
        "WHERE c.task_id = ? ORDER BY o.position, o.option_id",
        (task_id,),
    )
    lists: dict[int, list[Json]] = {}
    for row in chosen:
        shown = show_option(Option(row["option_id"], row["option_name"], row["color"]))
        lists.setdefault(row["field_id"], []).append(shown)
        single = row["field_type"] == SINGLE_SELECT
        values[row["field_id"]] = shown if single else lists[row["field_id"]]
    return values


def _read_choices(context: Context, field: CustomField, value: Value) -> list[int]:
    if field.field_type == SINGLE_SELECT:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise misfit(field.field_type, "the name or the id of an option")
        given: list[str | int] = [value]
    else:
        if not isinstance(value, list):
            raise misfit(field.field_type, "a list of names or ids of options")
        given = value
    options = field_options(context, field.field_id)
    return list(dict.fromkeys(_option_id(field, options, each) for each in given))


def _option_id(field: CustomField, options: list[Option], given: str | int) -> int:
    for option in options:
        by_name = isinstance(given, str) and match_name(option.name) == match_name(given)
        if by_name or option.option_id == given:
            return option.option_id
    names = labels.name_list([option.name for option in options]) or "none yet"
    quoted = f'"{given[:40]}"' if isinstance(given, str) else given
    raise InvalidInput("value", f'{quoted} is not an option of the field "{field.name}"; it has {names}.')
