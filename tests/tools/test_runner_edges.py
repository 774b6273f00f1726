"""The tool calls of one step, where readers leave, errors are nobody's and results are huge."""

import asyncio
from contextlib import aclosing

import pytest
from fake_toolbox import (
    TOOLS,
    FakeToolbox,
    answering,
    assert_sound,
    call,
    make_tool,
    raises,
    results,
    returns,
)

from agent.context.shown_results import STRUCTURE_CHARACTERS
from agent.errors import (
    ServerError,
)
from agent.events import (
    ToolCallFinished,
)
from agent.jsontypes import JsonObject
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.runner import CallRunner
from agent.tools.schema import build_functions
from agent.tools.tool import ToolResult
from tests.tools.test_runner import Step

pytestmark = pytest.mark.anyio


async def test_an_error_nobody_expects_ends_the_step_as_it_is() -> None:
    step = Step(call("c1", "get_task", taskId=7), toolbox=FakeToolbox(get_task=raises(KeyError("odd"))))
    with pytest.raises(KeyError, match="odd"):
        await step.run()
    assert_sound(step.conversation.messages)


async def test_a_reader_that_leaves_finds_every_call_answered_with_what_came_of_it() -> None:
    blocked, ended = asyncio.Event(), list[str]()

    async def block(_: JsonObject) -> ToolResult:
        try:
            await blocked.wait()
        finally:
            await asyncio.sleep(0)
            ended.append("list_tasks")
        return answering({})

    calls = (call("c1", "list_tasks"), call("c2", "get_task", taskId=7))
    step = Step(*calls, toolbox=FakeToolbox(list_tasks=block))
    runner = CallRunner(step.toolbox, Policy(), NameIndex())
    async with aclosing(runner.run(calls, build_functions(TOOLS), step.conversation)) as events:
        async for event in events:
            if isinstance(event, ToolCallFinished):
                break
    first, second = results(step.conversation)
    assert "The turn ended before" in first.text
    assert second.structured == {"done": "get_task"}
    assert ended == ["list_tasks"]


async def test_one_failure_does_not_hide_that_the_reader_left() -> None:
    async def fail_when_left(_: JsonObject) -> ToolResult:
        try:
            await asyncio.Event().wait()
        finally:
            raise ServerError("It broke while it was left.")

    calls = (call("c1", "list_tasks"), call("c2", "get_task", taskId=7))
    step = Step(*calls, toolbox=FakeToolbox(list_tasks=fail_when_left))
    runner = CallRunner(step.toolbox, Policy(), NameIndex())
    async with aclosing(runner.run(calls, build_functions(TOOLS), step.conversation)) as events:
        async for event in events:
            if isinstance(event, ToolCallFinished):
                break
    assert_sound(step.conversation.messages)


async def test_a_result_that_is_too_large_is_neither_learnt_from_nor_kept_as_data() -> None:
    huge: JsonObject = {"taskId": 7, "taskTitle": "Fix login", "text": "x" * STRUCTURE_CHARACTERS}
    step = Step(call("c1", "get_task", taskId=7), toolbox=FakeToolbox(get_task=returns(answering(huge))))
    await step.run()
    assert results(step.conversation)[0].structured is None
    assert step.names.name("taskId", 7) is None


async def test_three_names_at_most_come_close() -> None:
    tools = [make_tool(f"get_task_{letter}") for letter in "abcde"]
    step = Step(call("c1", "get_task_x"), toolbox=FakeToolbox(tools))
    await step.run()
    assert step.finished[0].text.count("get_task_") == 4
