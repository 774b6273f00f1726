"""The shapes that results share."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_views import Page

Arguments = Mapping[str, Any]
"""A tool's arguments, which fit its input schema."""

Handler = Callable[[Context, Arguments], Json]
"""Does a tool's work inside a transaction and returns its structured result, or raises a Refusal."""

Renderer = Callable[[Json], str]
"""Returns a structured result as text."""

_DEFAULT_PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answers: data for programs, and the same as text."""

    structured: Json
    text: str


def compact(result: Json) -> str:
    """Returns a structured result as JSON in one line: the text of tools that have none of their own."""
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))


def page_of(arguments: Arguments) -> Page:
    """Returns the page that `page` and `pageSize` ask for."""
    return Page(max(1, arguments.get("page", 1)), arguments.get("pageSize", _DEFAULT_PAGE_SIZE))


def paged(name: str, found: tuple[list[Json], int], page: Page) -> Json:
    """Returns one page of a list, with what a caller needs to ask for the next."""
    items, total = found
    return {
        name: items,
        "total": total,
        "page": page.number,
        "pageSize": page.size,
        "hasMore": page.number * page.size < total,
    }


def listed(name: str, items: Sequence[Json]) -> Json:
    """Returns a whole list."""
    return {name: list(items), "total": len(items)}
