"""Tools of the category Custom Fields."""

from agent.sandbox.domain import access, custom_field_options, custom_field_values, custom_fields
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, listed
from agent.sandbox.tools.tasks import named_task


def _get_custom_fields(context: Context, arguments: Arguments) -> Json:
    if "taskId" in arguments:
        shown = custom_field_values.task_fields(context, named_task(context, arguments))
        return listed("customFields", shown)
    if "projectId" in arguments:
        row = access.project(context, arguments["projectId"], arguments.get("spaceId")).row
        fields = custom_fields.fields_on(context, row["project_id"], row["space_id"])
    else:
        row = access.space(context, arguments["spaceId"]).row
        fields = custom_fields.fields_in(context, custom_fields.Scope(row["space_id"], None))
    return listed("customFields", custom_field_options.show_fields(context, fields))


def _create_custom_field(context: Context, arguments: Arguments) -> Json:
    scope = custom_fields.read_scope(
        context, arguments.get("scope"), arguments.get("spaceId"), arguments.get("projectId")
    )
    field = custom_fields.create_field(context, scope, arguments["fieldName"], arguments["fieldType"])
    custom_field_options.add_first_options(context, field, arguments.get("options", []))
    return custom_field_options.show_fields(context, [field])[0]


def _set_custom_field_value(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    field = custom_fields.find_field(context, arguments["fieldId"])
    return custom_field_values.set_value(context, task, field, arguments["value"])


def _create_custom_field_option(context: Context, arguments: Arguments) -> Json:
    return custom_field_options.create_option(
        context, _named_field(context, arguments), arguments["optionName"], arguments.get("color")
    )


def _list_custom_field_options(context: Context, arguments: Arguments) -> Json:
    field = _named_field(context, arguments)
    return listed("options", custom_field_options.list_options(context, field)) | {
        "fieldId": field.field_id,
        "fieldName": field.name,
        "fieldType": field.field_type,
    }


def _delete_custom_field(context: Context, arguments: Arguments) -> Json:
    return custom_fields.delete_field(context, _named_field(context, arguments))


def _delete_custom_field_option(context: Context, arguments: Arguments) -> Json:
    return custom_field_options.delete_option(
        context,
        _named_field(context, arguments),
        arguments["optionId"],
        arguments.get("replacementOptionId"),
    )


def _named_field(context: Context, arguments: Arguments) -> custom_fields.CustomField:
    return custom_fields.find_field(
        context, arguments["fieldId"], arguments.get("projectId"), arguments.get("spaceId")
    )


HANDLERS: dict[str, Handler] = {
    "astravue_get_custom_fields": _get_custom_fields,
    "astravue_create_custom_field": _create_custom_field,
    "astravue_set_custom_field_value": _set_custom_field_value,
    "astravue_create_custom_field_option": _create_custom_field_option,
    "astravue_list_custom_field_options": _list_custom_field_options,
    "astravue_delete_custom_field": _delete_custom_field,
    "astravue_delete_custom_field_option": _delete_custom_field_option,
}
