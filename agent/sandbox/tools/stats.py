"""Tools of the category Internal."""

from agent.sandbox.domain import project_stats
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler


def _internal_get_project_stats(context: Context, arguments: Arguments) -> Json:
    return project_stats.get_stats(context, arguments["projectId"], arguments.get("spaceId"))


HANDLERS: dict[str, Handler] = {
    "astravue_internal_get_project_stats": _internal_get_project_stats,
}
