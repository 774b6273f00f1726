"""What is told of a call while it runs and once it has ended, to readers of events and to the model."""

import asyncio
from contextlib import aclosing

import pytest
from fake_toolbox import (
    GET_TASK,
    UPDATE_TASK,
    FakeToolbox,
    Handler,
    answering,
    call,
    make_tool,
    raises,
    returns,
)

from agent.context.kept_results import KeptResults, Shown
from agent.conversation import AssistantMessage, Conversation, ToolCall, ToolMessage, UserMessage
from agent.errors import ApprovalError, OutcomeUnknownError, ServerError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Decision,
    Event,
    ToolCallFinished,
    ToolCallProgress,
)
from agent.jsontypes import JsonObject, JsonValue
from agent.tools.approval import Oversight
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.runner import CallRunner, interrupted_message, text_for_model
from agent.tools.schema import build_functions
from agent.tools.tool import Tool, ToolResult
from agent.undo.before import Surroundings
from agent.undo.journal import Journal

pytestmark = pytest.mark.anyio


class Run:
    """Calls of one conversation, by a clock that goes on by one step whenever somebody looks at it."""

    def __init__(
        self,
        toolbox: FakeToolbox,
        *,
        policy: Policy | None = None,
        step: float = 1.0,
        results: KeptResults | None = None,
        journal: Journal | None = None,
        oversight: Oversight | None = None,
    ) -> None:
        self.toolbox = toolbox
        self.now = 100.0
        self.step = step
        self.conversation = Conversation([UserMessage("Do it.")])
        self._runner = CallRunner(
            toolbox,
            policy or Policy(allow_all=True),
            NameIndex(),
            self.clock,
            oversight,
            results=results,
            journal=journal,
        )

    def clock(self) -> float:
        self.now += self.step
        return self.now

    async def of(self, *calls: ToolCall) -> list[Event]:
        self.conversation.append(AssistantMessage("", calls))
        table = build_functions(self.toolbox.listed)
        return [event async for event in self._runner.run(calls, table, self.conversation)]

    @property
    def last(self) -> ToolMessage:
        last = self.conversation.messages[-1]
        assert isinstance(last, ToolMessage)
        return last


def finished(events: list[Event]) -> ToolCallFinished:
    (event,) = [event for event in events if isinstance(event, ToolCallFinished)]
    return event


def note_nothing(tool: Tool, arguments: JsonObject, decision: Decision, rule: str) -> None:
    pass


# Progress


async def told_of(step: float) -> list[tuple[ToolCall, float, float | None, str]]:
    toolbox = FakeToolbox()
    toolbox.progress["get_task"] = [(1.0, 9.0, "one"), (2.0, 9.0, "two"), (3.0, None, "three")]
    events = await Run(toolbox, step=step).of(call("c1", "get_task", taskId=7))
    return [
        (event.call, event.done, event.total, event.message)
        for event in events
        if isinstance(event, ToolCallProgress)
    ]


async def test_progress_is_told_with_its_call_and_its_words() -> None:
    made = call("c1", "get_task", taskId=7)
    assert await told_of(1.0) == [
        (made, 1.0, 9.0, "one"),
        (made, 2.0, 9.0, "two"),
        (made, 3.0, None, "three"),
    ]


async def test_progress_is_told_ten_times_a_second_at_most_and_the_first_at_once() -> None:
    assert [message for _, _, _, message in await told_of(0.06)] == ["one", "three"]
    assert [message for _, _, _, message in await told_of(0.001)] == ["one"]


# Ends


async def test_a_call_that_was_made_is_told_with_its_time_and_its_whole_result() -> None:
    run = Run(FakeToolbox(get_task=returns(answering({"title": "Banner"}))))
    event = finished(await run.of(call("c1", "get_task", taskId=7)))
    assert (event.outcome, event.title, event.structured) == (
        CallOutcome.SUCCEEDED,
        "Get task",
        {"title": "Banner"},
    )
    assert event.duration == 1.0
    assert (run.last.structured, run.last.is_error, run.last.declined) == ({"title": "Banner"}, False, False)
    assert run.last.name == "get_task"


