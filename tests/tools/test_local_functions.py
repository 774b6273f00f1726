"""The functions of this program beside a server's tools, put together for one conversation."""

from pathlib import Path

import pytest
from fake_toolbox import TOOLS, FakeToolbox, make_tool

from agent.context.kept_results import READ_RESULT, KeptResults
from agent.conversation import Conversation, ToolMessage, UserMessage
from agent.jsontypes import is_object
from agent.settings.settings import ToolSettings
from agent.tools.catalogue import FIND_TOOLS
from agent.tools.local_functions import make_toolbelt
from agent.tools.policy import Policy
from agent.tools.schema import build_functions
from agent.tools.toolbelt import Toolbelt

pytestmark = pytest.mark.anyio

MANY = [*TOOLS, *(make_tool(f"do_thing_{number}") for number in range(40))]


def belt_of(
    toolbox: FakeToolbox, settings: ToolSettings | None = None, conversation: Conversation | None = None
) -> Toolbelt:
    return make_toolbelt(
        toolbox,
        Policy(),
        settings or ToolSettings(),
        Conversation() if conversation is None else conversation,
        KeptResults(Path("unused")),
    )


async def offered(belt: Toolbelt) -> list[str]:
    table = build_functions(await belt.tools())
    return [function.name for function in belt.offer(table)]


async def test_a_small_server_is_offered_whole_and_nothing_has_to_be_found() -> None:
    names = await offered(belt_of(FakeToolbox()))
    assert names[: len(TOOLS)] == sorted(tool.name for tool in TOOLS)
    assert FIND_TOOLS not in names


async def test_a_threshold_and_a_core_of_the_settings_are_heeded() -> None:
    settings = ToolSettings(threshold=1, core=("get_task",))
    names = await offered(belt_of(FakeToolbox(), settings))
    assert "get_task" in names
    assert FIND_TOOLS in names
    assert "list_tasks" not in names
    assert "delete_task" not in names
    assert "delete_task" in await offered(belt_of(FakeToolbox(), ToolSettings(threshold=100)))


async def test_a_function_that_was_found_is_offered_from_then_on() -> None:
    toolbox = FakeToolbox(MANY)
    settings = ToolSettings(threshold=1, core=("get_task",))
    belt = belt_of(toolbox, settings)
    assert "delete_task" not in await offered(belt)
    result = await belt.call_tool(FIND_TOOLS, {"words": "delete_task", "most": 1})
    assert is_object(result.structured)
    assert result.structured["found"] == [{"name": "delete_task", "description": "Does delete_task."}]
    assert "delete_task" in await offered(belt)
    assert toolbox.called == []


async def test_what_a_resumed_conversation_had_found_is_offered_again() -> None:
    found = ToolMessage("c1", FIND_TOOLS, "", structured={"found": [{"name": "delete_task"}]})
    conversation = Conversation([UserMessage("Hi"), found])
    belt = belt_of(FakeToolbox(MANY), ToolSettings(threshold=1, core=("get_task",)), conversation)
    assert "delete_task" in await offered(belt)


async def test_calls_reach_the_server_under_its_own_names() -> None:
    toolbox = FakeToolbox()
    await belt_of(toolbox).call_tool("get_task", {"taskId": 7})
    assert toolbox.calls == [("get_task", {"taskId": 7})]


async def test_without_a_core_of_the_settings_the_usual_one_is_offered() -> None:
    tools = [make_tool("astravue_get_task"), *(make_tool(f"do_thing_{number}") for number in range(40))]
    names = await offered(belt_of(FakeToolbox(tools)))
    assert "astravue_get_task" in names
    assert "do_thing_1" not in names


async def test_the_results_of_the_conversation_can_be_read_on_in() -> None:
    history = Conversation([UserMessage("Hi"), ToolMessage("c1", "get_task", "", structured=[1, 2, 3])])
    belt = belt_of(FakeToolbox(), None, history)
    await belt.tools()
    result = await belt.call_tool(READ_RESULT, {"result": "r1", "count": 1})
    assert is_object(result.structured)
    assert result.structured["items"] == [1]
