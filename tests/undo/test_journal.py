"""What is noted of writes, and when: with a server whose answers each test decides."""

import asyncio

import pytest
from fake_toolbox import FakeToolbox, answering, call, make_tool, raises, returns

from agent.conversation import AssistantMessage, Conversation, UserMessage
from agent.errors import OutcomeUnknownError, ServerError
from agent.events import ApprovalRequested, CallOutcome, Decision, ToolCallFinished
from agent.jsontypes import JsonObject
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.runner import CallRunner
from agent.tools.schema import build_functions
from agent.tools.tool import Annotations, ToolResult
from agent.undo.journal import Journal
from agent.undo.log import read_entries
from agent.undo.record import read_record
from agent.undo.rules import read_rules

pytestmark = pytest.mark.anyio

RULES = read_rules(
    """
    [reads.task]
    tool = "get_task"
    arguments = { taskId = "$taskId" }
    own_id = "taskId"
    [tools.update_task]
    read = "task"
    named = "title"
    fields = { title = "title", status = "status" }
    calls = [{ tool = "update_task", arguments = { taskId = "$taskId" }, restores = true }]
    """
)
ID: JsonObject = {"type": "integer"}
TEXT: JsonObject = {"type": "string"}
READ = Annotations(read_only=True)
GET = make_tool("get_task", properties={"taskId": ID}, required=["taskId"], annotations=READ)
UPDATE = make_tool(
    "update_task",
    title="Update task",
    properties={"taskId": ID, "title": TEXT, "status": TEXT},
    required=["taskId"],
    annotations=Annotations(read_only=False, destructive=False),
)
TASK: JsonObject = {"taskId": 7, "title": "Fix login", "status": "OPEN"}


