"""What a tool takes, and lists that come page by page, whatever a server calls its arguments."""

from dataclasses import dataclass
from typing import Self

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.tool import Tool

_PAGE_SIZE = 100


def properties_of(tool: Tool) -> JsonObject:
    """The arguments of a tool with their schemas."""
    properties = tool.input_schema.get("properties")
    return properties if is_object(properties) else {}


def required_of(tool: Tool) -> JsonObject:
    """The arguments that a tool must be given, with their schemas."""
    required, properties = tool.input_schema.get("required"), properties_of(tool)
    names = map(str, required) if isinstance(required, list) else ()
    return {name: properties.get(name, {}) for name in names}


@dataclass(frozen=True, slots=True)
class Paging:
    """How a tool is asked for a page of a list.

    Args:
        page: The argument that counts pages, from 1; `None` if it lists everything at once.
        size: What it is given for large pages.
    """

    page: str | None
    size: JsonObject

    @classmethod
    def of(cls, tool: Tool) -> Self:
        """Read it off the tool's arguments."""
        names = properties_of(tool)
        size = _like(names, "pagesize", "perpage", "limit")
        return cls(_like(names, "page", "pagenumber"), {size: _page_size(names[size])} if size else {})

    def arguments(self, number: int) -> JsonObject:
        """What asks for a page."""
        return {**self.size, self.page: number} if self.page is not None else dict(self.size)


def has_more(value: JsonValue, read: int) -> bool:
    """Say whether an answer knows of more than what was read so far."""
    if not is_object(value):
        return False
    total = value.get("total")
    return value.get("hasMore") is True or (isinstance(total, int) and total > read)


def _page_size(schema: JsonValue) -> int:
    most = schema.get("maximum") if is_object(schema) else None
    return min(_PAGE_SIZE, most) if isinstance(most, int) else _PAGE_SIZE


def _like(names: JsonObject, *wanted: str) -> str | None:
    return next((name for name in names if name.lower().replace("_", "") in wanted), None)
