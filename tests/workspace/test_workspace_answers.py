"""Answers that are not what they should be cost as little as they can."""

from collections.abc import Callable

import pytest
from starlette.responses import JSONResponse, Response

from agent.events import Notice, OutsideEvent
from agent.jsontypes import JsonObject
from agent.workspace.workspace import Workspace
from tests.workspace.mcp_servers import (
    Seen,
    always,
    one_after_another,
    result,
    running,
    scripted,
)

pytestmark = pytest.mark.anyio
Connect = Callable[[str], Workspace]


async def test_an_answer_under_a_wrong_id_is_taken_for_what_it_is(connect_to: Connect) -> None:
    tools: JsonObject = {"tools": [{"name": "read", "inputSchema": {"type": "object"}}]}
    gate = scripted({"tools/list": tools})

    def confused(_: Seen) -> Response:
        error: JsonObject = {"code": -32603, "message": "I lost my notes"}
        return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error})

    gate.fault = one_after_another(always("tools/call", confused), *filter(None, [gate.fault]))
    with running(gate) as server:
        async with connect_to(server.url) as workspace:
            answer = await workspace.call_tool("read", {})
    assert answer.is_error
    assert answer.text == "The server refused the call: I lost my notes"


async def test_one_malformed_tool_costs_only_itself(connect_to: Connect, told: list[OutsideEvent]) -> None:
    good: JsonObject = {"name": "good", "inputSchema": {"type": "object"}}
    bad: JsonObject = {"name": "bad", "inputSchema": {"type": "object", "properties": {"a": {"type": 7}}}}
    tools: JsonObject = {"tools": [bad, good, {"title": "nameless"}]}
    answer: JsonObject = {"content": [{"type": "text", "text": "done"}]}
    with running(scripted({"tools/list": tools, "tools/call": answer})) as server:
        async with connect_to(server.url) as workspace:
            assert [tool.name for tool in await workspace.tools()] == ["good"]
            assert (await workspace.call_tool("good", {})).text == "done"
            assert len(workspace.skipped_tools) == 2
            assert workspace.skipped_tools[0].startswith("bad: its input schema is malformed")
    assert told == [Notice(f"A tool was left out: {reason}.") for reason in workspace.skipped_tools]


@pytest.mark.parametrize("legacy", [True, False])
async def test_a_result_that_breaks_its_promise_is_delivered_with_a_warning(
    legacy: bool, connect_to: Connect
) -> None:
    schema: JsonObject = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    tool: JsonObject = {"name": "make", "inputSchema": {"type": "object"}, "outputSchema": schema}
    answer: JsonObject = {"content": [], "structuredContent": {"id": "seven"}}
    gate = scripted({"tools/list": {"tools": [tool]}, "tools/call": answer})
    if not legacy:
        found: JsonObject = {
            "supportedVersions": ["2026-07-28"],
            "capabilities": {"tools": {}},
            "resultType": "complete",
            "ttlMs": 0,
            "cacheScope": "private",
        }
        discover = always("server/discover", lambda seen: result(seen, found))
        gate.fault = one_after_another(discover, *filter(None, [gate.fault]))
    with running(gate) as server:
        async with connect_to(server.url) as workspace:
            info = await workspace.connect()
            made = await workspace.call_tool("make", {})
    assert info.protocol_version == ("2025-11-25" if legacy else "2026-07-28")
    assert made.structured == {"id": "seven"}
    assert made.text == '{"id":"seven"}'
    (warning,) = made.warnings
    assert "make does not fit its output schema" in warning