class Clock:
    """Stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Writer:
    """Makes one call after the other."""

    def __init__(self, toolbox: FakeToolbox, *, by_rule: bool = False) -> None:
        self.toolbox = toolbox
        self.clock = Clock()
        self.journal = Journal(rules=lambda: RULES, clock=self.clock)
        self.conversation = Conversation([UserMessage("Do it.")])
        self.questions: list[ApprovalRequested] = []
        self.thinking = 0.0
        self.decision = Decision.ALLOWED
        self.runner = CallRunner(
            toolbox, Policy(allow_all=by_rule), NameIndex(), self.clock, journal=self.journal
        )

    async def make(self, name: str, **arguments: int | str) -> ToolCallFinished:
        made = call(f"c{len(self.conversation.messages)}", name, **arguments)
        self.conversation.append(AssistantMessage("", (made,)))
        finished: list[ToolCallFinished] = []
        async for event in self.runner.run([made], build_functions(self.toolbox.listed), self.conversation):
            if isinstance(event, ApprovalRequested):
                self.questions.append(event)
                self.clock.now += self.thinking
                event.decision = self.decision
            if isinstance(event, ToolCallFinished):
                finished.append(event)
        return finished[0]


def server(**handlers: ToolResult | Exception) -> FakeToolbox:
    given = {
        "get_task": answering(TASK),
        "update_task": answering({**TASK, "status": "DONE"}),
        **handlers,
    }
    return FakeToolbox(
        (GET, UPDATE),
        **{
            name: raises(each) if isinstance(each, Exception) else returns(each)
            for name, each in given.items()
        },
    )


async def test_the_former_values_are_read_before_the_question_and_noted_after_the_write() -> None:
    writer = Writer(server())
    finished = await writer.make("update_task", taskId=7, status="DONE")
    assert writer.toolbox.called == ["get_task", "update_task"]
    assert writer.questions[0].undo == "/undo can take it back."
    assert finished.undo == {
        "did": "Update task: “Fix login” (7)",
        "says": "set “Fix login” back to status OPEN",
        "calls": [{"tool": "update_task", "arguments": {"taskId": 7, "status": "OPEN"}}],
        "looks": [
            {
                "tool": "get_task",
                "arguments": {"taskId": 7},
                "left": {"status": "DONE"},
                "named": "“Fix login”",
                "list": "",
                "where": {},
                "paged": False,
            }
        ],
    }
    assert finished.undo is not None
    assert read_record(finished.undo) == writer.journal.log.entries[0].record


async def test_a_write_that_nobody_is_asked_about_is_noted_too() -> None:
    writer = Writer(server(), by_rule=True)
    assert (await writer.make("update_task", taskId=7, status="DONE")).undo is not None
    assert writer.questions == []


async def test_what_was_read_a_moment_ago_is_not_read_again() -> None:
    writer = Writer(server())
    await writer.make("get_task", taskId=7)
    await writer.make("update_task", taskId=7, status="DONE")
    assert writer.toolbox.called == ["get_task", "update_task"]


async def test_what_was_read_before_another_write_or_over_a_minute_ago_is_read_again() -> None:
    writer = Writer(server())
    await writer.make("get_task", taskId=7)
    writer.clock.now += 61
    await writer.make("update_task", taskId=7, status="DONE")
    await writer.make("update_task", taskId=7, status="OPEN")
    assert writer.toolbox.called.count("get_task") == 3


async def test_an_approval_that_took_long_has_the_former_values_read_again() -> None:
    writer = Writer(server())
    writer.thinking = 61
    await writer.make("update_task", taskId=7, status="DONE")
    assert writer.toolbox.called == ["get_task", "get_task", "update_task"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ServerError("The server is not there."), "The server is not there"),
        (ToolResult("There is no task 7.", is_error=True), "There is no task 7"),
        (ToolResult("Fix login"), "Fix login"),
        (answering({"taskId": 7}), "status"),
    ],
)
async def test_a_read_that_fails_never_fails_the_write(answer: ToolResult | Exception, why: str) -> None:
    writer = Writer(server(get_task=answer))
    finished = await writer.make("update_task", taskId=7, status="DONE")
    assert finished.outcome is CallOutcome.SUCCEEDED
    assert writer.questions[0].undo == f"This cannot be undone: how it is now could not be read ({why})."
    assert writer.journal.log.entries[0].record.calls == ()


async def test_a_write_that_was_declined_or_failed_is_not_noted() -> None:
    writer = Writer(server(update_task=ServerError("It is broken.")))
    assert (await writer.make("update_task", taskId=7, status="DONE")).undo is None
    writer.decision = Decision.DECLINED
    assert (await writer.make("update_task", taskId=7, status="DONE")).undo is None
    assert writer.journal.log.entries == ()


async def test_a_write_whose_answer_was_lost_is_noted_as_such() -> None:
    writer = Writer(server(update_task=OutcomeUnknownError("The connection broke.")))
    finished = await writer.make("update_task", taskId=7, status="DONE")
    assert finished.undo == {
        "did": "Update task: “Fix login” (7)",
        "never": "it is not known whether it happened",
    }


async def test_a_write_that_nobody_waited_for_is_noted_as_unknown() -> None:
    sent = asyncio.Event()

    async def hang(_: JsonObject) -> ToolResult:
        sent.set()
        await asyncio.Event().wait()
        raise AssertionError

    toolbox = server()
    toolbox.handlers["update_task"] = hang
    writer = Writer(toolbox)
    making = asyncio.ensure_future(writer.make("update_task", taskId=7, status="DONE"))
    await sent.wait()
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    assert [entry.record.never for entry in writer.journal.log.entries] == [
        "it is not known whether it happened"
    ]


async def test_a_server_without_the_tool_that_takes_it_back_has_nothing_undone() -> None:
    toolbox = server()
    toolbox.listed = (UPDATE,)
    writer = Writer(toolbox)
    await writer.make("update_task", taskId=7, status="DONE")
    assert writer.questions[0].undo.startswith("This cannot be undone: ")


async def test_a_tool_without_a_rule_says_that_it_cannot_be_undone() -> None:
    send = make_tool("send_mail", title="Send mail")
    writer = Writer(FakeToolbox((send,)))
    finished = await writer.make("send_mail")
    assert writer.questions[0].undo == "This cannot be undone from here."
    assert finished.undo == {"did": "Send mail", "never": "it is not known how"}


CREATE_NOTE = make_tool("create_note", title="Create note", properties={"text": TEXT})
DELETE_NOTE = make_tool("delete_note", title="Delete note", properties={"note_id": ID}, required=["note_id"])


@pytest.mark.parametrize("answer", [{"note_id": 5}, {"id": 5}, {"note": {"id": 5, "text": "x"}}])
async def test_what_was_created_elsewhere_is_deleted_by_the_tool_of_that_name(answer: JsonObject) -> None:
    toolbox = FakeToolbox((CREATE_NOTE, DELETE_NOTE), create_note=returns(answering(answer)))
    writer = Writer(toolbox)
    finished = await writer.make("create_note", text="x")
    assert writer.questions[0].undo == (
        "/undo can take it back with Delete note, if the server's answer names what it made."
    )
    assert finished.undo is not None
    assert finished.undo["calls"] == [{"tool": "delete_note", "arguments": {"note_id": 5}}]


@pytest.mark.parametrize("answer", [{"done": True}, {"user_id": 5}, {"note_id": True}])
async def test_what_the_answer_does_not_name_is_not_deleted(answer: JsonObject) -> None:
    toolbox = FakeToolbox((CREATE_NOTE, DELETE_NOTE), create_note=returns(answering(answer)))
    finished = await Writer(toolbox).make("create_note", text="x")
    assert finished.undo is not None
    assert "calls" not in finished.undo


async def test_an_id_that_the_write_was_given_is_not_what_it_made() -> None:
    delete = make_tool("delete_note", properties={"note_id": ID}, required=["note_id"])
    create = make_tool("create_note", properties={"note_id": ID})
    toolbox = FakeToolbox((create, delete), create_note=returns(answering({"done": True})))
    finished = await Writer(toolbox).make("create_note", note_id=3)
    assert finished.undo is not None
    assert "calls" not in finished.undo


def test_a_transcript_gives_the_writes_back_and_those_without_an_end_as_unknown() -> None:
    started = {"type": "tool_call_started", "call_id": "c2", "title": "Update task", "effect": "write"}
    events: list[JsonObject] = [
        {"type": "tool_call_started", "call_id": "c1", "title": "Update task", "effect": "write"},
        {"type": "tool_call_finished", "call": {"id": "c1"}, "undo": {"did": "A", "never": "so"}},
        {"type": "tool_call_started", "call_id": "r1", "title": "Get task", "effect": "read"},
        {**started},
        {"type": "turn_interrupted"},
        {"type": "tool_call_finished", "call": {"id": "c3"}, "undo": None},
        {**started, "call_id": "c4"},
    ]
    noted = [(entry.call_id, entry.record.did, entry.record.never) for entry in read_entries(events)]
    unknown = "it is not known whether it happened"
    assert noted == [("c1", "A", "so"), ("c2", "Update task", unknown), ("c4", "Update task", unknown)]
