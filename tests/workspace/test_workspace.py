"""What a workspace does with a server that behaves, in both eras of the protocol."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.responses import Response

from agent import __version__
from agent.errors import UsageError
from agent.jsontypes import JsonObject
from agent.workspace.workspace import Workspace
from tests.workspace.demo_server import Demo
from tests.workspace.mcp_servers import Running, Seen, always, one_after_another, result, running, scripted

pytestmark = pytest.mark.anyio
Connect = Callable[[str], Workspace]
Served = tuple[Demo, Running]


async def test_it_says_who_answered(any_demo: Served, connect_to: Connect) -> None:
    demo, server = any_demo
    async with connect_to(server.url) as workspace:
        assert workspace.info is None
        info = await workspace.connect()
        assert workspace.info == info
    assert (info.name, info.version, info.instructions) == ("demo", "3", "Be kind.")
    assert info.protocol_version == ("2025-11-25" if demo.legacy else "2026-07-28")
    assert set(info.capabilities) >= {"prompts", "resources", "tools"}


async def test_every_request_names_this_program(any_demo: Served, connect_to: Connect) -> None:
    demo, server = any_demo
    async with connect_to(server.url) as workspace:
        await workspace.connect()
    assert {seen.headers["user-agent"] for seen in demo.gate.seen} == {f"astravue-agent/{__version__}"}


async def test_tools_come_in_the_order_of_the_server(any_demo: Served, connect_to: Connect) -> None:
    async with connect_to(any_demo[1].url) as workspace:
        tools = await workspace.tools()
    assert [tool.name for tool in tools] == ["look", "write", "meet", "hang", "fail", "widget", "grow"]
    assert tools[1].title == "Write a note"
    assert tools[0].title == "look"
    assert (tools[0].annotations.read_only, tools[1].annotations.read_only) == (True, False)
    assert tools[4].annotations.read_only is None
    assert [tool.name for tool in tools if tool.hidden] == ["widget"]


async def test_tools_are_listed_once_until_the_server_says_that_they_changed(any_demo: Served) -> None:
    demo, server = any_demo
    changed = asyncio.Event()
    async with Workspace(server.url, on_event=lambda _: changed.set()) as workspace:
        await workspace.tools()
        await workspace.tools()
        assert demo.gate.methods().count("tools/list") == 1
        await demo.gate.arrival("subscriptions/listen", "GET")
        await workspace.call_tool("grow", {})
        await changed.wait()
        assert "grown" in [tool.name for tool in await workspace.tools()]
    assert demo.gate.methods().count("tools/list") == 2


async def test_a_call_gives_text_and_structure(any_demo: Served, connect_to: Connect) -> None:
    async with connect_to(any_demo[1].url) as workspace:
        result = await workspace.call_tool("write", {"note": "milk"})
    assert result.structured == {"written": "milk"}
    assert "milk" in result.text
    assert not result.is_error
    assert result.warnings == ()


async def test_a_tool_that_fails_is_a_result_not_an_exception(any_demo: Served, connect_to: Connect) -> None:
    async with connect_to(any_demo[1].url) as workspace:
        result = await workspace.call_tool("fail", {})
    assert result.is_error
    assert "out of ink" in result.text


async def test_a_tool_that_does_not_exist_is_refused_before_anything_is_sent(
    any_demo: Served, connect_to: Connect
) -> None:
    demo, server = any_demo
    async with connect_to(server.url) as workspace:
        with pytest.raises(UsageError, match="no tool named astravue_fly"):
            await workspace.call_tool("astravue_fly", {})
    assert "tools/call" not in demo.gate.methods()


async def test_four_calls_run_side_by_side(any_demo: Served, connect_to: Connect) -> None:
    async with connect_to(any_demo[1].url) as workspace:
        # Each call ends only once all four are inside the tool at the same time.
        results = await asyncio.gather(*(workspace.call_tool("meet", {}) for _ in range(4)))
    assert [result.text for result in results] == ["met"] * 4


async def test_a_cancelled_call_is_cancelled_on_the_server_too(any_demo: Served, connect_to: Connect) -> None:
    demo, server = any_demo
    async with connect_to(server.url) as workspace:
        call = asyncio.create_task(workspace.call_tool("hang", {}))
        assert await asyncio.to_thread(demo.started.wait, 30)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(demo.cancelled.wait, 30)
        assert (await workspace.call_tool("look", {"what": "tree"})).text == "saw tree"


async def test_prompts_and_resources_are_plain_data(any_demo: Served, connect_to: Connect) -> None:
    async with connect_to(any_demo[1].url) as workspace:
        (prompt,) = await workspace.prompts()
        assert (prompt.name, prompt.description) == ("greet", "Greets")
        assert [(argument.name, argument.required) for argument in prompt.arguments] == [("name", True)]
        filled = await workspace.get_prompt("greet", {"name": "Ada"})
        assert [(message.role, message.text) for message in filled.messages] == [("user", "Say hello to Ada")]
        resources = await workspace.resources()
        assert [(item.uri, item.is_template) for item in resources] == [
            ("note://today", False),
            ("note://{day}", True),
        ]
        (contents,) = await workspace.read_resource("note://today")
        assert (contents.text, contents.mime_type) == ("sunny", "text/plain")


async def test_values_for_a_prompt_are_suggested_by_what_is_known(
    any_demo: Served, connect_to: Connect
) -> None:
    async with connect_to(any_demo[1].url) as workspace:
        assert await workspace.suggest("greet", "name", {"tone": "dry"}) == ("Ada", "dry")
        assert await workspace.suggest("greet", "age", {}) == ()


async def test_a_server_without_completion_is_not_asked_for_values(connect_to: Connect) -> None:
    gate = scripted({"tools/list": {"tools": []}})
    with running(gate) as server:
        async with connect_to(server.url) as workspace:
            assert await workspace.suggest("greet", "name", {}) == ()
    assert "completion/complete" not in gate.methods()


async def test_all_pages_of_a_listing_are_walked_and_circles_are_left(connect_to: Connect) -> None:
    def page(seen: Seen) -> Response:
        params = seen.message.get("params")
        cursor = params.get("cursor") if isinstance(params, dict) else None
        number = int(cursor) if isinstance(cursor, str) else 0
        tool: JsonObject = {"name": f"tool_{number}", "inputSchema": {"type": "object"}}
        return result(seen, {"tools": [tool], "nextCursor": str(min(number + 1, 5))})

    gate = scripted({})
    gate.fault = one_after_another(always("tools/list", page), *filter(None, [gate.fault]))
    with running(gate) as server:
        async with connect_to(server.url) as workspace:
            names = [tool.name for tool in await workspace.tools()]
    assert names == [f"tool_{number}" for number in range(6)]


async def test_an_answer_of_several_megabytes_arrives_whole(connect_to: Connect) -> None:
    long = "é" * 3_000_000
    tools: JsonObject = {"tools": [{"name": "read", "inputSchema": {"type": "object"}}]}
    answer: JsonObject = {"content": [{"type": "text", "text": long}]}
    gate = scripted({"tools/list": tools, "tools/call": answer})
    with running(gate) as server:
        async with connect_to(server.url) as workspace:
            assert (await workspace.call_tool("read", {})).text == long


async def test_leaving_ends_a_session_of_the_older_era(legacy_demo: Served, connect_to: Connect) -> None:
    demo, server = legacy_demo
    async with connect_to(server.url) as workspace:
        await workspace.connect()
    assert demo.gate.seen[-1].http_method == "DELETE"


async def test_a_workspace_that_was_never_used_can_be_left(demo: Served, connect_to: Connect) -> None:
    async with connect_to(demo[1].url) as workspace:
        pass
    assert workspace.info is None