async def test_a_call_that_is_declined_is_told_to_the_model_as_that() -> None:
    run = Run(FakeToolbox(), policy=Policy(read_only=True))
    event = finished(await run.of(call("c1", "update_task", taskId=7)))
    assert event.outcome is CallOutcome.DECLINED
    assert isinstance(event.error, ApprovalError)
    assert str(event.error) == (
        "Update task was not approved, so nothing was changed. Writes are allowed again without --read-only."
    )
    assert event.title == "Update task"
    assert (run.last.declined, run.last.is_error) == (True, True)


async def test_a_call_that_would_send_a_secret_says_what_to_look_at() -> None:
    run = Run(FakeToolbox(), oversight=Oversight(note_nothing, lambda text: "sk-1" in text))
    event = finished(await run.of(call("c1", "update_task", taskId=7, status="sk-1")))
    assert isinstance(event.error, ApprovalError)
    assert event.error.hint == "A text that was read may have asked for it; look at what it says."
    assert event.decision is Decision.DENIED_BY_RULE
    assert run.toolbox.called == []


async def test_calls_that_the_turn_left_are_told_to_the_model_as_open() -> None:
    message = interrupted_message(call("c1", "update_task", taskId=7))
    assert message == ToolMessage(
        "c1",
        "update_task",
        "The turn ended before this call did. If it changes something, that may have happened: look before "
        "trying again.",
        is_error=True,
    )


async def test_a_tool_that_does_not_exist_is_told_with_those_that_come_close() -> None:
    run = Run(FakeToolbox())
    event = finished(await run.of(call("c1", "update_tasks")))
    assert (
        event.text
        == "There is no tool named update_tasks. Did you mean update_task, delete_task, list_tasks?"
    )
    assert event.title == "update_tasks"
    far = finished(await run.of(call("c2", "xyz")))
    assert far.text == "There is no tool named xyz."


# What is written down of them


class FakeJournal(Journal):
    """Writes down what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, CallOutcome, JsonValue]] = []

    def finish(self, call_id: str, outcome: CallOutcome, structured: JsonValue) -> JsonObject | None:
        self.told.append((call_id, outcome, structured))
        return {"undo": call_id}


@pytest.mark.parametrize(
    ("handler", "noted"),
    [
        (returns(answering({"a": 1})), ("c1", CallOutcome.SUCCEEDED, {"a": 1})),
        (returns(answering({"a": 1}, is_error=True)), ("c1", CallOutcome.FAILED, {"a": 1})),
        (raises(ServerError("It is away.")), ("c1", CallOutcome.FAILED, None)),
        (raises(OutcomeUnknownError("It is lost.")), ("c1", CallOutcome.UNKNOWN, None)),
    ],
)
async def test_the_journal_learns_how_a_write_ended_and_what_it_notes_is_told(
    handler: Handler, noted: tuple[str, CallOutcome, JsonValue]
) -> None:
    journal = FakeJournal()
    toolbox = FakeToolbox((GET_TASK, UPDATE_TASK), update_task=handler)
    event = finished(await Run(toolbox, journal=journal).of(call("c1", "update_task", taskId=7)))
    assert journal.told == [noted]
    assert event.undo == {"undo": "c1"}


async def test_results_are_kept_under_the_number_of_their_call() -> None:
    kept: list[tuple[int, str]] = []

    class FakeResults(KeptResults):
        async def show(self, number: int, name: str, result: ToolResult) -> Shown:
            kept.append((number, name))
            return await super().show(number, name, result)

    run = Run(FakeToolbox(), results=FakeResults())
    await run.of(call("c1", "get_task", taskId=1), call("c2", "list_tasks"))
    await run.of(call("c3", "get_task", taskId=1))
    assert sorted(kept) == [(1, "get_task"), (2, "list_tasks"), (3, "get_task")]


class WatchingJournal(Journal):
    """Writes down which calls it is told of, each with what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, JsonValue]] = []

    async def foresee(self, call_id: str, tool: Tool, arguments: JsonObject, around: Surroundings) -> str:
        self.told.append((f"foresee {call_id}", arguments))
        return "It can be undone."

    async def refresh(self, call_id: str) -> None:
        self.told.append((f"refresh {call_id}", None))

    def drop(self, call_id: str) -> None:
        self.told.append((f"drop {call_id}", None))

    def interrupt(self, call_id: str) -> None:
        self.told.append((f"interrupt {call_id}", None))

    def saw(self, structured: JsonValue) -> None:
        self.told.append(("saw", structured))


