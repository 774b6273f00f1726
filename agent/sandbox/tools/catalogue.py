"""All tools: their definitions from `tools.json`, each with the handler that does its work."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from agent.sandbox.clock import Clock
from agent.sandbox.database import Database
from agent.sandbox.domain.context import Caller, Context, Json
from agent.sandbox.tools import (
    attachments,
    bulk_tasks,
    checklists,
    comments,
    custom_fields,
    dependencies,
    filters,
    members,
    notifications,
    projects,
    schedule,
    spaces,
    stats,
    statuses,
    subtasks,
    tags,
    tasks,
    time_tracking,
    views,
)
from agent.sandbox.tools.results import Handler, Renderer, ToolResult, compact
from agent.sandbox.tools.validation import ArgumentValidator

_HANDLERS: dict[str, Handler] = {
    **spaces.HANDLERS,
    **projects.HANDLERS,
    **tasks.HANDLERS,
    **bulk_tasks.HANDLERS,
    **subtasks.HANDLERS,
    **comments.HANDLERS,
    **checklists.HANDLERS,
    **dependencies.HANDLERS,
    **tags.HANDLERS,
    **attachments.HANDLERS,
    **time_tracking.HANDLERS,
    **custom_fields.HANDLERS,
    **statuses.HANDLERS,
    **filters.HANDLERS,
    **schedule.HANDLERS,
    **notifications.HANDLERS,
    **members.HANDLERS,
    **views.HANDLERS,
    **stats.HANDLERS,
}


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """What `tools/list` says of a tool, and what checks and runs it."""

    name: str
    title: str
    category: str
    description: str
    annotations: Json
    input_schema: Json
    validator: ArgumentValidator
    handler: Handler
    render: Renderer = compact
    view_uri: str | None = None


class Catalogue:
    """The tools by name, in the order in which they are listed."""

    def __init__(self, definitions: Sequence[ToolDefinition]) -> None:
        self.definitions = tuple(definitions)
        self._by_name = {definition.name: definition for definition in definitions}

    def find(self, name: str) -> ToolDefinition | None:
        """Returns the tool of that name, or None."""
        return self._by_name.get(name)


def load_catalogue() -> Catalogue:
    """Reads `tools.json` and joins each definition with its handler."""
    source = resources.files("agent.sandbox").joinpath("tools.json").read_text("utf-8")
    entries: list[dict[str, Any]] = json.loads(source)
    return Catalogue(
        [
            ToolDefinition(
                name=entry["name"],
                title=entry["title"],
                category=entry["category"],
                description=entry["description"],
                annotations=entry["annotations"],
                input_schema=entry["inputSchema"],
                validator=ArgumentValidator(entry["inputSchema"], entry.get("atLeastOneOf", [])),
                handler=_HANDLERS[entry["name"]],
                render=views.RENDERERS.get(entry["name"], compact),
                view_uri=views.VIEW_URIS.get(entry["name"]),
            )
            for entry in entries
        ]
    )


def run_tool(
    database: Database, clock: Clock, caller: Caller, tool: ToolDefinition, arguments: Json
) -> ToolResult:
    """Checks the arguments and does the tool's work in one transaction.

    Returns:
        The structured result with its text.

    Raises:
        Refusal: The arguments do not fit, or the workspace does not allow it; nothing has changed.
    """
    checked = tool.validator.check(arguments)
    with database.transaction():
        structured = tool.handler(Context(database, clock, caller), checked)
        # An answer that cannot be written undoes the work that it would have reported.
        return ToolResult(structured, tool.render(structured))
