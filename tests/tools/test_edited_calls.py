"""Calls whose arguments the user changes before allowing them."""

import json
from collections import deque

import pytest
from fake_toolbox import TOOLS, UPDATE_TASK, FakeToolbox, answering, call, make_tool, results, returns

from agent.conversation import AssistantMessage, Conversation, UserMessage
from agent.events import ApprovalRequested, CallOutcome, Decision, ToolCallFinished
from agent.jsontypes import JsonObject
from agent.tools.approval import Oversight
from agent.tools.fence import is_fenced, unfence
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.runner import CallRunner
from agent.tools.schema import build_functions
from agent.tools.tool import Tool
from agent.undo.journal import Journal
from agent.undo.record import Undone

pytestmark = pytest.mark.anyio

SECRET = "sk-0123456789"
RENAME = make_tool(
    "rename_task",
    title="Rename task",
    properties={"taskId": {"type": "integer"}, "taskTitle": {"type": "string"}},
    required=["taskId"],
)
Answer = Decision | JsonObject


class Desk:
    """Answers each question about a call with the next of a list: a decision, or arguments instead.

    Args:
        answers: The answers.
        policy: The user's rules.
        journal: Notes how writes are taken back.
    """

    def __init__(
        self, *answers: Answer, policy: Policy | None = None, journal: Journal | None = None
    ) -> None:
        self.answers = deque(answers)
        task = answering({"taskId": 7, "taskTitle": "Fix login"})
        self.toolbox = FakeToolbox([*TOOLS, RENAME], get_task=returns(task))
        self.asked: list[ApprovalRequested] = []
        self.noted: list[tuple[str, JsonObject, Decision]] = []
        self.finished: list[ToolCallFinished] = []
        self.conversation = Conversation([UserMessage("Go.")])
        self._runner = CallRunner(
            self.toolbox,
            policy or Policy(),
            NameIndex(),
            lambda: 0.0,
            oversight=Oversight(self._note, lambda text: SECRET in text),
            journal=journal,
        )

    def _note(self, tool: Tool, arguments: JsonObject, decision: Decision, _: str) -> None:
        self.noted.append((tool.name, arguments, decision))

    async def run(self, name: str = RENAME.name, **arguments: int | str) -> None:
        made = call(f"c{len(self.asked)}", name, **arguments)
        self.conversation.append(AssistantMessage("", (made,)))
        table = build_functions(self.toolbox.listed)
        async for event in self._runner.run([made], table, self.conversation):
            if isinstance(event, ApprovalRequested):
                self.asked.append(event)
                answer = self.answers.popleft()
                event.decision = answer if isinstance(answer, Decision) else Decision.EDITED
                event.edited = None if isinstance(answer, Decision) else answer
            elif isinstance(event, ToolCallFinished):
                self.finished.append(event)

    @property
    def made(self) -> list[tuple[str, JsonObject]]:
        """The writes that were made."""
        return [each for each in self.toolbox.calls if each[0] != "get_task"]


async def test_changed_arguments_are_asked_about_again_and_made_once_they_are_allowed() -> None:
    desk = Desk({"taskId": 7, "taskTitle": "New"}, Decision.ALLOWED)
    await desk.run(taskId=7, taskTitle="Old")
    first, second = desk.asked
    assert (first.arguments, first.is_edited) == ({"taskId": 7, "taskTitle": "Old"}, False)
    assert (second.arguments, second.is_edited) == ({"taskId": 7, "taskTitle": "New"}, True)
    assert "taskTitle: Fix login → New" in second.details
    assert desk.made == [("rename_task", {"taskId": 7, "taskTitle": "New"})]
    assert desk.noted == [("rename_task", {"taskId": 7, "taskTitle": "New"}, Decision.ALLOWED)]


async def test_the_end_of_the_call_holds_what_was_made_beside_what_the_model_wrote() -> None:
    desk = Desk({"taskId": 7, "taskTitle": "New"}, Decision.ALLOWED)
    await desk.run(taskId=7, taskTitle="Old")
    (finished,) = desk.finished
    assert json.loads(finished.call.arguments)["taskTitle"] == "Old"
    assert finished.edited == {"taskId": 7, "taskTitle": "New"}
    assert finished.decision is Decision.ALLOWED


