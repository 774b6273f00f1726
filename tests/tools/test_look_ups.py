"""What this program reads of its own accord, and what it leaves alone."""

from collections.abc import Sequence

import pytest
from fake_toolbox import DELETE_TASK, GET_TASK, TOOLS, FakeToolbox, call, make_tool

from agent.conversation import AssistantMessage, Conversation, UserMessage
from agent.errors import ApprovalError
from agent.events import ApprovalRequested
from agent.jsontypes import JsonObject
from agent.tools.look_ups import LookUps
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.runner import CallRunner
from agent.tools.schema import build_functions

pytestmark = pytest.mark.anyio


async def names(policy: Policy) -> Sequence[str]:
    return [tool.name for tool in await LookUps(FakeToolbox(TOOLS), policy).tools()]


async def test_a_read_that_no_rule_speaks_of_is_free() -> None:
    toolbox = FakeToolbox(TOOLS)
    assert (await LookUps(toolbox, Policy()).call_tool(GET_TASK.name, {"taskId": 7})).structured
    assert toolbox.calls == [(GET_TASK.name, {"taskId": 7})]


@pytest.mark.parametrize("policy", [Policy(), Policy(allow_all=True), Policy(allow=("*",))])
async def test_a_write_is_never_free_whatever_the_rules_allow(policy: Policy) -> None:
    assert await names(policy) == ["list_tasks", "get_task"]
    toolbox = FakeToolbox(TOOLS)
    with pytest.raises(ApprovalError, match="not called unasked"):
        await LookUps(toolbox, policy).call_tool(DELETE_TASK.name, {"taskId": 7})
    assert toolbox.calls == []


@pytest.mark.parametrize("policy", [Policy(deny=("get_*",)), Policy(ask=("get_*",))])
async def test_a_read_that_the_rules_refuse_or_ask_about_is_not_free(policy: Policy) -> None:
    assert await names(policy) == ["list_tasks"]
    toolbox = FakeToolbox(TOOLS)
    with pytest.raises(ApprovalError):
        await LookUps(toolbox, policy).call_tool(GET_TASK.name, {"taskId": 7})
    assert toolbox.calls == []


@pytest.mark.parametrize(("denied", "reads"), [((), 1), (("astravue_get_task",), 0)])
async def test_how_a_task_is_before_a_write_is_read_only_where_that_is_free(
    denied: tuple[str, ...], reads: int
) -> None:
    properties: JsonObject = {"taskId": {"type": "integer"}, "taskTitle": {"type": "string"}}
    tools = [make_tool(f"astravue_{verb}_task", properties=properties) for verb in ("get", "update")]
    toolbox = FakeToolbox(tools)
    wanted = call("c1", "astravue_update_task", taskId=7, taskTitle="New")
    conversation = Conversation([UserMessage("Rename it"), AssistantMessage("", (wanted,))])
    runner = CallRunner(toolbox, Policy(deny=denied), NameIndex())
    questions: list[str] = []
    async for event in runner.run([wanted], build_functions(tools), conversation):
        if isinstance(event, ApprovalRequested):
            questions.append(event.undo)
    assert len(questions) == 1
    assert "cannot be undone" in questions[0]
    assert min(toolbox.called.count("astravue_get_task"), 1) == reads


async def test_what_is_not_called_unasked_can_be_called_by_hand() -> None:
    with pytest.raises(ApprovalError) as refused:
        await LookUps(FakeToolbox(TOOLS), Policy()).call_tool(DELETE_TASK.name, {"taskId": 7})
    assert refused.value.hint == "Call it yourself: /call delete_task"


async def test_progress_of_a_look_up_is_told() -> None:
    toolbox, told = FakeToolbox(TOOLS), list[str]()
    toolbox.progress[GET_TASK.name] = [(1, 2, "Half.")]
    await LookUps(toolbox, Policy()).call_tool(
        GET_TASK.name, {"taskId": 7}, lambda _done, _total, message: told.append(message)
    )
    assert told == ["Half."]
