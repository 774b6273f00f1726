"""The tool calls of one step: checked, approved, run and answered."""

import asyncio
from collections.abc import Callable

import pytest
from fake_toolbox import (
    DELETE_TASK,
    GET_TASK,
    LIST_TASKS,
    TOOLS,
    UPDATE_TASK,
    FakeToolbox,
    answering,
    assert_sound,
    call,
    make_tool,
    raises,
    results,
    returns,
)

from agent.conversation import AssistantMessage, Conversation, ToolCall, UserMessage
from agent.errors import (
    AgentError,
    ApprovalError,
    ExitCode,
    OutcomeUnknownError,
    ServerError,
    SignInError,
)
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Decision,
    Event,
    ToolCallFinished,
    ToolCallStarted,
)
from agent.jsontypes import JsonObject
from agent.tools.fence import unfence
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.runner import CallRunner
from agent.tools.schema import build_functions
from agent.tools.tool import Effect, ToolResult

pytestmark = pytest.mark.anyio


class Step:
    """One step of a conversation, ready to run.

    Args:
        calls: What the model asked for.
        toolbox: Where the tools are.
        policy: Which calls ask first.
        decide: Answers approvals; without it, nobody does.
        said: What the user said.
    """

    def __init__(
        self,
        *calls: ToolCall,
        toolbox: FakeToolbox | None = None,
        policy: Policy | None = None,
        decide: Callable[[ApprovalRequested], None] | None = None,
        said: str = "Do it.",
    ) -> None:
        self.calls = calls
        self.toolbox = toolbox or FakeToolbox()
        self.conversation = Conversation([UserMessage(said), AssistantMessage("", calls)])
        self.names = NameIndex()
        self.events: list[Event] = []
        self._decide = decide
        ticks = iter(range(1000))
        self._runner = CallRunner(
            self.toolbox, policy or Policy(), self.names, clock=lambda: float(next(ticks))
        )

    async def run(self) -> list[Event]:
        table = build_functions(self.toolbox.listed)
        async for event in self._runner.run(self.calls, table, self.conversation):
            self.events.append(event)
            if isinstance(event, ApprovalRequested) and self._decide is not None:
                self._decide(event)
        return self.events

    @property
    def finished(self) -> list[ToolCallFinished]:
        return [event for event in self.events if isinstance(event, ToolCallFinished)]

    @property
    def approvals(self) -> list[ApprovalRequested]:
        return [event for event in self.events if isinstance(event, ApprovalRequested)]

    @property
    def outcomes(self) -> list[CallOutcome]:
        return [event.outcome for event in self.finished]


def decide(decision: Decision, reason: str | None = None) -> Callable[[ApprovalRequested], None]:
    def answer(request: ApprovalRequested) -> None:
        request.decision = decision
        request.reason = reason or request.reason

    return answer


ALLOW = decide(Decision.ALLOWED)


# Reads


async def test_a_read_runs_without_a_question_and_its_result_joins_the_conversation() -> None:
    step = Step(call("c1", "get_task", taskId=7))
    assert await step.run() == [
        ToolCallStarted(step.calls[0], "Get task", {"taskId": 7}, Effect.READ),
        ToolCallFinished(
            step.calls[0],
            "Get task",
            CallOutcome.SUCCEEDED,
            '{"done":"get_task"}',
            {"done": "get_task"},
            duration=1.0,
        ),
    ]
    (message,) = results(step.conversation)
    assert (message.call_id, message.name, message.is_error) == ("c1", "get_task", False)
    assert message.text == '<data from="get_task">\n{"done":"get_task"}\n</data>'
    assert message.structured == {"done": "get_task"}


async def test_reads_of_one_step_run_side_by_side() -> None:
    everybody_is_there = asyncio.Barrier(3)

    async def meet(_: JsonObject) -> ToolResult:
        await everybody_is_there.wait()
        return answering({})

    toolbox = FakeToolbox(get_task=meet)
    step = Step(*(call(f"c{n}", "get_task", taskId=n) for n in range(3)), toolbox=toolbox)
    async with asyncio.timeout(30):
        await step.run()
    assert [type(event) for event in step.events] == [ToolCallStarted] * 3 + [ToolCallFinished] * 3