async def test_the_model_is_told_what_was_made_instead_of_its_call() -> None:
    desk = Desk({"taskId": 7, "taskTitle": "New"}, Decision.ALLOWED)
    await desk.run(taskId=7, taskTitle="Old")
    (message,) = results(desk.conversation)
    assert is_fenced(message.text)
    assert json.loads(unfence(message.text)) == {"done": "rename_task"}
    assert "The user changed the arguments" in message.text
    assert '{"taskId":7,"taskTitle":"New"}' in message.text


async def test_changed_arguments_may_still_be_declined() -> None:
    desk = Desk({"taskId": 7, "taskTitle": "New"}, Decision.DECLINED)
    await desk.run(taskId=7, taskTitle="Old")
    assert (desk.made, desk.finished[0].outcome, desk.finished[0].edited) == ([], CallOutcome.DECLINED, None)
    assert "changed the arguments" not in results(desk.conversation)[0].text


async def test_arguments_that_were_changed_back_are_the_models_again() -> None:
    desk = Desk({"taskId": 8}, {"taskId": 7}, Decision.ALLOWED)
    await desk.run(taskId=7)
    assert [each.is_edited for each in desk.asked] == [False, True, False]
    assert desk.finished[0].edited is None


async def test_arguments_that_do_not_fit_are_not_taken_and_the_question_says_why() -> None:
    desk = Desk({"taskId": "seven"}, Decision.DECLINED)
    await desk.run(taskId=7)
    assert desk.asked[1].arguments == {"taskId": 7}
    assert desk.asked[1].because.startswith(
        "Your arguments were not taken, because they do not fit: taskId: "
    )
    assert desk.asked[1].may_remember


async def test_arguments_with_a_secret_are_not_taken_and_stand_nowhere() -> None:
    desk = Desk({"taskId": 7, "taskTitle": SECRET}, Decision.ALLOWED)
    await desk.run(taskId=7, taskTitle="Old")
    assert "hold a secret" in desk.asked[1].because
    assert desk.made == [("rename_task", {"taskId": 7, "taskTitle": "Old"})]
    assert SECRET not in repr([desk.asked, desk.finished, desk.conversation.messages])


async def test_a_yes_for_the_session_to_changed_arguments_holds_for_further_calls() -> None:
    policy = Policy()
    desk = Desk({"taskId": 8}, Decision.ALLOWED_FOR_SESSION, policy=policy)
    await desk.run(taskId=7)
    assert policy.for_session == {"rename_task"}
    await desk.run(taskId=8)
    assert desk.finished[1].decision is Decision.ALLOWED_BY_RULE


async def test_a_session_that_allows_the_tool_asks_all_the_same_once_arguments_were_changed() -> None:
    desk = Desk({"taskId": 9}, {"taskId": 7}, Decision.DECLINED, policy=Policy(for_session={"rename_task"}))
    desk.conversation.append(UserMessage("Rename 7."))
    await desk.run("get_task", taskId=7)
    await desk.run(taskId=8)
    assert [bool(each.because) for each in desk.asked] == [True, True, False]
    assert desk.made == []


async def test_undo_takes_back_what_was_really_done() -> None:
    journal = Journal()
    desk = Desk({"taskId": 8, "taskTitle": "New"}, Decision.ALLOWED, journal=journal)
    await desk.run(taskId=7, taskTitle="Old")
    (entry,) = journal.log.entries
    assert "“New”" in entry.record.did


async def test_a_call_that_takes_a_write_back_cannot_be_changed() -> None:
    journal = Journal()
    journal.announce("c0", Undone("c1", 0))
    desk = Desk({"taskId": 8}, journal=journal)
    await desk.run(taskId=7)
    assert not desk.asked[0].may_edit
    assert (desk.made, desk.finished[0].outcome) == ([], CallOutcome.DECLINED)


async def test_a_call_without_arguments_has_nothing_to_change() -> None:
    desk = Desk(Decision.DECLINED)
    desk.toolbox.listed = (make_tool("stop_timer"), UPDATE_TASK)
    await desk.run("stop_timer")
    assert not desk.asked[0].may_edit


async def test_a_reader_that_says_changed_without_arguments_has_said_no() -> None:
    desk = Desk(Decision.EDITED)
    await desk.run(taskId=7)
    assert (desk.made, desk.finished[0].outcome) == ([], CallOutcome.DECLINED)
