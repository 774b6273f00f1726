"""Notices from outside a turn, woven into its events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from agent.conversation import ToolCall
from agent.errors import SignInError
from agent.events import (
    ApprovalRequested,
    Decision,
    ElicitationRequested,
    Event,
    Notice,
    Question,
    SignInRequested,
    StepStarted,
    TurnFinished,
    TurnStarted,
)
from agent.forms.form import Form
from agent.model.protocol import Usage
from agent.session.notices import NoticeBoard
from agent.tools.tool import Effect, Tool

pytestmark = pytest.mark.anyio


class Source:
    """Events that come when the test lets them."""

    def __init__(self, *events: Event) -> None:
        self.waiting = list(events)
        self.may_go_on = asyncio.Event()
        self.asked = asyncio.Event()
        self.closed = False

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            for event in self.waiting:
                self.asked.set()
                await self.may_go_on.wait()
                yield event
        finally:
            self.closed = True


async def test_events_pass_in_their_order() -> None:
    source = Source(TurnStarted("Hi"), StepStarted(1))
    source.may_go_on.set()
    assert [event async for event in NoticeBoard().weave(source.events())] == source.waiting
    assert source.closed


async def test_a_notice_is_told_while_the_turn_waits() -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"))
    async with aclosing(board.weave(source.events())) as events:
        coming = asyncio.ensure_future(anext(events))
        await source.asked.wait()
        board.post(Notice("Waiting for the server."))
        assert await coming == Notice("Waiting for the server.")
        source.may_go_on.set()
        assert await anext(events) == TurnStarted("Hi")


async def test_notices_from_before_and_between_are_told_in_their_order() -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"), StepStarted(1))
    source.may_go_on.set()
    board.post(Notice("One."))
    board.post(Notice("Two."))
    seen: list[Event] = []
    async for event in board.weave(source.events()):
        seen.append(event)
        if isinstance(event, TurnStarted):
            board.post(Notice("Three."))
    assert seen == [Notice("One."), Notice("Two."), TurnStarted("Hi"), Notice("Three."), StepStarted(1)]


async def test_a_notice_after_the_last_event_is_still_told() -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"))
    source.may_go_on.set()
    seen: list[Event] = []
    async for event in board.weave(source.events()):
        seen.append(event)
        if isinstance(event, TurnStarted):
            board.post(Notice("Last."))
    assert seen == [TurnStarted("Hi"), Notice("Last.")]


async def test_a_notice_is_told_once() -> None:
    board = NoticeBoard()
    board.post(Notice("One."))
    first, second = Source(), Source()
    assert [event async for event in board.weave(first.events())] == [Notice("One.")]
    assert [event async for event in board.weave(second.events())] == []


async def test_an_approval_is_answered_before_the_turn_goes_on() -> None:
    decided: list[Decision] = []

    async def turn() -> AsyncGenerator[Event, None]:
        tool = Tool("delete_task", "Delete task", "", {})
        request = ApprovalRequested(
            ToolCall("c1", tool.name, "{}"), tool, {}, Effect.DESTRUCTIVE, "Delete task"
        )
        yield request
        decided.append(request.decision)

    board = NoticeBoard()
    async for event in board.weave(turn()):
        if isinstance(event, ApprovalRequested):
            board.post(Notice("A notice while the user thinks."))
            for _ in range(20):
                await asyncio.sleep(0)
            assert decided == []
            event.decision = Decision.ALLOWED
    assert decided == [Decision.ALLOWED]


async def test_leaving_closes_the_source() -> None:
    source = Source(TurnStarted("Hi"), StepStarted(1))
    source.may_go_on.set()
    async with aclosing(NoticeBoard().weave(source.events())) as events:
        await anext(events)
    assert source.closed


async def test_leaving_at_a_notice_closes_a_source_that_is_waiting() -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"))
    board.post(Notice("One."))
    async with aclosing(board.weave(source.events())) as events:
        assert await anext(events) == Notice("One.")
    assert source.closed


async def test_a_reader_that_is_cancelled_closes_the_source_and_leaves_nothing_behind() -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"))

    async def read() -> None:
        async with aclosing(board.weave(source.events())) as events:
            async for _ in events:
                pass

    before = asyncio.all_tasks()
    reader = asyncio.ensure_future(read())
    await source.asked.wait()
    reader.cancel()
    await asyncio.wait([reader])
    await asyncio.sleep(0)
    assert source.closed
    assert asyncio.all_tasks() == before


async def test_an_error_of_the_source_reaches_the_reader() -> None:
    async def turn() -> AsyncGenerator[Event, None]:
        yield TurnStarted("Hi")
        raise ValueError("broken")

    async with aclosing(NoticeBoard().weave(turn())) as events:
        assert await anext(events) == TurnStarted("Hi")
        with pytest.raises(ValueError, match="broken"):
            await anext(events)


QUESTIONS: list[Question] = [
    SignInRequested(SignInError("The server wants a sign-in.")),
    ElicitationRequested("demo", "Where to?", Form(())),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: type(question).__name__)
async def test_whoever_asks_goes_on_once_the_reader_asks_for_the_next_event(question: Question) -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"))
    async with aclosing(board.weave(source.events())) as events:
        coming = asyncio.ensure_future(anext(events))
        await source.asked.wait()
        asking = asyncio.ensure_future(board.ask(question))
        assert await coming is question
        for _ in range(20):
            await asyncio.sleep(0)
        assert not asking.done()
        source.may_go_on.set()
        assert await anext(events) == TurnStarted("Hi")
        await asking


async def test_nobody_waits_for_an_answer_when_nobody_reads() -> None:
    await NoticeBoard().ask(SignInRequested(SignInError("The server wants a sign-in.")))


@pytest.mark.parametrize("shown", [True, False])
async def test_a_reader_that_leaves_leaves_questions_unanswered(shown: bool) -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"))
    question = SignInRequested(SignInError("The server wants a sign-in."))
    events = board.weave(source.events())
    coming = asyncio.ensure_future(anext(events))
    await source.asked.wait()
    asking = asyncio.ensure_future(board.ask(question))
    if shown:
        await coming
    else:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
    await events.aclose()
    await asking
    assert not question.signed_in
    assert source.closed


async def test_a_question_that_is_taken_back_is_not_asked() -> None:
    board, source = NoticeBoard(), Source(TurnStarted("Hi"), StepStarted(1))
    source.may_go_on.set()
    seen: list[Event] = []
    async for event in board.weave(source.events()):
        seen.append(event)
        if isinstance(event, TurnStarted):
            asking = asyncio.ensure_future(board.ask(QUESTIONS[0]))
            await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
    assert seen == [TurnStarted("Hi"), StepStarted(1)]


async def test_nothing_follows_the_end_of_a_turn() -> None:
    board, source = NoticeBoard(), Source(TurnFinished("Bye", Usage(), 1))
    source.may_go_on.set()
    seen: list[Event] = []
    async for event in board.weave(source.events()):
        seen.append(event)
        board.post(Notice("Late."))
    assert seen == [TurnFinished("Bye", Usage(), 1)]
    assert [event async for event in board.weave(Source().events())] == [Notice("Late.")]


async def test_of_too_many_notices_the_newest_are_told() -> None:
    board = NoticeBoard()
    for number in range(150):
        board.post(Notice(f"Notice {number}."))
    told = [event async for event in board.weave(Source().events())]
    assert told == [Notice(f"Notice {number}.") for number in range(50, 150)]
