"""Tools of the category Subtasks."""

from agent.sandbox.domain import task_queries, tasks
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_changes import read_changes
from agent.sandbox.domain.task_views import show_task
from agent.sandbox.tools.results import Arguments, Handler, listed
from agent.sandbox.tools.tasks import named_task


def _list_subtasks(context: Context, arguments: Arguments) -> Json:
    parent = named_task(context, arguments, "parentTaskId")
    return listed("subtasks", task_queries.list_subtasks(context, parent.task_id))


def _create_subtask(context: Context, arguments: Arguments) -> Json:
    parent = named_task(context, arguments, "parentTaskId")
    return show_task(context, tasks.create_subtask(context, parent, read_changes(arguments)))


def _update_subtask(context: Context, arguments: Arguments) -> Json:
    subtask = _named_subtask(context, arguments)
    tasks.update_task(context, subtask, read_changes(arguments))
    return show_task(context, subtask.task_id)


def _delete_subtask(context: Context, arguments: Arguments) -> Json:
    return tasks.delete_task(context, _named_subtask(context, arguments))


def _named_subtask(context: Context, arguments: Arguments) -> tasks.TaskAccess:
    return tasks.find_subtask(
        context,
        arguments["subtaskId"],
        arguments.get("parentTaskId"),
        arguments.get("projectId"),
        arguments.get("spaceId"),
    )


HANDLERS: dict[str, Handler] = {
    "astravue_list_subtasks": _list_subtasks,
    "astravue_create_subtask": _create_subtask,
    "astravue_update_subtask": _update_subtask,
    "astravue_delete_subtask": _delete_subtask,
}
