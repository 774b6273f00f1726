"""Tools of the category Tasks that work on one task, and those that list them."""

from agent.sandbox.domain import access, task_copies, task_queries, tasks
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_changes import read_changes
from agent.sandbox.domain.task_queries import TaskFilter
from agent.sandbox.domain.task_views import show_task
from agent.sandbox.domain.values import date_time, title
from agent.sandbox.tools.results import Arguments, Handler, page_of, paged


def named_task(context: Context, arguments: Arguments, name: str = "taskId") -> tasks.TaskAccess:
    """Returns the task that the arguments name, checked against the project and space they name.

    Raises:
        NotFound: The caller sees no such task, or it is elsewhere.
    """
    return tasks.find_task(
        context, arguments[name], arguments.get("projectId"), arguments.get("spaceId"), name
    )


def _list_project_tasks(context: Context, arguments: Arguments) -> Json:
    page = page_of(arguments)
    due_before, due_after = arguments.get("dueBefore"), arguments.get("dueAfter")
    narrowed = TaskFilter(
        status=arguments.get("status"),
        priority=arguments.get("priority"),
        owner_id=arguments.get("ownerId"),
        tag=arguments.get("tag"),
        due_before=None if due_before is None else date_time("dueBefore", due_before),
        due_after=None if due_after is None else date_time("dueAfter", due_after),
        sort_by=arguments.get("sortBy"),
        descending=arguments.get("sortOrder") == "desc",
    )
    found = task_queries.list_project_tasks(
        context, arguments["projectId"], arguments["spaceId"], narrowed, page
    )
    return paged("tasks", found, page)


def _get_task(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    return show_task(context, task.task_id) | {"subtasks": task_queries.list_subtasks(context, task.task_id)}


def _find_tasks(context: Context, arguments: Arguments) -> Json:
    page = page_of(arguments)
    return paged("tasks", task_queries.find_tasks(context, arguments["keyword"], page), page)


def _create_task(context: Context, arguments: Arguments) -> Json:
    access.project(context, arguments["projectId"], arguments["spaceId"])
    return show_task(context, tasks.create_task(context, arguments["projectId"], read_changes(arguments)))


def _update_task(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    tasks.update_task(context, task, read_changes(arguments))
    return show_task(context, task.task_id)


def _delete_task(context: Context, arguments: Arguments) -> Json:
    return tasks.delete_task(context, named_task(context, arguments))


def _move_task(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    removed = task_copies.move_task(
        context, task, arguments["targetProjectId"], arguments.get("targetSpaceId")
    )
    return show_task(context, task.task_id) | removed


def _duplicate_task(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    new_title = title("newTitle", arguments["newTitle"]) if "newTitle" in arguments else None
    copy_id = task_copies.duplicate_task(context, task, new_title, arguments.get("includeSubtasks", False))
    return show_task(context, copy_id) | {"duplicatedFrom": task.task_id}


def _create_personal_task(context: Context, arguments: Arguments) -> Json:
    return show_task(context, tasks.create_task(context, None, read_changes(arguments)))


def _get_task_counts(context: Context, _arguments: Arguments) -> Json:
    return task_queries.count_tasks(context)


HANDLERS: dict[str, Handler] = {
    "astravue_list_project_tasks": _list_project_tasks,
    "astravue_get_task": _get_task,
    "astravue_find_tasks": _find_tasks,
    "astravue_create_task": _create_task,
    "astravue_update_task": _update_task,
    "astravue_delete_task": _delete_task,
    "astravue_move_task": _move_task,
    "astravue_duplicate_task": _duplicate_task,
    "astravue_create_personal_task": _create_personal_task,
    "astravue_get_task_counts": _get_task_counts,
}
