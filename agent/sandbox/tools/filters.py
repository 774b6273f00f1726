"""Tools of the category Filters."""

from agent.sandbox.domain import filters
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, listed


def _list_filters(context: Context, _arguments: Arguments) -> Json:
    return listed("filters", filters.list_filters(context))


def _create_filter(context: Context, arguments: Arguments) -> Json:
    return filters.create_filter(context, arguments["filterName"], arguments.get("criteria", {}))


def _update_filter(context: Context, arguments: Arguments) -> Json:
    return filters.update_filter(
        context, arguments["filterId"], arguments.get("filterName"), arguments.get("criteria")
    )


def _delete_filter(context: Context, arguments: Arguments) -> Json:
    return filters.delete_filter(context, arguments["filterId"])


HANDLERS: dict[str, Handler] = {
    "astravue_list_filters": _list_filters,
    "astravue_create_filter": _create_filter,
    "astravue_update_filter": _update_filter,
    "astravue_delete_filter": _delete_filter,
}
