"""Tools of the category Comments."""

from agent.sandbox.domain import comments
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, page_of, paged
from agent.sandbox.tools.tasks import named_task


def _get_task_comments(context: Context, arguments: Arguments) -> Json:
    page = page_of(arguments)
    return paged("comments", comments.list_comments(context, named_task(context, arguments), page), page)


def _add_task_comment(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    return comments.add_comment(context, task, arguments["comment"], arguments.get("mentionedUserIds", []))


def _update_task_comment(context: Context, arguments: Arguments) -> Json:
    return comments.update_comment(
        context, arguments["commentId"], arguments.get("taskId"), arguments["comment"]
    )


def _delete_task_comment(context: Context, arguments: Arguments) -> Json:
    return comments.delete_comment(context, arguments["commentId"], arguments.get("taskId"))


HANDLERS: dict[str, Handler] = {
    "astravue_get_task_comments": _get_task_comments,
    "astravue_add_task_comment": _add_task_comment,
    "astravue_update_task_comment": _update_task_comment,
    "astravue_delete_task_comment": _delete_task_comment,
}
