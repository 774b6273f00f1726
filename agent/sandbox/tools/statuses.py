"""Tools of the category Task Statuses."""

import sqlite3

from agent.sandbox.domain import statuses
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.errors import InvalidInput
from agent.sandbox.tools.results import Arguments, Handler, listed


def _list_task_statuses(context: Context, arguments: Arguments) -> Json:
    if "spaceId" in arguments and "projectId" not in arguments:
        problem = (
            "statuses differ by project, so give it too; without either id, those of personal tasks come."
        )
        raise InvalidInput("projectId", problem)
    found = statuses.list_statuses(context, arguments.get("projectId"), arguments.get("spaceId"))
    return listed("statuses", found)


def _list_project_statuses(context: Context, arguments: Arguments) -> Json:
    groups = statuses.group_statuses(context, arguments["projectId"], arguments.get("spaceId"))
    return listed("statusGroups", groups)


def _create_task_status(context: Context, arguments: Arguments) -> Json:
    if "projectId" not in arguments:
        raise InvalidInput("projectId", "it is required, for a status belongs to one project.")
    return statuses.create_status(
        context,
        arguments["projectId"],
        arguments.get("spaceId"),
        arguments["statusName"],
        arguments.get("color"),
        arguments.get("statusCategory"),
    )


def _update_task_status(context: Context, arguments: Arguments) -> Json:
    return statuses.update_status(
        context,
        _named_status(context, arguments),
        arguments.get("statusName"),
        arguments.get("color"),
        arguments.get("statusCategory"),
    )


def _delete_task_status(context: Context, arguments: Arguments) -> Json:
    row = _named_status(context, arguments)
    return statuses.delete_status(context, row, arguments.get("replacementStatusId"))


def _named_status(context: Context, arguments: Arguments) -> sqlite3.Row:
    return statuses.find_status(
        context, arguments["taskStatusId"], arguments.get("projectId"), arguments.get("spaceId")
    )


HANDLERS: dict[str, Handler] = {
    "astravue_list_task_statuses": _list_task_statuses,
    "astravue_list_project_statuses": _list_project_statuses,
    "astravue_create_task_status": _create_task_status,
    "astravue_update_task_status": _update_task_status,
    "astravue_delete_task_status": _delete_task_status,
}
