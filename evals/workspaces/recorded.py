"""A server that gives the answers of a recording: a real MCP server that knows nothing but them."""

from collections.abc import Sequence
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from agent.jsontypes import JsonObject, dump
from evals.definitions.recorded_server import RecordedCall, RecordedServer

_LONGEST = 200


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
