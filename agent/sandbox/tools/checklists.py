"""Tools of the category Checklists."""

from agent.sandbox.domain import checklists, tasks
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.errors import NotFound
from agent.sandbox.tools.results import Arguments, Handler, listed
from agent.sandbox.tools.tasks import named_task


def _get_task_checklists(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    if "subtaskId" in arguments:
        task = _subtask(context, task, arguments["subtaskId"])
    items = checklists.list_items(context, task)
    return listed("checklistItems", items) | {
        "totalCompleted": sum(item["completed"] for item in items),
        "taskId": task.task_id,
    }


def _subtask(context: Context, parent: tasks.TaskAccess, subtask_id: int) -> tasks.TaskAccess:
    subtask = tasks.find_subtask(context, subtask_id, None, None, None)
    if subtask.row["parent_task_id"] != parent.task_id:
        raise NotFound("subtaskId", f"task {subtask_id} is not a subtask of task {parent.task_id}.")
    return subtask


def _create_checklist_item(context: Context, arguments: Arguments) -> Json:
    return checklists.add_item(context, named_task(context, arguments), arguments["title"])


def _update_checklist_item(context: Context, arguments: Arguments) -> Json:
    return checklists.update_item(
        context,
        arguments["checklistItemId"],
        arguments.get("taskId"),
        arguments.get("title"),
        arguments.get("completed"),
    )


def _delete_checklist_item(context: Context, arguments: Arguments) -> Json:
    return checklists.delete_item(context, arguments["checklistItemId"], arguments.get("taskId"))


HANDLERS: dict[str, Handler] = {
    "astravue_get_task_checklists": _get_task_checklists,
    "astravue_create_checklist_item": _create_checklist_item,
    "astravue_update_checklist_item": _update_checklist_item,
    "astravue_delete_checklist_item": _delete_checklist_item,
}
