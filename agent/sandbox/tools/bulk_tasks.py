"""Tools of the category Tasks that work on up to 100 tasks at once.

Each item is done or refused on its own, and the result reports every one in the order given. A call in
which no item could be done is an error and changes nothing.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from agent.sandbox.domain import access, tasks
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_changes import read_changes
from agent.sandbox.domain.task_views import show_task
from agent.sandbox.errors import Refusal
from agent.sandbox.tools.results import Arguments, Handler

Item = TypeVar("Item")


def _bulk_create_tasks(context: Context, arguments: Arguments) -> Json:
    access.require_writer(context)
    project_id = arguments["projectId"]
    access.project(context, project_id, arguments["spaceId"])

    def create(item: Arguments) -> Json:
        return {"task": show_task(context, tasks.create_task(context, project_id, read_changes(item)))}

    return _each(context, "tasks", arguments["tasks"], create)


def _bulk_update_tasks(context: Context, arguments: Arguments) -> Json:
    access.require_writer(context)

    def update(item: Arguments) -> Json:
        task = _task(context, arguments, item["taskId"])
        tasks.update_task(context, task, read_changes(item))
        return {"task": show_task(context, task.task_id)}

    return _each(context, "updates", arguments["updates"], update)


def _bulk_delete_tasks(context: Context, arguments: Arguments) -> Json:
    access.require_writer(context)

    def delete(task_id: int) -> Json:
        return tasks.delete_task(context, _task(context, arguments, task_id))

    return _each(context, "taskIds", arguments["taskIds"], delete)


def _task(context: Context, arguments: Arguments, task_id: int) -> tasks.TaskAccess:
    return tasks.find_task(context, task_id, arguments.get("projectId"), arguments.get("spaceId"))


def _each(context: Context, field: str, items: Sequence[Item], work: Callable[[Item], Json]) -> Json:
    results: list[Json] = []
    for index, item in enumerate(items):
        try:
            with context.database.savepoint():
                results.append({"index": index, "success": True} | work(item))
        except Refusal as refusal:
            results.append(
                {
                    "index": index,
                    "success": False,
                    "code": refusal.code,
                    "error": f"{field}[{index}]: {refusal.message}",
                }
            )
    succeeded = sum(result["success"] for result in results)
    report = {"results": results, "succeeded": succeeded, "failed": len(results) - succeeded}
    if not succeeded:
        raise Refusal(
            f"None of the {len(results)} items could be done; the first: {results[0]['error']}", field, report
        )
    return report


HANDLERS: dict[str, Handler] = {
    "astravue_bulk_create_tasks": _bulk_create_tasks,
    "astravue_bulk_update_tasks": _bulk_update_tasks,
    "astravue_bulk_delete_tasks": _bulk_delete_tasks,
}
