"""Tools of the category Projects."""

from agent.sandbox.domain import projects, users
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.errors import InvalidInput
from agent.sandbox.tools.results import Arguments, Handler, listed


def _list_projects(context: Context, arguments: Arguments) -> Json:
    return listed("projects", projects.list_projects(context, arguments["spaceId"]))


def _get_project(context: Context, arguments: Arguments) -> Json:
    return projects.get_project(context, arguments["projectId"], arguments["spaceId"])


def _create_project(context: Context, arguments: Arguments) -> Json:
    changes = projects.read_changes(arguments)
    return projects.get_project(context, projects.create_project(context, arguments["spaceId"], changes))


def _update_project(context: Context, arguments: Arguments) -> Json:
    changes = projects.read_changes(arguments)
    projects.update_project(context, arguments["projectId"], arguments["spaceId"], changes)
    return projects.get_project(context, arguments["projectId"])


def _delete_project(context: Context, arguments: Arguments) -> Json:
    return projects.delete_project(context, arguments["projectId"], arguments["spaceId"])


def _add_project_member(context: Context, arguments: Arguments) -> Json:
    return projects.add_member(
        context,
        arguments["projectId"],
        arguments["spaceId"],
        _named_member(context, arguments),
        arguments.get("role"),
    )


def _named_member(context: Context, arguments: Arguments) -> int:
    by_id = users.member_id(context, "userId", arguments["userId"]) if "userId" in arguments else None
    by_email = users.member_id_by_email(context, arguments["email"]) if "email" in arguments else None
    if by_id is not None and by_email is not None and by_id != by_email:
        raise InvalidInput("email", "userId and email name two different people; give one of them.")
    user_id = by_id if by_id is not None else by_email
    assert user_id is not None
    return user_id


HANDLERS: dict[str, Handler] = {
    "astravue_list_projects": _list_projects,
    "astravue_get_project": _get_project,
    "astravue_create_project": _create_project,
    "astravue_update_project": _update_project,
    "astravue_delete_project": _delete_project,
    "astravue_add_project_member": _add_project_member,
}