async def test_reads_finish_in_the_order_in_which_they_end_and_are_answered_in_the_models_order() -> None:
    first_may_end = asyncio.Event()

    async def handle(arguments: JsonObject) -> ToolResult:
        if arguments["taskId"] == 1:
            await first_may_end.wait()
        else:
            first_may_end.set()
        return answering(arguments)

    toolbox = FakeToolbox(get_task=handle)
    step = Step(call("c1", "get_task", taskId=1), call("c2", "get_task", taskId=2), toolbox=toolbox)
    await step.run()
    assert [event.call.id for event in step.finished] == ["c2", "c1"]
    assert [message.call_id for message in results(step.conversation)] == ["c1", "c2"]


async def test_at_most_eight_reads_run_at_once() -> None:
    running = 0
    most = 0

    async def handle(_: JsonObject) -> ToolResult:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _turn in range(20):
            await asyncio.sleep(0)
        running -= 1
        return answering({})

    toolbox = FakeToolbox(get_task=handle)
    step = Step(*(call(f"c{n}", "get_task", taskId=n) for n in range(20)), toolbox=toolbox)
    await step.run()
    assert most == 8
    assert_sound(step.conversation.messages)


# Writes


async def test_a_write_waits_for_the_reads_before_it_and_what_follows_waits_for_the_write() -> None:
    log: list[str] = []

    def slow(name: str) -> Callable[[JsonObject], "asyncio.Future[ToolResult]"]:
        async def handle(_: JsonObject) -> ToolResult:
            log.append(f"{name} begins")
            for _turn in range(5):
                await asyncio.sleep(0)
            log.append(f"{name} ends")
            return answering({})

        return lambda arguments: asyncio.ensure_future(handle(arguments))

    toolbox = FakeToolbox(
        list_tasks=slow("list"), update_task=slow("update"), delete_task=slow("delete"), get_task=slow("get")
    )
    step = Step(
        call("c1", "list_tasks"),
        call("c2", "update_task", taskId=1),
        call("c3", "delete_task", taskId=1),
        call("c4", "get_task", taskId=1),
        toolbox=toolbox,
        policy=Policy(allow_all=True),
    )
    await step.run()
    assert log == [
        f"{name} {moment}" for name in ("list", "update", "delete", "get") for moment in ("begins", "ends")
    ]
    assert [message.call_id for message in results(step.conversation)] == ["c1", "c2", "c3", "c4"]


async def test_a_write_asks_first_and_runs_when_it_is_allowed() -> None:
    step = Step(call("c1", "update_task", taskId=7), decide=ALLOW)
    await step.run()
    assert [type(event) for event in step.events] == [ToolCallStarted, ApprovalRequested, ToolCallFinished]
    (request,) = step.approvals
    assert (request.tool, request.effect, request.arguments) == (UPDATE_TASK, Effect.WRITE, {"taskId": 7})
    assert step.finished[0].decision is Decision.ALLOWED
    assert step.outcomes == [CallOutcome.SUCCEEDED]


async def test_a_write_that_nobody_decides_about_is_declined() -> None:
    step = Step(call("c1", "delete_task", taskId=7))
    await step.run()
    assert "delete_task" not in step.toolbox.called
    (finished,) = step.finished
    assert (finished.outcome, finished.decision) == (CallOutcome.DECLINED, Decision.DECLINED)
    assert isinstance(finished.error, ApprovalError)
    assert finished.error.hint == "Allow it with --allow delete_task, or every write with --yes."
    (message,) = results(step.conversation)
    assert message.is_error


async def test_the_model_is_told_why_a_call_was_declined() -> None:
    step = Step(call("c1", "update_task", taskId=7), decide=decide(Decision.DECLINED, "Not that task!"))
    await step.run()
    assert results(step.conversation)[0].text == "Not that task!"


async def test_a_write_is_refused_unasked_when_only_reads_are_allowed() -> None:
    step = Step(
        call("c1", "update_task", taskId=7), policy=Policy(read_only=True, allow_all=True), decide=ALLOW
    )
    await step.run()
    assert step.approvals == []
    assert step.toolbox.calls == []
    (finished,) = step.finished
    assert finished.outcome is CallOutcome.DECLINED
    assert "read-only" in finished.text
    assert finished.error is not None
    assert "--yes" not in finished.error.hint


