"""A server that gives the answers of a recording: a real MCP server that knows nothing but them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

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


class Answers:
    """Finds the answer to each call.

    A read is answered as it was at the same point between two writes, and a further one as the last one like
    it, so that what the program looks up by itself changes nothing.

    Args:
        calls: The calls, in the order in which they were made.
    """

    def __init__(self, calls: Sequence[RecordedCall]) -> None:
        self._waiting = list(calls)
        self._given: dict[str, RecordedCall] = {}

    def find(self, tool: str, arguments: JsonObject) -> RecordedCall | None:
        """Find the answer; `None` if no such call was recorded.

        Args:
            tool: The tool.
            arguments: What it is called with.
        """
        key = RecordedCall(tool, arguments, "").key
        for call in self._waiting:
            if call.key == key:
                self._waiting.remove(call)
                self._given[key] = call
                return call
            if call.writes:
                break
        return self._given.get(key)


def recorded_app(server: RecordedServer) -> ASGIApp:
    """An application that serves a recording at `/mcp`.

    Args:
        server: What it lists and answers.
    """
    answers = Answers(server.calls)

    async def list_tools(
        _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool.model_validate(tool) for tool in server.tools])

    async def call_tool(
        _context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        arguments = params.arguments or {}
        call = answers.find(params.name, arguments)
        if call is None:
            said = f"There is no recorded answer to {params.name} with {dump(arguments)[:_LONGEST]}."
            return types.CallToolResult(content=[types.TextContent(type="text", text=said)], is_error=True)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=call.text)] if call.text else [],
            structured_content=call.structured,
            is_error=call.is_error,
        )

    mcp_server = Server("recorded", on_list_tools=list_tools, on_call_tool=call_tool)
    sessions = StreamableHTTPSessionManager(mcp_server, json_response=True)
    return Starlette(
        routes=[Route("/mcp", StreamableHTTPASGIApp(sessions))], lifespan=lambda _app: sessions.run()
    )
