"""Tools of the category Workspace & Members."""

from agent.sandbox.domain import users
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, listed


def _get_workspace_members(context: Context, _arguments: Arguments) -> Json:
    return listed("members", users.list_members(context))


def _get_member_by_email(context: Context, arguments: Arguments) -> Json:
    return users.member_by_email(context, arguments["email"])


def _get_current_user(context: Context, _arguments: Arguments) -> Json:
    return users.current_user(context)


HANDLERS: dict[str, Handler] = {
    "astravue_get_workspace_members": _get_workspace_members,
    "astravue_get_member_by_email": _get_member_by_email,
    "astravue_get_current_user": _get_current_user,
}