async def test_a_decision_for_the_session_spares_the_next_question_about_that_tool() -> None:
    step = Step(
        call("c1", "update_task", taskId=1),
        call("c2", "update_task", taskId=2),
        decide=decide(Decision.ALLOWED_FOR_SESSION),
        said="Close 1 and 2.",
    )
    await step.run()
    assert len(step.approvals) == 1
    assert step.outcomes == [CallOutcome.SUCCEEDED] * 2
    assert [event.decision for event in step.finished] == [
        Decision.ALLOWED_FOR_SESSION,
        Decision.ALLOWED_BY_RULE,
    ]
    assert step.finished[1].rule == "always for this session"


async def test_a_decision_for_the_session_does_not_spare_questions_about_destructive_tools() -> None:
    step = Step(
        call("c1", "delete_task", taskId=1),
        call("c2", "delete_task", taskId=2),
        decide=decide(Decision.ALLOWED_FOR_SESSION),
    )
    await step.run()
    assert len(step.approvals) == 2


async def test_the_time_that_an_approval_takes_is_not_counted() -> None:
    step = Step(call("c1", "update_task", taskId=7), decide=ALLOW)
    await step.run()
    assert step.finished[0].duration == 1.0


# What an approval shows


async def test_an_approval_shows_a_title_learnt_from_an_earlier_result() -> None:
    task: JsonObject = {"taskId": 7, "taskTitle": "Fix login", "subtasks": []}
    toolbox = FakeToolbox(list_tasks=returns(answering({"tasks": [task]})))
    step = Step(call("c1", "list_tasks"), call("c2", "delete_task", taskId=7), toolbox=toolbox, decide=ALLOW)
    await step.run()
    (request,) = step.approvals
    assert request.summary == "Delete task: “Fix login” (7)"
    assert request.details == ("taskId: “Fix login” (7)",)
    assert toolbox.called == ["list_tasks", "delete_task"]


async def test_an_approval_shows_a_title_looked_up_by_the_get_tool() -> None:
    toolbox = FakeToolbox(get_task=returns(answering({"taskId": 7, "taskTitle": "Fix login"})))
    step = Step(call("c1", "delete_task", taskId=7), toolbox=toolbox, decide=ALLOW)
    await step.run()
    assert step.approvals[0].summary == "Delete task: “Fix login” (7)"
    assert toolbox.calls == [("get_task", {"taskId": 7}), ("delete_task", {"taskId": 7})]


async def test_an_approval_shows_the_bare_id_when_the_title_cannot_be_looked_up() -> None:
    toolbox = FakeToolbox(get_task=raises(ServerError("The server is away.")))
    step = Step(call("c1", "delete_task", taskId=7), toolbox=toolbox, decide=ALLOW)
    await step.run()
    (request,) = step.approvals
    assert (request.summary, request.details) == ("Delete task", ("taskId: 7",))
    assert step.outcomes == [CallOutcome.SUCCEEDED]


async def test_no_title_is_looked_up_for_a_write_that_needs_no_question() -> None:
    step = Step(call("c1", "delete_task", taskId=7), policy=Policy(allow=("delete_*",)))
    await step.run()
    assert step.toolbox.called == ["delete_task"]


# Calls that cannot run


async def test_an_unknown_tool_is_answered_with_the_names_that_come_close() -> None:
    step = Step(call("c1", "get_tasks", taskId=7))
    await step.run()
    assert step.outcomes == [CallOutcome.INVALID]
    text = unfence(results(step.conversation)[0].text)
    assert text.startswith("There is no tool named get_tasks. Did you mean ")
    assert "get_task" in text


async def test_a_hidden_tool_is_unknown() -> None:
    toolbox = FakeToolbox([*TOOLS, make_tool("app_only", hidden=True)])
    step = Step(call("c1", "app_only"), toolbox=toolbox)
    await step.run()
    assert step.outcomes == [CallOutcome.INVALID]
    assert toolbox.calls == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"taskId": 7', "The arguments are not a JSON object: "),
        ("[7]", "The arguments are not a JSON object: "),
        ("[" * 100_000, "The arguments are not a JSON object: "),
        ('{"taskId": "seven"}', "The arguments do not fit the tool's schema: taskId: 'seven' is not of type"),
        ("", "The arguments do not fit the tool's schema: 'taskId' is a required property"),
    ],
)
async def test_unfit_arguments_go_back_to_the_model_and_never_to_the_server(
    arguments: str, text: str
) -> None:
    step = Step(ToolCall("c1", "delete_task", arguments), policy=Policy(allow_all=True))
    await step.run()
    assert step.toolbox.calls == []
    (finished,) = step.events
    assert isinstance(finished, ToolCallFinished)
    assert (finished.outcome, finished.title) == (CallOutcome.INVALID, "Delete task")
    assert unfence(results(step.conversation)[0].text).startswith(text)


