"""Tools of the category Tags."""

from agent.sandbox.domain import tags
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_views import show_task
from agent.sandbox.tools.results import Arguments, Handler, listed
from agent.sandbox.tools.tasks import named_task


def _list_tags(context: Context, _arguments: Arguments) -> Json:
    return listed("tags", tags.list_tags(context))


def _add_tag_to_task(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    outcome = tags.add_tag(context, task, arguments.get("tagId"), arguments.get("tagName"))
    return show_task(context, task.task_id) | outcome


def _remove_tag_from_task(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    outcome = tags.remove_tag(context, task, arguments.get("tagId"), arguments.get("tagName"))
    return show_task(context, task.task_id) | outcome


HANDLERS: dict[str, Handler] = {
    "astravue_list_tags": _list_tags,
    "astravue_add_tag_to_task": _add_tag_to_task,
    "astravue_remove_tag_from_task": _remove_tag_from_task,
}
