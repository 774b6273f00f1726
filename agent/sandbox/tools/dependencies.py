"""Tools of the category Dependencies."""

from agent.sandbox.domain import access, dependencies, tasks
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler
from agent.sandbox.tools.tasks import named_task


def _add_dependency(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    return dependencies.add_dependency(
        context, task, _blocker(context, arguments), arguments.get("dependencyType")
    )


def _list_dependencies(context: Context, arguments: Arguments) -> Json:
    return dependencies.list_dependencies(context, named_task(context, arguments))


def _remove_dependency(context: Context, arguments: Arguments) -> Json:
    access.require_writer(context)
    if "dependencyId" in arguments:
        return dependencies.remove_dependency(
            context, arguments["dependencyId"], arguments.get("taskId"), arguments.get("dependsOnTaskId")
        )
    task = named_task(context, arguments)
    return dependencies.remove_link_between(context, task, _blocker(context, arguments))


def _blocker(context: Context, arguments: Arguments) -> tasks.TaskAccess:
    # The project and space that a caller may name are those of the waiting task.
    return tasks.find_task(context, arguments["dependsOnTaskId"], None, None, "dependsOnTaskId")


HANDLERS: dict[str, Handler] = {
    "astravue_add_dependency": _add_dependency,
    "astravue_list_dependencies": _list_dependencies,
    "astravue_remove_dependency": _remove_dependency,
}
