"""The server's tools and the functions of this program, as one toolbox."""

from collections.abc import Sequence

import pytest

from agent.jsontypes import JsonObject
from agent.tools.catalogue import Catalogue, Selection
from agent.tools.schema import build_functions
from agent.tools.tool import Tool, ToolResult
from agent.tools.toolbelt import LocalFunction, Toolbelt
from tests.fake_toolbox import FakeToolbox

pytestmark = pytest.mark.anyio


def tool(name: str, *, is_local: bool = False) -> Tool:
    return Tool(name, name.title(), f"Does {name}.", {"type": "object", "properties": {}}, is_local=is_local)


class FakeFunction:
    """A function of this program that answers with its arguments."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wanted = True
        self.described = 0

    def describe(self, tools: Sequence[Tool]) -> Tool:
        self.described += 1
        return tool(self.name, is_local=True)

    async def run(self, arguments: JsonObject) -> ToolResult:
        return ToolResult("own", arguments)

    def made(self) -> LocalFunction:
        return LocalFunction(self.describe, self.run, lambda: self.wanted)


async def test_calls_go_to_whoever_serves_the_tool() -> None:
    server = FakeToolbox([tool("get_a")])
    belt = Toolbelt(server, Catalogue(), [FakeFunction("think").made()])
    assert [each.name for each in await belt.tools()] == ["get_a", "think"]
    assert (await belt.call_tool("think", {"a": 1})).structured == {"a": 1}
    assert server.called == []
    await belt.call_tool("get_a", {})
    assert server.called == ["get_a"]


async def test_a_tool_of_the_server_with_the_same_name_goes_by_another_one() -> None:
    server = FakeToolbox([tool("think")])
    belt = Toolbelt(server, Catalogue(), [FakeFunction("think").made()])
    assert [(each.name, each.is_local) for each in await belt.tools()] == [
        ("server_think", False),
        ("think", True),
    ]
    await belt.call_tool("server_think", {})
    assert server.called == ["think"]
    assert (await belt.call_tool("think", {})).text == "own"


async def test_a_function_is_offered_once_it_is_wanted_and_a_model_that_selects_gets_the_servers_only() -> (
    None
):
    function = FakeFunction("think")
    function.wanted = False
    belt = Toolbelt(FakeToolbox([tool("get_a")]), Catalogue(), [function.made()])
    table = build_functions(await belt.tools())
    assert [each.name for each in belt.offer(table)] == ["get_a"]
    function.wanted = True
    assert [each.name for each in belt.offer(table)] == ["get_a", "think"]
    assert [each.name for each in belt.offer_all(table)] == ["get_a"]


async def test_a_function_that_has_nothing_to_do_on_a_server_is_not_there() -> None:
    async def think(arguments: JsonObject) -> ToolResult:
        return ToolResult("own", arguments)

    belt = Toolbelt(FakeToolbox([tool("get_a")]), Catalogue(), [LocalFunction(lambda _: None, think)])
    assert [each.name for each in await belt.tools()] == ["get_a"]
    assert [each.name for each in belt.offer(build_functions(await belt.tools()))] == ["get_a"]


async def test_functions_are_described_anew_when_the_server_lists_other_tools_and_only_then() -> None:
    server = FakeToolbox([tool("get_a")])
    think = FakeFunction("think")
    belt = Toolbelt(server, Catalogue(), [think.made()])
    await belt.tools()
    assert [each.name for each in await belt.tools()] == ["get_a", "think"]
    assert think.described == 1
    server.listed = (tool("get_b"),)
    assert [each.name for each in await belt.tools()] == ["get_b", "think"]
    assert think.described == 2


async def test_progress_of_a_servers_tool_is_told() -> None:
    toolbox, told = FakeToolbox(), list[str]()
    toolbox.progress["get_task"] = [(1, 2, "Half.")]
    belt = Toolbelt(toolbox, Catalogue(), ())
    await belt.call_tool("get_task", {}, lambda _done, _total, message: told.append(message))
    assert told == ["Half."]


async def test_what_is_wished_for_is_offered_though_it_is_no_core() -> None:
    belt = Toolbelt(FakeToolbox(), Catalogue(Selection(threshold=0, core=("get_task",))), ())
    belt.wish_for(["delete_*"])
    offered = belt.offer(build_functions(await belt.tools()))
    assert [function.name for function in offered] == ["get_task", "delete_task"]
