"""Tools of the category Interactive Views: data for a view, and the same as text for a terminal."""

from agent.sandbox.app_views import MY_TASKS_URI, PROJECT_OVERVIEW_URI, TASK_LIST_URI
from agent.sandbox.domain import views
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, Renderer
from agent.sandbox.tools.view_texts import my_tasks_text, project_overview_text, task_list_text


def _preview_task_list(context: Context, arguments: Arguments) -> Json:
    return views.task_list(context, arguments["projectId"], arguments["spaceId"])


def _preview_my_tasks(context: Context, _arguments: Arguments) -> Json:
    return views.my_tasks(context)


def _preview_project_overview(context: Context, arguments: Arguments) -> Json:
    return views.project_overview(context, arguments["projectId"], arguments["spaceId"])


HANDLERS: dict[str, Handler] = {
    "astravue_preview_task_list": _preview_task_list,
    "astravue_preview_my_tasks": _preview_my_tasks,
    "astravue_preview_project_overview": _preview_project_overview,
}

RENDERERS: dict[str, Renderer] = {
    "astravue_preview_task_list": task_list_text,
    "astravue_preview_my_tasks": my_tasks_text,
    "astravue_preview_project_overview": project_overview_text,
}

VIEW_URIS = {
    "astravue_preview_task_list": TASK_LIST_URI,
    "astravue_preview_my_tasks": MY_TASKS_URI,
    "astravue_preview_project_overview": PROJECT_OVERVIEW_URI,
}
