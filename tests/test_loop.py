"""One turn: the model, the calls it wants, and what is left when the turn ends."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from fake_model import FakeModel, Item, answer
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

from agent.context.kept_results import KeptResults
from agent.conversation import AssistantMessage, Conversation, ToolMessage, UserMessage
from agent.errors import AgentError, LimitError, ModelError, ServerError, SignInError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Decision,
    Event,
    RequestPrefix,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.loop import Limits, Loop
from agent.model.protocol import Finish, FinishReason, ReasoningDelta, TextDelta, Usage
from agent.tools.approval import Oversight
from agent.tools.policy import Policy
from agent.tools.tool import Tool
from agent.undo.journal import Journal

pytestmark = pytest.mark.anyio


def make_loop(
    *answers: Sequence[Item],
    toolbox: FakeToolbox | None = None,
    policy: Policy | None = None,
    conversation: Conversation | None = None,
    limits: Limits | None = None,
) -> tuple[Loop, FakeModel, Conversation]:
    model = FakeModel(*answers)
    history = Conversation() if conversation is None else conversation
    loop = Loop(
        model=model,
        toolbox=toolbox or FakeToolbox(),
        policy=policy or Policy(),
        conversation=history,
        system="Be brief.",
        limits=limits,
        session_id="s1",
        clock=lambda: 0.0,
    )
    return loop, model, history


async def read(events: AsyncGenerator[Event, None]) -> list[Event]:
    return [event async for event in events]


def failure(events: Sequence[Event]) -> AgentError:
    last = events[-1]
    assert isinstance(last, TurnFailed)
    return last.error


# An answer


async def test_an_answer_streams_and_ends_the_turn() -> None:
    loop, _, conversation = make_loop(answer("Good ", "morning.", usage=Usage(12, 3, 4, 1)))
    events = await read(loop.turn("Hi", "Today is Monday."))
    assert [type(event) for event in events] == [
        TurnStarted,
        RequestPrefix,
        StepStarted,
        TextDelta,
        TextDelta,
        StepFinished,
        TurnFinished,
    ]
    assert events[0] == TurnStarted("Hi", "Today is Monday.")
    assert events[-2] == StepFinished(1, "Good morning.", (), FinishReason.STOP, Usage(12, 3, 4, 1))
    assert events[-1] == TurnFinished("Good morning.", Usage(12, 3, 4, 1), 1)
    assert conversation.messages == (UserMessage("Hi", "Today is Monday."), AssistantMessage("Good morning."))


async def test_pieces_reach_the_reader_before_the_answer_is_whole() -> None:
    loop, model, _ = make_loop(answer("Good ", "morning."))
    open_at: list[int] = []
    async with aclosing(loop.turn("Hi")) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                open_at.append(model.streams_open)
    assert open_at == [1, 1]
    assert model.streams_open == 0


async def test_reasoning_is_shown_and_is_no_part_of_the_conversation() -> None:
    loop, _, conversation = make_loop([ReasoningDelta("Hm."), TextDelta("Yes."), Finish(FinishReason.STOP)])
    events = await read(loop.turn("Is it?"))
    assert ReasoningDelta("Hm.") in events
    assert conversation.messages[-1] == AssistantMessage("Yes.")


async def test_opaque_items_go_back_with_the_message_they_came_with() -> None:
    loop, model, _ = make_loop(
        [TextDelta("One."), Finish(FinishReason.STOP, ({"encrypted": "x"},))], answer("Two.")
    )
    await read(loop.turn("First"))
    await read(loop.turn("Second"))
    assert model.requests[1].messages[1] == AssistantMessage("One.", provider_items=({"encrypted": "x"},))


async def test_the_model_is_given_the_prompt_the_history_and_the_functions() -> None:
    loop, model, _ = make_loop(answer("One."), answer("Two."))
    await read(loop.turn("First"))
    await read(loop.turn("Second", "Today is Monday."))
    request = model.requests[1]
    assert (request.system, request.session_id) == ("Be brief.", "s1")
    assert request.messages == (
        UserMessage("First"),
        AssistantMessage("One."),
        UserMessage("Second", "Today is Monday."),
    )
    assert [function.name for function in request.functions] == sorted(tool.name for tool in TOOLS)


async def test_text_that_no_endpoint_takes_is_mended_before_it_joins_the_conversation() -> None:
    loop, _, conversation = make_loop(answer("Yes."))
    await read(loop.turn("caf\udce9 \ud83d\ude00"))
    assert conversation.messages[0] == UserMessage("caf\ufffd 😀")


# Several steps


async def test_results_go_back_to_the_model_until_it_answers() -> None:
    loop, model, conversation = make_loop(
        answer("Looking. ", calls=[call("c1", "list_tasks")]),
        answer(calls=[call("c2", "get_task", taskId=7)]),
        answer("Done."),
    )
    events = await read(loop.turn("What is late?"))
    assert events[-1] == TurnFinished("Done.", Usage(30, 15), 3)
    assert [event.step for event in events if isinstance(event, StepFinished)] == [1, 2, 3]
    assert [type(message) for message in conversation.messages] == [
        UserMessage,
        AssistantMessage,
        ToolMessage,
        AssistantMessage,
        ToolMessage,
        AssistantMessage,
    ]
    assert model.requests[2].messages == conversation.messages[:-1]
    assert_sound(conversation.messages)


async def test_calls_are_run_whatever_the_endpoint_says_about_the_end() -> None:
    loop, _, _ = make_loop([call("c1", "list_tasks"), Finish(FinishReason.STOP)], answer("Done."))
    events = await read(loop.turn("List"))
    step = next(event for event in events if isinstance(event, StepFinished))
    assert step.finish_reason is FinishReason.TOOL_CALLS
    assert any(isinstance(event, ToolCallFinished) for event in events)


async def test_a_call_id_that_was_used_before_is_replaced() -> None:
    toolbox = FakeToolbox()
    loop, _, conversation = make_loop(
        answer(calls=[call("call_0", "list_tasks")]),
        answer(calls=[call("call_0", "get_task", taskId=7)]),
        answer("Done."),
        toolbox=toolbox,
    )
    await read(loop.turn("Look"))
    ids = [message.call_id for message in results(conversation)]
    assert ids[0] == "call_0"
    assert len(set(ids)) == 2
    assert_sound(conversation.messages)


async def test_a_call_id_of_a_resumed_conversation_is_replaced_too() -> None:
    first, _, conversation = make_loop(answer(calls=[call("call_0", "list_tasks")]), answer("Done."))
    await read(first.turn("Look"))
    again, _, _ = make_loop(
        answer(calls=[call("call_0", "list_tasks")]), answer("Done."), conversation=conversation
    )
    await read(again.turn("Look again"))
    assert len({message.call_id for message in results(conversation)}) == 2


async def test_names_in_a_resumed_conversation_are_known_to_approvals() -> None:
    learnt = ToolMessage(
        "c0", "list_tasks", "…", structured={"taskId": 7, "taskTitle": "Fix login", "subtasks": []}
    )
    conversation = Conversation(
        [UserMessage("List"), AssistantMessage("", (call("c0", "list_tasks"),)), learnt]
    )
    toolbox = FakeToolbox()
    loop, _, _ = make_loop(
        answer(calls=[call("c1", "delete_task", taskId=7)]),
        answer("Done."),
        toolbox=toolbox,
        conversation=conversation,
    )
    events = await read(loop.turn("Delete it"))
    (request,) = [event for event in events if isinstance(event, ApprovalRequested)]
    assert request.summary == "Delete task: “Fix login” (7)"
    assert toolbox.called == []


# The prefix


async def test_the_prefix_is_told_once() -> None:
    loop, _, _ = make_loop(answer(calls=[call("c1", "list_tasks")]), answer("One."), answer("Two."))
    events = [*await read(loop.turn("First")), *await read(loop.turn("Second"))]
    (prefix,) = [event for event in events if isinstance(event, RequestPrefix)]
    assert (prefix.model, prefix.system) == ("fake-model", "Be brief.")
    assert [function.name for function in prefix.functions] == sorted(tool.name for tool in TOOLS)


async def test_the_prefix_is_told_again_when_the_tools_change() -> None:
    toolbox = FakeToolbox()
    loop, model, _ = make_loop(answer("One."), answer("Two."), answer("Three."), toolbox=toolbox)
    await read(loop.turn("First"))
    toolbox.listed = (*TOOLS, make_tool("new_tool"))
    events = await read(loop.turn("Second"))
    assert isinstance(events[1], RequestPrefix)
    assert events[1].functions == model.requests[1].functions
    assert "new_tool" in [function.name for function in events[1].functions]
    assert not any(isinstance(event, RequestPrefix) for event in await read(loop.turn("Third")))


async def test_the_prefix_is_told_again_when_another_model_answers() -> None:
    loop, _, _ = make_loop(answer("One."))
    await read(loop.turn("First"))
    loop.use(FakeModel(answer("Two."), name="other-model"))
    events = await read(loop.turn("Second"))
    assert isinstance(events[1], RequestPrefix)
    assert events[1].model == "other-model"


# Limits


async def test_a_turn_stops_at_the_step_limit_and_keeps_what_was_done() -> None:
    forever = [answer(calls=[call(f"c{n}", "list_tasks")]) for n in range(5)]
    loop, model, conversation = make_loop(*forever, limits=Limits(steps=3))
    events = await read(loop.turn("Go"))
    assert isinstance(failure(events), LimitError)
    assert "3 steps" in failure(events).message
    assert isinstance(events[-1], TurnFailed)
    assert (events[-1].steps, events[-1].usage) == (3, Usage(30, 15))
    assert len(model.requests) == 3
    assert len(results(conversation)) == 3
    assert_sound(conversation.messages)


async def test_unfit_arguments_may_be_corrected_as_often_as_the_limit_says() -> None:
    unfit = [answer(calls=[call(f"c{n}", "get_task", taskId="seven")]) for n in range(2)]
    loop, _, _ = make_loop(
        *unfit,
        answer(calls=[call("c9", "get_task", taskId=7)]),
        answer("Done."),
        limits=Limits(corrections=2),
    )
    events = await read(loop.turn("Get it"))
    assert isinstance(events[-1], TurnFinished)


async def test_a_tool_whose_arguments_never_fit_ends_the_turn() -> None:
    unfit = [
        answer(calls=[call(f"c{n}", "get_task", taskId="seven"), call(f"d{n}", "list_tasks")])
        for n in range(4)
    ]
    loop, model, conversation = make_loop(*unfit, limits=Limits(corrections=2))
    events = await read(loop.turn("Get it"))
    error = failure(events)
    assert isinstance(error, ModelError)
    assert "get_task 3 times" in error.message
    assert len(model.requests) == 3
    assert_sound(conversation.messages)


async def test_corrections_are_counted_for_each_tool() -> None:
    loop, _, _ = make_loop(
        answer(calls=[call("c1", "get_task", taskId="x"), call("c2", "update_task", taskId="x")]),
        answer("I give up."),
        limits=Limits(corrections=1),
    )
    assert isinstance((await read(loop.turn("Try")))[-1], TurnFinished)


# Streams that end badly


async def test_a_stream_without_an_end_keeps_the_text_and_runs_nothing() -> None:
    toolbox = FakeToolbox()
    loop, _, conversation = make_loop([TextDelta("I will "), call("c1", "list_tasks")], toolbox=toolbox)
    events = await read(loop.turn("Go"))
    assert isinstance(failure(events), ModelError)
    assert not any(isinstance(event, StepFinished) for event in events)
    assert conversation.messages[-1] == AssistantMessage("I will ", interrupted=True)
    assert toolbox.calls == []


async def test_a_stream_that_breaks_keeps_the_text_and_says_why() -> None:
    broken = ModelError("The endpoint went away.")
    loop, _, conversation = make_loop([TextDelta("Half"), broken], answer("Whole."))
    assert failure(await read(loop.turn("Go"))) is broken
    assert conversation.messages[-1] == AssistantMessage("Half", interrupted=True)
    assert isinstance((await read(loop.turn("Go on")))[-1], TurnFinished)


async def test_a_stream_that_breaks_before_any_text_leaves_only_the_question() -> None:
    loop, _, conversation = make_loop([ModelError("The endpoint cannot be reached.")])
    await read(loop.turn("Go"))
    assert conversation.messages == (UserMessage("Go"),)


@pytest.mark.parametrize(
    ("reason", "kind"), [(FinishReason.LENGTH, LimitError), (FinishReason.CONTENT_FILTER, ModelError)]
)
async def test_an_answer_that_was_stopped_is_kept_and_told(
    reason: FinishReason, kind: type[AgentError]
) -> None:
    loop, _, conversation = make_loop(answer("Half an ans", reason=reason))
    events = await read(loop.turn("Go"))
    assert type(failure(events)) is kind
    assert isinstance(events[-2], StepFinished)
    assert conversation.messages[-1] == AssistantMessage("Half an ans")


async def test_an_answer_of_nothing_is_an_error_and_leaves_no_empty_message() -> None:
    loop, _, conversation = make_loop([Finish(FinishReason.STOP)])
    assert "nothing" in failure(await read(loop.turn("Go"))).message
    assert conversation.messages == (UserMessage("Go"),)


# Servers that fail


async def test_a_server_that_cannot_list_its_tools_ends_the_turn() -> None:
    class Away(FakeToolbox):
        async def tools(self) -> Sequence[Tool]:
            raise ServerError("The server is away.")

    loop = Loop(model=FakeModel(), toolbox=Away(), policy=Policy(), conversation=Conversation(), system="")
    assert str(failure(await read(loop.turn("Go")))) == "The server is away."


async def test_a_lost_sign_in_ends_the_turn_with_every_call_answered() -> None:
    toolbox = FakeToolbox(get_task=raises(SignInError("The sign-in has ended.", "astravue login")))
    calls = [call("c1", "get_task", taskId=7), call("c2", "update_task", taskId=7), call("c3", "nonsense")]
    loop, model, conversation = make_loop(answer(calls=calls), toolbox=toolbox)
    events = await read(loop.turn("Go"))
    assert isinstance(failure(events), SignInError)
    assert len(model.requests) == 1
    assert_sound(conversation.messages)
    assert [message.call_id for message in results(conversation)] == ["c1", "c2", "c3"]


# By hand


async def test_a_tool_called_by_hand_is_approved_run_and_part_of_the_conversation() -> None:
    toolbox = FakeToolbox()
    loop, model, conversation = make_loop(answer("I saw."), toolbox=toolbox)
    kinds: list[type[Event]] = []
    async for event in loop.call("update_task", {"taskId": 7}):
        kinds.append(type(event))
        if isinstance(event, ApprovalRequested):
            event.decision = Decision.ALLOWED
    assert kinds == [
        TurnStarted,
        StepFinished,
        ToolCallStarted,
        ApprovalRequested,
        ToolCallFinished,
        TurnFinished,
    ]
    assert toolbox.calls[-1] == ("update_task", {"taskId": 7})
    assert model.requests == []
    assert_sound(conversation.messages)
    await read(loop.turn("What did I do?"))
    assert model.requests[0].messages[:3] == conversation.messages[:3]


async def test_a_tool_whose_name_endpoints_refuse_is_called_by_hand_under_its_own_name() -> None:
    toolbox = FakeToolbox([make_tool("tasks.list")])
    loop, _, _ = make_loop(toolbox=toolbox, policy=Policy(allow_all=True))
    await read(loop.call("tasks.list", {}))
    assert toolbox.called == ["tasks.list"]


@pytest.mark.parametrize(
    ("name", "arguments"), [("no_such_tool", {}), ("get_task", {}), ("get_task", {"taskId": "x"})]
)
async def test_a_call_by_hand_is_checked_like_any_other(name: str, arguments: dict[str, str]) -> None:
    toolbox = FakeToolbox()
    loop, _, conversation = make_loop(toolbox=toolbox)
    events = await read(loop.call(name, {**arguments}))
    (finished,) = [event for event in events if isinstance(event, ToolCallFinished)]
    assert finished.outcome is CallOutcome.INVALID
    assert toolbox.calls == []
    assert_sound(conversation.messages)


async def test_a_call_by_hand_without_a_server_fails_like_a_turn() -> None:
    toolbox = FakeToolbox(list_tasks=raises(SignInError("The sign-in has ended.")))
    loop, _, conversation = make_loop(toolbox=toolbox)
    assert isinstance(failure(await read(loop.call("list_tasks", {}))), SignInError)
    assert_sound(conversation.messages)


# Leaving in the middle


# What it hands on


async def test_without_a_session_requests_name_none() -> None:
    model = FakeModel(answer("Yes."))
    loop = Loop(
        model=model, toolbox=FakeToolbox(), policy=Policy(), conversation=Conversation(), system="Be brief."
    )
    await read(loop.turn("Hi"))
    assert model.requests[0].session_id == ""


async def test_calls_are_watched_noted_and_kept_by_what_the_loop_was_given(tmp_path: Path) -> None:
    noted: list[str] = []
    journal, kept = Journal(), KeptResults(tmp_path, limit=1_000)
    long = returns(answering({"tasks": [{"taskId": number} for number in range(500)]}))
    loop = Loop(
        model=FakeModel(
            answer(calls=[call("c1", "list_tasks"), call("c2", "update_task", taskId=7)]), answer("Done.")
        ),
        toolbox=FakeToolbox(list_tasks=long),
        policy=Policy(allow_all=True),
        conversation=Conversation(),
        system="Be brief.",
        oversight=Oversight(lambda tool, _arguments, _decision, _rule: noted.append(tool.name)),
        journal=journal,
        results=kept,
    )
    await read(loop.turn("Do it"))
    assert noted == ["update_task"]
    assert [entry.call_id for entry in journal.log.entries] == ["c2"]
    assert kept.is_wanted


async def test_names_that_the_loop_was_told_are_known_to_approvals() -> None:
    loop, _, _ = make_loop(answer(calls=[call("c1", "delete_task", taskId=7)]), answer("Done."))
    loop.learn_names({"taskId": 7, "taskTitle": "Fix login"})
    events = await read(loop.turn("Delete it"))
    asked = [event.summary for event in events if isinstance(event, ApprovalRequested)]
    assert asked == ["Delete task: “Fix login” (7)"]


async def test_opaque_items_are_told_with_the_step_they_came_with() -> None:
    loop, _, _ = make_loop([TextDelta("One."), Finish(FinishReason.STOP, ({"encrypted": "x"},))])
    events = await read(loop.turn("First"))
    told = [event.provider_items for event in events if isinstance(event, StepFinished)]
    assert told == [({"encrypted": "x"},)]