async def test_a_call_that_cannot_run_keeps_its_place_among_the_others() -> None:
    step = Step(
        call("c1", "list_tasks"), call("c2", "nonsense"), call("c3", "list_tasks"), call("c4", "get_task")
    )
    await step.run()
    assert [message.call_id for message in results(step.conversation)] == ["c1", "c2", "c3", "c4"]
    assert_sound(step.conversation.messages)


# Calls that fail


async def test_a_tool_that_says_it_failed_is_answered_with_what_it_said() -> None:
    toolbox = FakeToolbox(get_task=returns(ToolResult("No such task.", is_error=True)))
    step = Step(call("c1", "get_task", taskId=7), toolbox=toolbox)
    await step.run()
    (finished,) = step.finished
    assert (finished.outcome, finished.error) == (CallOutcome.FAILED, None)
    (message,) = results(step.conversation)
    assert message.text == '<data from="get_task" error="true">\nNo such task.\n</data>'
    assert message.is_error


async def test_a_server_that_cannot_be_used_fails_its_call_alone() -> None:
    lost = ServerError("The server is away.", "Try again.")
    toolbox = FakeToolbox(get_task=raises(lost))
    step = Step(call("c1", "get_task", taskId=7), call("c2", "list_tasks"), toolbox=toolbox)
    await step.run()
    by_id = {event.call.id: event for event in step.finished}
    assert (by_id["c1"].outcome, by_id["c1"].error) == (CallOutcome.FAILED, lost)
    assert by_id["c2"].outcome is CallOutcome.SUCCEEDED
    assert unfence(results(step.conversation)[0].text) == "The server is away. Try again."


async def test_a_write_whose_answer_was_lost_is_told_as_unknown() -> None:
    toolbox = FakeToolbox(update_task=raises(OutcomeUnknownError("The answer was lost.", "Look first.")))
    step = Step(call("c1", "update_task", taskId=7), toolbox=toolbox, decide=ALLOW)
    await step.run()
    (finished,) = step.finished
    assert finished.outcome is CallOutcome.UNKNOWN
    assert finished.error is not None
    assert finished.error.exit_code is ExitCode.SERVER
    (message,) = results(step.conversation)
    assert message.is_error
    assert unfence(message.text) == "The answer was lost. Look first."


@pytest.mark.parametrize("name", ["get_task", "update_task"])
async def test_a_lost_sign_in_ends_the_step_after_the_call_that_found_out(name: str) -> None:
    lost = SignInError("The sign-in has ended.", "Sign in: astravue login")
    toolbox = FakeToolbox(TOOLS, **{name: raises(lost)})
    step = Step(
        call("c1", name, taskId=7), call("c2", "delete_task", taskId=7), toolbox=toolbox, decide=ALLOW
    )
    with pytest.raises(SignInError, match="has ended"):
        await step.run()
    assert [event.call.id for event in step.finished] == ["c1"]
    assert "delete_task" not in toolbox.called
    assert [message.call_id for message in results(step.conversation)] == ["c1"]


async def test_reads_beside_the_one_that_lost_the_sign_in_are_answered_too() -> None:
    toolbox = FakeToolbox(get_task=raises(SignInError("The sign-in has ended.")))
    step = Step(
        call("c1", "list_tasks"), call("c2", "get_task", taskId=7), call("c3", "list_tasks"), toolbox=toolbox
    )
    with pytest.raises(AgentError):
        await step.run()
    assert_sound(step.conversation.messages)
    assert [message.is_error for message in results(step.conversation)] == [False, True, False]


async def test_what_the_model_reads_of_a_long_result_is_cut_and_the_rest_is_kept() -> None:
    structured: JsonObject = {"text": "x" * 50_000}
    toolbox = FakeToolbox([LIST_TASKS, GET_TASK, DELETE_TASK], list_tasks=returns(answering(structured)))
    step = Step(call("c1", "list_tasks"), toolbox=toolbox)
    await step.run()
    (message,) = results(step.conversation)
    assert len(message.text) < 25_000
    assert "[cut here: long texts and lists inside are shortened; the rest is not kept" in message.text
    assert message.structured == structured
