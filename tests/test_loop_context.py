"""A loop whose context is kept within bounds: what it asks of the keeper, and what a refusal leads to."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

import pytest
from fake_model import FakeModel, answer
from fake_toolbox import TOOLS, FakeToolbox, answering, call

from agent.context.keeper import ContextKeeper
from agent.conversation import Conversation, Message, UserMessage
from agent.errors import AgentError, ContextError, LimitError, ModelError, UsageError
from agent.events import (
    ApprovalRequested,
    Compacted,
    Decision,
    Event,
    StepStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    WaitStarted,
)
from agent.jsontypes import JsonObject
from agent.limits import Limits
from agent.loop import Loop
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    Model,
    ModelRequest,
    RetryScheduled,
    StreamItem,
    TextDelta,
    Usage,
)
from agent.tools.policy import Policy
from agent.tools.schema import FunctionTable
from agent.tools.tool import ToolResult

pytestmark = pytest.mark.anyio

SHOWN = (UserMessage("All of it in short"),)


class FakeKeeper(ContextKeeper):
    """Says what a test wants, and remembers what it was asked."""

    def __init__(self, *, shrinks: bool = True, usage: Usage | None = None) -> None:
        self.shrinks = shrinks
        self.usage = usage
        self.prepared: list[tuple[Model, str, Sequence[FunctionDefinition]]] = []
        self.compacted: list[tuple[Model, str, Sequence[FunctionDefinition], bool]] = []
        self.refused: list[ContextError] = []

    @property
    def messages(self) -> Sequence[Message]:
        return SHOWN

    async def fit_functions(
        self, functions: tuple[FunctionDefinition, ...]
    ) -> tuple[FunctionDefinition, ...]:
        return functions[:1]

    async def prepare(
        self, model: Model, system: str, functions: tuple[FunctionDefinition, ...]
    ) -> AsyncGenerator[Event, None]:
        self.prepared.append((model, system, functions))
        if self.usage is not None:
            yield Compacted("short", 2, 100, 10, self.usage)

    async def compact_now(
        self, model: Model, system: str, functions: tuple[FunctionDefinition, ...], *, undo: bool = False
    ) -> AsyncGenerator[Event, None]:
        self.compacted.append((model, system, functions, undo))
        yield Compacted("short", 2, 100, 10)

    async def shrink(self, error: ContextError) -> bool:
        self.refused.append(error)
        return self.shrinks


def make_loop(model: FakeModel) -> Loop:
    return Loop(
        model=model,
        toolbox=FakeToolbox(),
        policy=Policy(allow_all=True),
        conversation=Conversation(),
        system="Be brief.",
        clock=lambda: 0.0,
    )


async def read(events: AsyncGenerator[Event, None]) -> list[Event]:
    return [event async for event in events]


def failure(events: Sequence[Event]) -> AgentError:
    last = events[-1]
    assert isinstance(last, TurnFailed)
    return last.error


# Requests that are kept within bounds


async def test_the_model_reads_what_the_keeper_shows_and_is_offered_what_it_leaves() -> None:
    model, keeper = FakeModel(answer("Yes.")), FakeKeeper()
    loop = make_loop(model)
    loop.use(model, context=keeper)
    await read(loop.turn("Hi"))
    assert model.requests[0].messages == SHOWN
    assert [function.name for function in model.requests[0].functions] == ["delete_task"]
    assert keeper.prepared == [(model, "Be brief.", model.requests[0].functions)]


async def test_functions_are_those_that_the_next_request_offers() -> None:
    model = FakeModel()
    loop = make_loop(model)
    assert [function.name for function in await loop.functions()] == sorted(tool.name for tool in TOOLS)
    assert not any(function.strict for function in await loop.functions())
    loop.use(model, strict=True, context=FakeKeeper())
    (offered,) = await loop.functions()
    assert (offered.name, offered.strict) == ("delete_task", True)


async def test_an_endpoint_is_held_to_schemas_only_where_the_loop_was_told_so() -> None:
    model = FakeModel(answer("One."), answer("Two."), answer("Three."))
    loop = make_loop(model)
    await read(loop.turn("First"))
    loop.use(model, strict=True)
    await read(loop.turn("Second"))
    loop.use(model)
    await read(loop.turn("Third"))
    assert [{function.strict for function in request.functions} for request in model.requests] == [
        {False},
        {True},
        {False},
    ]


async def test_an_offer_chooses_the_functions_of_each_request() -> None:
    def offer_last(table: FunctionTable) -> tuple[FunctionDefinition, ...]:
        return table.definitions[-1:]

    model = FakeModel(answer("Yes."))
    loop = make_loop(model)
    loop.use(model, offer=offer_last)
    await read(loop.turn("Hi"))
    assert [function.name for function in model.requests[0].functions] == ["update_task"]


async def test_what_a_summary_takes_counts_for_the_turn_that_needed_it() -> None:
    calls = [call("c1", "list_tasks")]
    model = FakeModel(answer(calls=calls, usage=Usage(10, 5)), answer("Yes.", usage=Usage(20, 7)))
    loop = make_loop(model)
    loop.use(model, context=FakeKeeper(usage=Usage(100, 50)))
    events = await read(loop.turn("Hi"))
    assert [event.covers for event in events if isinstance(event, Compacted)] == [2, 2]
    last = events[-1]
    assert isinstance(last, TurnFinished)
    assert (last.usage.input_tokens, last.usage.output_tokens, last.steps) == (230, 112, 2)


# Requests that were too long


async def test_a_request_that_was_too_long_is_made_shorter_and_sent_again() -> None:
    refusal = ContextError("It is too long.")
    model, keeper = FakeModel([refusal], answer("Yes.")), FakeKeeper()
    loop = make_loop(model)
    loop.use(model, context=keeper)
    events = await read(loop.turn("Hi"))
    assert keeper.refused == [refusal]
    assert [event.step for event in events if isinstance(event, StepStarted)] == [1, 2]
    assert isinstance(events[-1], TurnFinished)


async def test_a_request_that_is_refused_a_fourth_time_ends_the_turn() -> None:
    refusals = [ContextError(f"It is too long ({number}).") for number in range(5)]
    model, keeper = FakeModel(*[[refusal] for refusal in refusals]), FakeKeeper()
    loop = make_loop(model)
    loop.use(model, context=keeper)
    assert failure(await read(loop.turn("Hi"))) is refusals[3]
    assert keeper.refused == refusals[:3]


async def test_a_request_that_cannot_be_made_shorter_ends_the_turn() -> None:
    refusal = ContextError("It is too long.")
    model, keeper = FakeModel([refusal]), FakeKeeper(shrinks=False)
    loop = make_loop(model)
    loop.use(model, context=keeper)
    assert failure(await read(loop.turn("Hi"))) is refusal
    assert keeper.refused == [refusal]


async def test_without_a_keeper_a_request_that_was_too_long_ends_the_turn() -> None:
    refusal = ContextError("It is too long.")
    assert failure(await read(make_loop(FakeModel([refusal])).turn("Hi"))) is refusal


# Summaries that a person asks for


@pytest.mark.parametrize("undo", [False, True])
async def test_a_summary_is_asked_of_the_keeper(undo: bool) -> None:
    model, keeper = FakeModel(), FakeKeeper()
    loop = make_loop(model)
    loop.use(model, context=keeper)
    assert await read(loop.compact(undo=undo)) == [Compacted("short", 2, 100, 10)]
    ((asked, system, functions, taken_back),) = keeper.compacted
    assert (asked, system, taken_back) == (model, "Be brief.", undo)
    assert [function.name for function in functions] == ["delete_task"]


async def test_a_summary_is_made_unless_it_is_to_be_taken_back() -> None:
    keeper = FakeKeeper()
    loop = make_loop(FakeModel())
    loop.use(FakeModel(), context=keeper)
    await read(loop.compact())
    assert [asked[-1] for asked in keeper.compacted] == [False]


async def test_without_a_keeper_there_is_nothing_to_summarise() -> None:
    with pytest.raises(UsageError) as caught:
        await read(make_loop(FakeModel()).compact())
    assert str(caught.value) == "This model reads no long history, so there is nothing to summarise."


# What is told


async def test_a_wait_of_the_endpoint_is_told_with_its_reason_and_length() -> None:
    waits = [RetryScheduled("It is busy", 2.5), TextDelta("Yes."), Finish(FinishReason.STOP)]
    events = await read(make_loop(FakeModel(waits)).turn("Hi"))
    assert WaitStarted("It is busy", 2.5) in events


async def test_what_was_typed_is_told_beside_the_text_made_from_it() -> None:
    events = await read(make_loop(FakeModel(answer("Yes."))).turn("All about 7", typed="@7"))
    assert events[0] == TurnStarted("All about 7", "", "@7")


@pytest.mark.parametrize(
    ("reason", "pieces", "kind", "sentence"),
    [
        (
            FinishReason.LENGTH,
            ["Half"],
            LimitError,
            "The answer reached the model's length limit; what came is kept. Say “go on”.",
        ),
        (
            FinishReason.CONTENT_FILTER,
            ["Half"],
            ModelError,
            "The endpoint's content filter stopped the answer. Say it in other words.",
        ),
        (
            FinishReason.STOP,
            [],
            ModelError,
            "The model answered with nothing. Ask again, or try another model.",
        ),
    ],
)
async def test_an_answer_that_is_no_whole_answer_says_what_helps(
    reason: FinishReason, pieces: list[str], kind: type[AgentError], sentence: str
) -> None:
    error = failure(await read(make_loop(FakeModel(answer(*pieces, reason=reason))).turn("Hi")))
    assert type(error) is kind
    assert str(error) == sentence


async def test_an_answer_that_breaks_off_says_what_helps() -> None:
    error = failure(await read(make_loop(FakeModel([TextDelta("Half")])).turn("Hi")))
    assert str(error) == "The model's answer broke off; what came of it is kept. Say “go on”."


async def test_arguments_that_never_fit_say_what_helps() -> None:
    answers = [answer(calls=[call(f"c{number}", "get_task")]) for number in range(4)]
    error = failure(await read(make_loop(FakeModel(*answers)).turn("Hi")))
    assert str(error) == (
        "The model called get_task 3 times with arguments that do not fit; nothing was changed by these "
        "calls. Say it in other words, or use /call."
    )


# Time


def ten_seconds(model: FakeModel, toolbox: FakeToolbox, clock: Callable[[], float]) -> Loop:
    return Loop(
        model=model,
        toolbox=toolbox,
        policy=Policy(),
        conversation=Conversation(),
        system="",
        limits=Limits(seconds=10),
        clock=clock,
    )


async def test_time_in_which_a_person_decides_is_not_the_turns() -> None:
    now = 100.0
    calls = [call("c1", "delete_task", taskId=1), call("c2", "delete_task", taskId=2)]
    model = FakeModel(answer(calls=calls), answer("Done."))
    loop = ten_seconds(model, FakeToolbox(), lambda: now)
    last: Event | None = None
    async for event in loop.turn("Delete them"):
        last = event
        if isinstance(event, ApprovalRequested):
            now += 60
            event.decision = Decision.ALLOWED
    assert isinstance(last, TurnFinished)


async def test_time_that_tools_take_is_the_turns() -> None:
    now = 100.0

    async def take_long(_: JsonObject) -> ToolResult:
        nonlocal now
        now += 11
        return answering({})

    loop = ten_seconds(
        FakeModel(answer(calls=[call("c1", "list_tasks")]), answer("Done.")),
        FakeToolbox(list_tasks=take_long),
        lambda: now,
    )
    error = failure(await read(loop.turn("List them")))
    assert isinstance(error, LimitError)


async def test_time_after_a_decision_is_the_turns_again() -> None:
    now = 100.0

    async def take_long(_: JsonObject) -> ToolResult:
        nonlocal now
        now += 11
        return answering({})

    loop = ten_seconds(
        FakeModel(answer(calls=[call("c1", "delete_task", taskId=1)]), answer("Done.")),
        FakeToolbox(delete_task=take_long),
        lambda: now,
    )
    last: Event | None = None
    async for event in loop.turn("Delete it"):
        last = event
        if isinstance(event, ApprovalRequested):
            now += 60
            event.decision = Decision.ALLOWED
    assert isinstance(last, TurnFailed)
    assert isinstance(last.error, LimitError)


async def test_an_answer_is_waited_for_no_longer_than_the_turn_may_take() -> None:
    now = 100.0

    class FakeSilence(FakeModel):
        async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
            yield TextDelta("Well, ")
            await asyncio.Event().wait()

    loop = Loop(
        model=FakeSilence(),
        toolbox=FakeToolbox(),
        policy=Policy(),
        conversation=Conversation(),
        system="",
        limits=Limits(seconds=10),
        clock=lambda: now,
    )
    last: Event | None = None
    async with asyncio.timeout(5):
        async for event in loop.turn("Hi"):
            last = event
            if isinstance(event, TextDelta):
                now += 10
    assert isinstance(last, TurnFailed)
    assert isinstance(last.error, LimitError)