async def test_the_journal_sees_what_reads_answer_and_what_writes_are_about_to_do() -> None:
    journal = WatchingJournal()
    toolbox = FakeToolbox((GET_TASK, UPDATE_TASK), get_task=returns(answering({"a": 1})))
    run = Run(toolbox, journal=journal)
    await run.of(call("c1", "get_task", taskId=7), call("c2", "update_task", taskId=7))
    assert journal.told == [("saw", {"a": 1}), ("foresee c2", {"taskId": 7}), ("refresh c2", None)]


async def test_the_journal_does_not_learn_from_a_read_that_failed() -> None:
    journal = WatchingJournal()
    toolbox = FakeToolbox((GET_TASK,), get_task=returns(answering({"a": 1}, is_error=True)))
    await Run(toolbox, journal=journal).of(call("c1", "get_task", taskId=7))
    assert journal.told == []


async def test_a_write_that_the_rules_refuse_is_not_even_foreseen() -> None:
    journal = WatchingJournal()
    await Run(FakeToolbox(), policy=Policy(read_only=True), journal=journal).of(
        call("c1", "update_task", taskId=7)
    )
    assert journal.told == [("drop c1", None)]


async def test_a_write_that_is_declined_is_foreseen_and_dropped() -> None:
    journal = WatchingJournal()
    events = await Run(FakeToolbox(), policy=Policy(), journal=journal).of(
        call("c1", "update_task", taskId=7)
    )
    assert journal.told == [("foresee c1", {"taskId": 7}), ("drop c1", None)]
    assert [event.undo for event in events if isinstance(event, ApprovalRequested)] == ["It can be undone."]


async def test_a_read_that_is_asked_about_says_nothing_of_undo() -> None:
    journal = WatchingJournal()
    events = await Run(FakeToolbox(), policy=Policy(ask=("get_*",)), journal=journal).of(
        call("c1", "get_task", taskId=7)
    )
    assert journal.told == [("drop c1", None)]
    assert [event.undo for event in events if isinstance(event, ApprovalRequested)] == [""]


async def test_a_write_that_the_reader_leaves_is_told_to_the_journal() -> None:
    async def wait(_: JsonObject) -> ToolResult:
        await asyncio.Event().wait()
        return answering({})

    journal = WatchingJournal()
    toolbox = FakeToolbox((UPDATE_TASK,), update_task=wait)
    toolbox.progress["update_task"] = [(1, None, "")]
    runner = CallRunner(toolbox, Policy(allow_all=True), NameIndex(), journal=journal)
    wanted = call("c1", "update_task", taskId=7)
    conversation = Conversation([UserMessage("Do it."), AssistantMessage("", (wanted,))])
    async with aclosing(runner.run([wanted], build_functions(toolbox.listed), conversation)) as events:
        async for event in events:
            if isinstance(event, ToolCallProgress):
                break
    assert journal.told[-1] == ("interrupt c1", None)


async def test_a_write_that_failed_makes_nothing_the_users_own() -> None:
    create = make_tool("create_task")
    made = returns(answering({"taskId": 99}, is_error=True))
    policy = Policy(for_session={"update_task", "create_task"})
    run = Run(FakeToolbox((GET_TASK, UPDATE_TASK, create), create_task=made), policy=policy)
    await run.of(call("c1", "get_task", taskId=7), call("c2", "create_task"))
    events = await run.of(call("c3", "update_task", taskId=99))
    assert [event.because for event in events if isinstance(event, ApprovalRequested)] == [
        "You have not named task 99, and texts of others have been read since."
    ]


def test_edited_arguments_stand_on_lines_of_their_own() -> None:
    told = text_for_model(call("c1", "update_task"), CallOutcome.SUCCEEDED, "Done.", {"taskId": 7})
    before, said, after = told.split("\n</data>\n")[0], told.splitlines()[3], told.splitlines()[4:]
    assert before == '<data from="update_task">\nDone.'
    assert said.endswith("it was made with these instead of yours:")
    assert after == ['<data from="update_task">', '{"taskId":7}', "</data>"]
