"""Tools of the category Spaces."""

from agent.sandbox.domain import projects, spaces
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, listed


def _list_spaces(context: Context, _arguments: Arguments) -> Json:
    return listed("spaces", spaces.list_spaces(context))


def _get_space(context: Context, arguments: Arguments) -> Json:
    space_id = arguments["spaceId"]
    return spaces.get_space(context, space_id) | {"projects": projects.list_projects(context, space_id)}


def _create_space(context: Context, arguments: Arguments) -> Json:
    space_id = spaces.create_space(
        context, arguments["spaceName"], arguments.get("description"), arguments.get("color")
    )
    return _get_space(context, {"spaceId": space_id})


def _update_space(context: Context, arguments: Arguments) -> Json:
    spaces.update_space(
        context,
        arguments["spaceId"],
        arguments.get("spaceName"),
        arguments.get("description"),
        arguments.get("color"),
    )
    return _get_space(context, arguments)


def _delete_space(context: Context, arguments: Arguments) -> Json:
    return spaces.delete_space(context, arguments["spaceId"])


HANDLERS: dict[str, Handler] = {
    "astravue_list_spaces": _list_spaces,
    "astravue_get_space": _get_space,
    "astravue_create_space": _create_space,
    "astravue_update_space": _update_space,
    "astravue_delete_space": _delete_space,
}
