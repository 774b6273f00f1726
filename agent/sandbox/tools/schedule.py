"""Tools of the category Scheduled & Overdue Tasks."""

from agent.sandbox.domain import task_queries
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, page_of, paged


def _list_overdue_tasks(context: Context, arguments: Arguments) -> Json:
    page = page_of(arguments)
    return paged("tasks", task_queries.list_overdue(context, page), page)


def _list_scheduled_tasks(context: Context, arguments: Arguments) -> Json:
    page = page_of(arguments)
    found = task_queries.list_scheduled(context, arguments.get("startDate"), arguments.get("endDate"), page)
    return paged("tasks", found, page)


HANDLERS: dict[str, Handler] = {
    "astravue_list_overdue_tasks": _list_overdue_tasks,
    "astravue_list_scheduled_tasks": _list_scheduled_tasks,
}
