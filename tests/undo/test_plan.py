"""What `/undo` is about to do: which change, in which order, and what changed since."""

import pytest

from agent.errors import UsageError
from agent.events import Decision, Notice
from agent.jsontypes import JsonObject, JsonValue
from agent.undo.journal import Journal
from agent.undo.log import Entry, UndoLog, read_entries
from agent.undo.plan import failures_in, list_writes
from agent.undo.record import read_record
from tests.sandbox.sandbox_workspace import DRAFT_ANNOUNCEMENT, LIVE_DEMO, OFFICE_MOVE, Q2_LAUNCH
from tests.undo.demo_toolbox import DemoToolbox
from tests.undo.undoing import Conversing, succeeded

pytestmark = pytest.mark.anyio

UPDATE = "update_task"


def demo() -> tuple[DemoToolbox, Conversing]:
    toolbox = DemoToolbox()
    return toolbox, Conversing(toolbox)


async def test_there_is_nothing_to_undo_at_first() -> None:
    _, someone = demo()
    with pytest.raises(UsageError, match="There is nothing to undo in this conversation"):
        await someone.plan()


async def test_one_undo_after_the_other_goes_back_step_by_step_and_redo_forward() -> None:
    toolbox, someone = demo()
    states = [toolbox.state()]
    for title in ("One", "Two"):
        await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, taskTitle=title)
        states.append(toolbox.state())
    await someone.undo()
    assert toolbox.state() == states[1]
    await someone.undo()
    assert toolbox.state() == states[0]
    with pytest.raises(UsageError, match="There is nothing to undo"):
        await someone.plan()
    assert (await someone.undo(1)).is_redo
    assert toolbox.state() == states[1]
    await someone.undo()
    assert toolbox.state() == states[0]


async def test_the_list_tells_what_was_done_and_undone_with_the_newest_first() -> None:
    _, someone = demo()
    await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, taskTitle="One")
    await someone.call("delete_task", taskId=LIVE_DEMO)
    await someone.undo(2)
    assert [
        (each.number, each.did, each.can, each.is_undone) for each in list_writes(someone.journal.log)
    ] == [
        (1, f"Undo: Update Task: “Draft the launch announcement” ({DRAFT_ANNOUNCEMENT})", True, False),
        (2, f"Delete Task: “Prepare the live demo” ({LIVE_DEMO})", False, False),
        (3, f"Update Task: “One” ({DRAFT_ANNOUNCEMENT})", True, True),
    ]


async def test_a_change_is_undone_once_and_only_if_it_is_in_the_list() -> None:
    _, someone = demo()
    await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, taskTitle="One")
    await someone.undo()
    with pytest.raises(UsageError, match="was undone already"):
        await someone.plan(2)
    with pytest.raises(UsageError, match="no change with the number 3"):
        await someone.plan(3)


async def test_what_somebody_changed_since_is_told() -> None:
    toolbox, someone = demo()
    await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, priority="Low", taskTitle="One")
    colleague = Conversing(toolbox)
    await colleague.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, priority="High", description="Something else")
    assert (await someone.plan()).changed == ("“One”: priority was “Low”, is now “High”",)


async def test_what_was_created_and_filled_since_is_told() -> None:
    toolbox, someone = demo()
    made = await someone.call("create_personal_task", taskTitle="Water the plants")
    assert isinstance(made.structured, dict)
    colleague = Conversing(toolbox)
    await colleague.call("create_subtask", parentTaskId=made.structured["taskId"], taskTitle="Find the can")
    assert (await someone.plan()).changed == ("“Water the plants”: counts was 0, is now 1",)


async def test_what_is_gone_is_told() -> None:
    toolbox, someone = demo()
    await someone.call("create_checklist_item", taskId=DRAFT_ANNOUNCEMENT, title="Spell-check")
    await someone.call(UPDATE, taskId=LIVE_DEMO, taskTitle="One")
    await Conversing(toolbox).call("delete_task", taskId=LIVE_DEMO)
    assert (await someone.plan()).changed == (
        f"how “One” is now could not be read (taskId: there is no task {LIVE_DEMO} that you can see)",
    )
    item = (await someone.plan(2)).calls[0][1].arguments["checklistItemId"]
    await Conversing(toolbox).call("delete_checklist_item", checklistItemId=item)
    assert (await someone.plan(2)).changed == ("“Spell-check” is not there any more",)


