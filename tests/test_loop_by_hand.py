"""What a person calls or takes back by hand: it reads like a turn of one step, to whoever reads events."""

from collections.abc import AsyncGenerator, Sequence

import pytest
from fake_model import FakeModel, answer
from fake_toolbox import FakeToolbox, answering, raises, returns

from agent.conversation import AssistantMessage, Conversation, ToolCall, UserMessage
from agent.errors import SignInError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Decision,
    Event,
    Notice,
    StepFinished,
    ToolCallFinished,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.jsontypes import JsonObject
from agent.loop import Loop
from agent.model.protocol import FinishReason, Usage
from agent.tools.policy import Policy
from agent.tools.tool import ToolResult
from agent.undo.journal import Journal
from agent.undo.plan import UndoPlan
from agent.undo.record import UndoCall, Undone

pytestmark = pytest.mark.anyio


def make_loop(
    toolbox: FakeToolbox, *, policy: Policy | None = None, journal: Journal | None = None
) -> tuple[Loop, Conversation]:
    conversation = Conversation()
    loop = Loop(
        model=FakeModel(answer("Yes.")),
        toolbox=toolbox,
        policy=policy or Policy(allow_all=True),
        conversation=conversation,
        system="",
        journal=journal,
        clock=lambda: 0.0,
    )
    return loop, conversation


async def read(events: AsyncGenerator[Event, None]) -> list[Event]:
    return [event async for event in events]


def plan(*calls: tuple[str, JsonObject]) -> UndoPlan:
    """Takes back the write `w1`, whose first call is its second inverse."""
    numbered = tuple((place, UndoCall(name, arguments)) for place, (name, arguments) in enumerate(calls, 1))
    return UndoPlan("w1", "delete Banner", "make it again", numbered, ("",) * len(calls))


def reads(count: int) -> list[tuple[str, JsonObject]]:
    return [("get_task", {"taskId": number}) for number in range(count)]


def notices(events: Sequence[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


# Calls


async def test_a_call_by_hand_is_told_as_a_turn_of_no_steps_that_the_user_took() -> None:
    loop, conversation = make_loop(FakeToolbox())
    events = await read(loop.call("get_task", {"taskId": 7}))
    made = ToolCall("call_by_hand_0", "get_task", '{"taskId":7}')
    assert events[:2] == [
        TurnStarted("(I ran get_task by hand.)"),
        StepFinished(0, "", (made,), FinishReason.TOOL_CALLS, Usage()),
    ]
    assert events[-1] == TurnFinished("", Usage(), 0)
    assert conversation.messages[:2] == (
        UserMessage("(I ran get_task by hand.)"),
        AssistantMessage("", (made,)),
    )


async def test_calls_by_hand_have_ids_of_their_own() -> None:
    loop, conversation = make_loop(FakeToolbox())
    await read(loop.call("list_tasks", {}))
    await read(loop.call("list_tasks", {}))
    calls = [each for message in conversation.messages if isinstance(message, AssistantMessage)
             for each in message.tool_calls]  # fmt: skip
    assert [call.id for call in calls] == ["call_by_hand_0", "call_by_hand_3"]


async def test_a_call_by_hand_that_cannot_be_made_is_told_without_steps_or_tokens() -> None:
    error = SignInError("The sign-in has ended.")
    loop, _ = make_loop(FakeToolbox(list_tasks=raises(error)))
    assert (await read(loop.call("list_tasks", {})))[-1] == TurnFailed(error, Usage(), 0)


# Undo


async def test_what_is_taken_back_is_told_to_the_model_in_words() -> None:
    toolbox = FakeToolbox()
    loop, conversation = make_loop(toolbox)
    events = await read(loop.undo(plan(("get_task", {"taskId": 1}), ("update_task", {"taskId": 2}))))
    assert events[0] == TurnStarted("(I undo delete Banner by hand, to make it again.)")
    assert conversation.messages[0] == UserMessage("(I undo delete Banner by hand, to make it again.)")
    assert toolbox.calls == [("get_task", {"taskId": 1}), ("update_task", {"taskId": 2})]
    assert notices(events) == []
    assert events[-1] == TurnFinished("", Usage(), 0)


async def test_the_journal_is_told_which_part_of_which_write_a_call_takes_back() -> None:
    announced: list[tuple[str, Undone]] = []

    class FakeJournal(Journal):
        def announce(self, call_id: str, undone: Undone) -> None:
            announced.append((call_id, undone))
            super().announce(call_id, undone)

    loop, _ = make_loop(FakeToolbox(), journal=FakeJournal())
    await read(loop.undo(plan(("get_task", {"taskId": 1}), ("update_task", {"taskId": 2}))))
    assert announced == [("call_by_hand_0", Undone("w1", 1)), ("call_by_hand_2", Undone("w1", 2))]
    announced.clear()
    await read(loop.call("list_tasks", {}))
    assert announced == []


@pytest.mark.parametrize(
    ("calls", "told"),
    [(1, []), (2, ["1 more call was not made."]), (3, ["2 more calls were not made."])],
)
async def test_after_a_call_that_fails_the_rest_is_not_made(calls: int, told: list[str]) -> None:
    toolbox = FakeToolbox(get_task=returns(answering({"error": "gone"}, is_error=True)))
    loop, _ = make_loop(toolbox)
    events = await read(loop.undo(plan(*reads(calls))))
    assert toolbox.calls == [("get_task", {"taskId": 0})]
    assert notices(events) == told
    assert isinstance(events[-1], TurnFinished)


async def test_after_the_second_call_fails_only_those_behind_it_are_not_made() -> None:
    async def refuse_the_second(arguments: JsonObject) -> ToolResult:
        return answering({}, is_error=arguments == {"taskId": 1})

    loop, _ = make_loop(FakeToolbox(get_task=refuse_the_second))
    events = await read(loop.undo(plan(*reads(4))))
    assert notices(events) == ["2 more calls were not made."]


async def test_after_a_call_that_is_declined_the_rest_is_not_made() -> None:
    toolbox = FakeToolbox()
    loop, _ = make_loop(toolbox, policy=Policy())
    told: list[Event] = []
    async for event in loop.undo(plan(("delete_task", {"taskId": 1}), ("delete_task", {"taskId": 2}))):
        told.append(event)
        if isinstance(event, ApprovalRequested):
            event.decision = Decision.DECLINED
    outcomes = [event.outcome for event in told if isinstance(event, ToolCallFinished)]
    assert outcomes == [CallOutcome.DECLINED]
    assert notices(told) == ["1 more call was not made."]
    assert "delete_task" not in toolbox.called


async def test_a_call_for_many_things_says_how_many_were_not_taken_back() -> None:
    results: JsonObject = {"failed": 1, "results": [{"ok": True}, {"error": "It is gone."}]}
    loop, _ = make_loop(FakeToolbox(get_task=returns(answering(results))))
    events = await read(loop.undo(plan(("get_task", {"taskId": 1}))))
    assert notices(events) == ["1 of 2 could not be taken back: It is gone."]
    by_hand = await read(loop.call("get_task", {"taskId": 1}))
    assert notices(by_hand) == []
