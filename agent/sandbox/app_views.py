"""The pages that clients show for the interactive views (MCP Apps, SEP-1865).

One page serves them all: it is told the result of the tool that was called, and shows what is in it.
"""

from functools import cache
from importlib import resources

MIME_TYPE = "text/html;profile=mcp-app"

TASK_LIST_URI = "ui://astravue/task-list"
MY_TASKS_URI = "ui://astravue/my-tasks"
PROJECT_OVERVIEW_URI = "ui://astravue/project-overview"

_URIS = (TASK_LIST_URI, MY_TASKS_URI, PROJECT_OVERVIEW_URI)


def find_page(uri: str) -> str | None:
    """Returns the page of a view as HTML, or None when there is no view at that address."""
    return _page() if uri in _URIS else None


@cache
def _page() -> str:
    return resources.files("agent.sandbox").joinpath("view.html").read_text("utf-8")