async def test_what_was_deleted_for_good_cannot_be_set_back_to_what_it_was_before() -> None:
    _, someone = demo()
    await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, taskTitle="One")
    await someone.call(UPDATE, taskId=LIVE_DEMO, taskTitle="Two")
    await someone.call("delete_task", taskId=LIVE_DEMO)
    gone = f"what it changed is gone for good (Delete Task: “Two” ({LIVE_DEMO}))"
    again = UndoLog(Entry(each.call.id, read_record(each.undo or {})) for each in someone.finished)
    for log in (someone.journal.log, again):
        assert [(each.can, each.says) for each in list_writes(log)][1] == (False, gone)
    with pytest.raises(UsageError, match="gone for good"):
        await someone.plan(2)
    plan = await someone.plan()
    assert (plan.changed, plan.passed[-1][1]) == ((), gone)
    await someone.undo()
    with pytest.raises(UsageError, match="There is nothing to undo"):
        await someone.plan()


async def test_calls_after_one_that_was_declined_are_not_made_and_a_later_undo_goes_on_with_them() -> None:
    toolbox, someone = demo()
    await someone.call("create_task_status", projectId=Q2_LAUNCH, statusName="Waiting", statusCategory="OPEN")
    await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, status="waiting")
    before = toolbox.state()
    await someone.call("move_task", taskId=DRAFT_ANNOUNCEMENT, targetProjectId=OFFICE_MOVE)
    someone.decision = Decision.DECLINED
    plan = await someone.undo()
    assert len(plan.calls) == 2
    assert someone.events[-2] == Notice("1 more call was not made.")
    someone.decision = Decision.ALLOWED
    await someone.undo()
    assert toolbox.state() == before


async def test_an_undo_that_stopped_halfway_goes_on_where_it_stopped() -> None:
    toolbox, someone = demo()
    await someone.call("create_task_status", projectId=Q2_LAUNCH, statusName="Waiting", statusCategory="OPEN")
    await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, status="waiting")
    before = toolbox.state()
    await someone.call("move_task", taskId=DRAFT_ANNOUNCEMENT, targetProjectId=OFFICE_MOVE)
    someone.declined.add("astravue_bulk_update_tasks")
    await someone.undo()
    someone.declined.clear()
    plan = await someone.undo()
    assert [(position, call.tool) for position, call in plan.calls] == [(1, "astravue_bulk_update_tasks")]
    assert toolbox.state() == before


async def test_the_model_learns_what_was_undone() -> None:
    _, someone = demo()
    await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, taskTitle="One")
    await someone.undo()
    texts = [message.text for message in someone.conversation.messages]
    assert (
        f"(I undo Update Task: “One” ({DRAFT_ANNOUNCEMENT}) by hand, to set “One” back to task title"
        in texts[-3]
    )


async def test_a_conversation_that_goes_on_can_undo_what_was_done_before() -> None:
    toolbox, someone = demo()
    before = toolbox.state()
    finished = await someone.call(UPDATE, taskId=DRAFT_ANNOUNCEMENT, taskTitle="One")
    event: JsonObject = {
        "type": "tool_call_finished",
        "call": {"id": finished.call.id},
        "undo": finished.undo,
    }
    later = Conversing(toolbox, Journal(read_entries([event])))
    await later.undo()
    assert succeeded(later.finished[-1])
    assert toolbox.state() == before


async def test_a_bulk_change_beyond_what_may_be_read_is_undone_in_part_and_says_so() -> None:
    toolbox, someone = demo()
    ids = [
        int(row["task_id"])
        for row in toolbox.workspace.database.rows(
            "SELECT task_id FROM task_access WHERE user_id = 101 ORDER BY task_id LIMIT 15"
        )
    ]
    await someone.call(
        "bulk_update_tasks", updates=[{"taskId": each, "taskTitle": f"T{each}"} for each in ids]
    )
    assert someone.questions[-1].undo.startswith("/undo can take it back, but not 3 of the 15 (")
    plan = await someone.undo()
    assert plan.lost[-1] == "3 of the 15 changes"
    assert toolbox.called.count("astravue_get_task") <= 12 + 12 + 12 + 15


async def test_what_of_a_bulk_change_could_not_be_taken_back_is_told() -> None:
    toolbox, someone = demo()
    updates: list[JsonValue] = [
        {"taskId": each, "priority": "Low"} for each in (DRAFT_ANNOUNCEMENT, LIVE_DEMO)
    ]
    await someone.call("bulk_update_tasks", updates=updates)
    await Conversing(toolbox).call("delete_task", taskId=LIVE_DEMO)
    await someone.undo()
    assert Notice(
        f"1 of 2 could not be taken back: updates[1]: taskId: there is no task {LIVE_DEMO} that you can see."
    ) in (someone.events)


def test_what_failed_is_told_only_if_something_did() -> None:
    assert failures_in({"succeeded": 2, "failed": 0, "results": []}) == ""
    assert failures_in([1]) == ""
    assert failures_in({"failed": 2}) == "2 could not be taken back."
