"""Conversations drawn at random: answers of every kind, calls of every kind, left at any point."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from fake_model import FakeModel, Item
from fake_toolbox import FakeToolbox, answering, call
from hypothesis import strategies as st

from agent.conversation import Conversation, ToolCall
from agent.errors import AgentError, ModelError, OutcomeUnknownError, ServerError, SignInError
from agent.events import ApprovalRequested, Decision, Event
from agent.jsontypes import JsonObject
from agent.loop import Limits, Loop
from agent.model.protocol import Finish, FinishReason, ReasoningDelta, TextDelta, Usage
from agent.tools.policy import Policy
from agent.tools.tool import ToolResult

Record = Callable[[AsyncGenerator[Event, None]], AsyncGenerator[Event, None]]


@dataclass(frozen=True)
class Turn:
    """One turn, and how its reader leaves it.

    Args:
        answers: What the model answers at each step.
        failures: How calls of tools fail, one after the other; `None` where one does not.
        decisions: What is decided about writes, one after the other.
        close_after: Events after which the reader leaves; `None` reads to the end.
        cancel_after: Turns of the event loop after which the reader is cancelled; `None` never.
    """

    answers: Sequence[Sequence[Item]]
    failures: Sequence[AgentError | None] = ()
    decisions: Sequence[Decision] = ()
    close_after: int | None = None
    cancel_after: int | None = None


_calls: st.SearchStrategy[ToolCall] = st.sampled_from(
    [
        call("c1", "list_tasks"),
        call("c2", "get_task", taskId=7),
        call("c3", "list_tasks", projectId=1),
        call("c4", "update_task", taskId=7),
        call("c5", "delete_task", taskId=7),
        call("c6", "no_such_tool"),
        ToolCall("c7", "get_task", '{"taskId": '),
    ]
)
_ends: st.SearchStrategy[list[Item]] = st.sampled_from(
    [
        [Usage(10, 5), Finish(FinishReason.STOP, ({"opaque": 1},))],
        [Usage(10, 5), Finish(FinishReason.STOP)],
        [Finish(FinishReason.LENGTH)],
        [Finish(FinishReason.CONTENT_FILTER)],
        [],
        [ModelError("The endpoint broke off.")],
    ]
)


def _join(said: list[Item], calls: list[ToolCall], end: list[Item]) -> list[Item]:
    return [*said, *calls, *end]


_answers: st.SearchStrategy[list[Item]] = st.builds(
    _join,
    st.lists(
        st.builds(TextDelta, st.sampled_from(["", "Hello ", "wörld", "\n", "😀"]))
        | st.just(ReasoningDelta("Hm.")),
        max_size=3,
    ),
    st.lists(_calls, max_size=4, unique_by=lambda each: each.id),
    _ends,
)
_failures = st.sampled_from(
    [
        None,
        None,
        ServerError("The server is away."),
        OutcomeUnknownError("The answer was lost."),
        SignInError("The sign-in has ended."),
    ]
)
turns: st.SearchStrategy[Turn] = st.builds(
    Turn,
    st.lists(_answers, min_size=4, max_size=4),
    st.lists(_failures, max_size=6),
    st.lists(st.sampled_from(Decision), max_size=6),
    st.none() | st.integers(0, 25),
    st.none() | st.integers(0, 60),
)


async def hold(drawn: Sequence[Turn], conversation: Conversation, record: Record | None = None) -> None:
    """Hold a conversation.

    Args:
        drawn: Its turns.
        conversation: Grows.
        record: Stands between the loop and the reader.
    """
    for number, turn in enumerate(drawn):
        await _take(turn, number, conversation, record or (lambda events: events))


async def _take(turn: Turn, number: int, conversation: Conversation, record: Record) -> None:
    failures, decisions = iter(turn.failures), iter(turn.decisions)

    async def handle(arguments: JsonObject) -> ToolResult:
        for _ in range(int(arguments.get("taskId") == 7) + 1):
            await asyncio.sleep(0)
        if failure := next(failures, None):
            raise failure
        return answering({"taskId": 7, "taskTitle": "Fix login"})

    names = ("list_tasks", "get_task", "update_task", "delete_task")
    model = FakeModel(*turn.answers)
    loop = Loop(
        model=model,
        toolbox=FakeToolbox(**dict.fromkeys(names, handle)),
        policy=Policy(),
        conversation=conversation,
        system="Be brief.",
        limits=Limits(steps=4),
        clock=lambda: 0.0,
    )

    async def read() -> None:
        seen = 0
        async with aclosing(record(loop.turn(f"Question {number}", "Today is Monday."))) as events:
            async for event in events:
                if isinstance(event, ApprovalRequested):
                    event.decision = next(decisions, Decision.DECLINED)
                seen += 1
                if turn.close_after is not None and seen > turn.close_after:
                    return

    reader = asyncio.ensure_future(read())
    if turn.cancel_after is not None:
        for _ in range(turn.cancel_after):
            await asyncio.sleep(0)
        reader.cancel()
    await asyncio.wait([reader])
    if not reader.cancelled():
        reader.result()
    assert model.streams_open == 0
