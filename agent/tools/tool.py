"""A tool and its result as plain data, whoever serves it."""

from dataclasses import dataclass, field
from enum import StrEnum

from agent.jsontypes import JsonObject, JsonValue


class Effect(StrEnum):
    """What a call does to the workspace; decides whether it is approved first."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"


@dataclass(frozen=True, slots=True)
class Annotations:
    """The hints of MCP's `ToolAnnotations`; `None` where the server did not say.

    Source: MCP 2025-11-25, schema, `ToolAnnotations`.
    """

    read_only: bool | None = None
    destructive: bool | None = None
    idempotent: bool | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as its server lists it.

    Args:
        name: The name to call it by.
        title: The name to show; the `name` where the server gives no title.
        description: What it does.
        input_schema: JSON Schema of the arguments.
        annotations: The server's hints about its effect.
        hidden: The server marks it for its own interface only (`_meta.ui.visibility` is `["app"]`).
        is_local: This program serves it, not the server.
        finds: It finds other tools; see `FunctionDefinition`.
        is_trusted: The user trusts its server to say what its tools do.
    """

    name: str
    title: str
    description: str
    input_schema: JsonObject
    annotations: Annotations = field(default_factory=Annotations)
    hidden: bool = False
    is_local: bool = False
    finds: bool = False
    is_trusted: bool = False


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered.

    Args:
        text: The text of its content blocks, joined; other blocks named in brackets.
        structured: Its `structuredContent`, or the JSON that `text` holds, or `None`.
        is_error: The tool says that it failed.
        warnings: What had to be repaired on the way, one sentence each.
    """

    text: str
    structured: JsonValue = field(default=None, repr=False)
    is_error: bool = False
    warnings: tuple[str, ...] = ()
