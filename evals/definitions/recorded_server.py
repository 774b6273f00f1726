"""What a server listed and answered while a conversation was recorded, as a file beside its case keeps it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import AgentError
from agent.jsontypes import JsonObject, JsonValue, dump, is_object, parse_object

VERSION = 1
"""The form of recorded servers; grows when a field changes its meaning or goes."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call and its answer.

    Args:
        tool: The tool.
        arguments: What it was called with.
        text: The text of the answer.
        structured: The structured answer; `None` without one.
        is_error: The tool said that it failed.
        writes: It may have changed what later calls answer.
    """

    tool: str
    arguments: JsonObject
    text: str
    structured: JsonObject | None = None
    is_error: bool = False
    writes: bool = False

    @property
    def key(self) -> str:
        """The same for the same call."""
        return f"{self.tool} {dump(self.arguments)}"


@dataclass(frozen=True, slots=True)
class RecordedServer:
    """What a server listed and answered.

    Args:
        tools: Its tools, as `tools/list` gives them.
        calls: The calls, in the order in which they were made.
    """

    tools: Sequence[JsonObject]
    calls: Sequence[RecordedCall]

    def to_json(self) -> JsonObject:
        """Write it as a JSON object."""
        calls: list[JsonValue] = [
            {
                "tool": call.tool,
                "arguments": call.arguments,
                "text": call.text,
                "structured": call.structured,
                "is_error": call.is_error,
                "writes": call.writes,
            }
            for call in self.calls
        ]
        return {"version": VERSION, "tools": list(self.tools), "calls": calls}


def read_recorded_server(path: Path) -> RecordedServer:
    """Read the answers of a recording.

    Raises:
        AgentError: The file cannot be read, is of a newer version, or holds something else.
    """
    try:
        value = parse_object(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AgentError(f"{path} cannot be read: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise AgentError(f"{path}:{error.lineno}: it is no JSON here: {error.msg}.") from error
    except ValueError as error:
        raise AgentError(f"{path}:1: it holds no server's answers: {error}.") from error
    version = value.get("version")
    if isinstance(version, int) and version > VERSION:
        raise AgentError(
            f"{path} has version {version}, and this program reads up to {VERSION}.", "Update astravue-agent."
        )
    tools, calls = value.get("tools"), value.get("calls")
    if version != VERSION or not isinstance(tools, list) or not isinstance(calls, list):
        raise AgentError(f"{path}:1: it holds no server's answers.")
    # Only the cases with such a server need the types, whose import takes a while.
    import mcp_types as types

    try:
        for tool in tools:
            types.Tool.model_validate(tool)
        return RecordedServer(
            [tool for tool in tools if is_object(tool)], [_read_call(call) for call in calls]
        )
    except ValueError as error:
        raise AgentError(f"{path}:1: {' '.join(str(error).split())[:_LONGEST]}.") from error


def _read_call(value: JsonValue) -> RecordedCall:
    call = value if is_object(value) else {}
    tool, arguments, structured = call.get("tool"), call.get("arguments"), call.get("structured")
    if not isinstance(tool, str) or not is_object(arguments) or not isinstance(call.get("text"), str):
        raise ValueError("a call lacks its tool, its arguments or its text")
    return RecordedCall(
        tool,
        arguments,
        str(call["text"]),
        structured if is_object(structured) else None,
        call.get("is_error") is True,
        call.get("writes") is True,
    )
