"""Wherever a reader leaves a turn, the conversation is sound; events keep their order."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import pairwise

import pytest
from drawn_turns import Turn, hold, turns
from fake_model import answer
from fake_toolbox import (
    assert_sound,
    call,
)
from hypothesis import given
from hypothesis import strategies as st

from agent.conversation import Conversation, ToolCall
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
from agent.model.protocol import ReasoningDelta, TextDelta

pytestmark = pytest.mark.anyio


def check_grammar(events: Sequence[Event]) -> None:
    """Check the order that `agent.events` promises."""
    assert isinstance(events[0], TurnStarted)
    assert isinstance(events[-1], TurnFinished | TurnFailed)
    assert not any(isinstance(event, TurnStarted | TurnFinished | TurnFailed) for event in events[1:-1])
    started: set[str] = set()
    for before, event in pairwise(events):
        match event:
            case RequestPrefix():
                assert not isinstance(before, RequestPrefix | StepStarted | TextDelta | ReasoningDelta)
            case TextDelta() | ReasoningDelta():
                assert isinstance(before, StepStarted | TextDelta | ReasoningDelta)
            case StepFinished():
                assert isinstance(before, StepStarted | TextDelta | ReasoningDelta)
                started = set()
            case ToolCallStarted():
                assert event.call.id not in started
                started.add(event.call.id)
            case ApprovalRequested():
                assert isinstance(before, ToolCallStarted)
                assert before.call == event.call
            case ToolCallFinished():
                assert event.call.id in started or event.outcome is CallOutcome.INVALID
            case _:
                pass
        if isinstance(before, RequestPrefix):
            assert isinstance(event, StepStarted)
        if isinstance(before, ApprovalRequested):
            assert isinstance(event, ToolCallFinished)
            assert event.call == before.call


@given(st.lists(turns, min_size=1, max_size=3))
def test_wherever_a_reader_leaves_the_conversation_is_sound(drawn: list[Turn]) -> None:
    conversation = Conversation()
    asyncio.run(hold(drawn, conversation))
    assert_sound(conversation.messages)


@given(turns)
def test_events_keep_their_order(drawn: Turn) -> None:
    seen: list[Event] = []

    async def watch(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        async with aclosing(events) as source:
            async for event in source:
                seen.append(event)
                yield event

    whole = Turn(drawn.answers, drawn.failures, drawn.decisions)
    asyncio.run(hold([whole], Conversation(), watch))
    check_grammar(seen)


EVERYTHING = Turn(
    answers=[
        answer(
            "Let me ",
            "see. ",
            calls=[
                call("c1", "list_tasks"),
                call("c2", "get_task", taskId=7),
                call("c3", "update_task", taskId=7),
                call("c4", "no_such_tool"),
                call("c5", "list_tasks"),
                ToolCall("c6", "delete_task", '{"taskId": 7}'),
            ],
        ),
        answer("Done."),
    ],
    decisions=[Decision.ALLOWED, Decision.DECLINED],
)


@pytest.mark.parametrize("position", range(20))
def test_a_reader_may_leave_after_any_event(position: int) -> None:
    conversation = Conversation()
    left = Turn(EVERYTHING.answers, decisions=EVERYTHING.decisions, close_after=position)
    asyncio.run(hold([left], conversation))
    assert_sound(conversation.messages)


@pytest.mark.parametrize("tick", range(40))
def test_a_reader_may_be_cancelled_whatever_is_waited_for(tick: int) -> None:
    conversation = Conversation()
    left = Turn(EVERYTHING.answers, decisions=EVERYTHING.decisions, cancel_after=tick)
    asyncio.run(hold([left], conversation))
    assert_sound(conversation.messages)
