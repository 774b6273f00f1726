"""Every write of Astravue's tools, done in the demo workspace and taken back."""

import json
from importlib import resources
from typing import Any

import pytest

from agent.errors import UsageError
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.undo.rules import InverseCall, Read, astravue_rules, read_rules
from tests.sandbox.sandbox_workspace import (
    ASTRAVUE_MCP,
    DRAFT_ANNOUNCEMENT,
    LIVE_DEMO,
    MARKETING,
    NINA,
    OFFICE_MOVE,
    PRESS_RELEASE,
    Q2_LAUNCH,
    SAM,
    WEBSITE,
)
from tests.undo.demo_toolbox import DemoToolbox
from tests.undo.undoing import Conversing, succeeded

pytestmark = pytest.mark.anyio


def tools() -> dict[str, dict[str, Any]]:
    listed = json.loads(resources.files("agent.sandbox").joinpath("tools.json").read_text("utf-8"))
    return {tool["name"]: tool for tool in listed}


def test_there_is_a_rule_for_every_write_and_for_nothing_else() -> None:
    writes = {name for name, tool in tools().items() if not tool["annotations"].get("readOnlyHint")}
    assert set(astravue_rules()) == writes


@pytest.mark.parametrize("name", sorted(astravue_rules()))
def test_a_rule_names_tools_that_there_are_and_arguments_that_they_take(name: str) -> None:
    rule = astravue_rules()[name]
    reads: list[Read | None] = [rule.read, rule.look, *rule.more.values()]
    for used in (*filter(None, reads), *rule.calls, *rule.absent_calls):
        schema = tools()[used.tool]["inputSchema"]
        given = {key.removesuffix("?") for key in used.arguments}
        if isinstance(used, InverseCall) and used.restores:
            given |= set(rule.fields)
        else:
            assert set(schema.get("required", ())) <= given
        assert given <= set(schema["properties"])
    given_fields = set(rule.fields) | {other for others in rule.together.values() for other in others}
    assert given_fields <= set(tools()[name]["inputSchema"]["properties"])


@pytest.mark.parametrize("name", sorted(astravue_rules()))
def test_what_is_no_deletion_can_be_undone_but_for_three(name: str) -> None:
    never = bool(astravue_rules()[name].never)
    others = ("astravue_stop_timer", "astravue_mark_notification_read")
    assert never == ("delete" in name or name in others)


def test_a_table_with_a_key_that_means_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="no Rule has sayz"):
        read_rules('[tools.create_thing]\nsayz = "delete it"')


FOUR_PM = "2026-06-20T16:00:00Z"
"""Some moment."""


# What is called, with which arguments.
WRITES: dict[str, tuple[str, JsonObject]] = {
    "a space": ("create_space", {"spaceName": "Research"}),
    "a space's settings": (
        "update_space",
        {"spaceId": MARKETING, "spaceName": "Communication", "description": "x", "color": "#123456"},
    ),
    "a project": ("create_project", {"spaceId": MARKETING, "projectName": "Fair"}),
    "a task": (
        "create_task",
        {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH, "taskTitle": "Book the room"},
    ),
    "a personal task": ("create_personal_task", {"taskTitle": "Water the plants", "tags": ["home"]}),
    "a copy": ("duplicate_task", {"taskId": DRAFT_ANNOUNCEMENT, "includeSubtasks": True}),
    "a subtask": ("create_subtask", {"parentTaskId": DRAFT_ANNOUNCEMENT, "taskTitle": "Find a quote"}),
    "a task's fields": (
        "update_task",
        {
            "taskId": PRESS_RELEASE,
            "taskTitle": "Write it",
            "description": "",
            "owners": [SAM],
            "dueDate": FOUR_PM,
            "status": "completed",
            "priority": "Low",
            "tags": ["urgent"],
        },
    ),
    "a task's progress": ("update_task", {"taskId": DRAFT_ANNOUNCEMENT, "completion": 70}),
    "several tasks' status": (
        "bulk_update_tasks",
        {
            "updates": [
                {"taskId": DRAFT_ANNOUNCEMENT, "status": "completed"},
                {"taskId": LIVE_DEMO, "priority": "Low", "status": "completed"},
                {"taskId": DRAFT_ANNOUNCEMENT, "taskTitle": "Twice"},
                {"taskId": 999999, "status": "completed"},
            ]
        },
    ),
    "several tasks": (
        "bulk_create_tasks",
        {
            "spaceId": ASTRAVUE_MCP,
            "projectId": Q2_LAUNCH,
            "tasks": [{"taskTitle": "One"}, {"taskTitle": "Two", "owners": [999]}, {"taskTitle": "Three"}],
        },
    ),
    "a comment": ("add_task_comment", {"taskId": DRAFT_ANNOUNCEMENT, "comment": "Fine."}),
    "a checklist item": ("create_checklist_item", {"taskId": DRAFT_ANNOUNCEMENT, "title": "Spell-check"}),
    "a link": ("add_dependency", {"taskId": DRAFT_ANNOUNCEMENT, "dependsOnTaskId": LIVE_DEMO}),
    "a timer": ("start_timer", {"taskId": DRAFT_ANNOUNCEMENT, "notes": "Reading"}),
    "a duration": ("log_manual_time", {"taskId": DRAFT_ANNOUNCEMENT, "minutes": 30}),
    "a time range": (
        "log_time_range",
        {
            "taskId": DRAFT_ANNOUNCEMENT,
            "startTime": "2026-06-12T09:00:00Z",
            "endTime": "2026-06-12T10:00:00Z",
        },
    ),
    "a custom field": (
        "create_custom_field",
        {
            "fieldName": "Audience",
            "fieldType": "SINGLE_SELECT_DROPDOWN",
            "projectId": Q2_LAUNCH,
            "options": ["A"],
        },
    ),
    "a status": (
        "create_task_status",
        {"projectId": Q2_LAUNCH, "statusName": "Waiting", "statusCategory": "IN_PROGRESS"},
    ),
    "a filter": ("create_filter", {"filterName": "Mine", "criteria": {"priority": "High"}}),
}


@pytest.mark.parametrize("case", sorted(WRITES))
async def test_what_was_written_is_taken_back(case: str) -> None:
    name, arguments = WRITES[case]
    toolbox = DemoToolbox()
    someone = Conversing(toolbox)
    before = toolbox.state()
    assert succeeded(await someone.call(name, **arguments))
    assert toolbox.state() != before
    assert someone.questions[-1].undo.startswith("/undo can take it back")
    plan = await someone.undo()
    assert succeeded(someone.finished[-1]), someone.finished[-1].text
    assert not plan.changed
    assert toolbox.state() == before


async def test_an_edited_comment_gets_its_text_back() -> None:
    toolbox, someone = demo()
    made = await made_by(someone, "add_task_comment", taskId=DRAFT_ANNOUNCEMENT, comment="Fine.")
    before = toolbox.state()
    # Nothing but the conversation says which task the comment is on.
    await someone.call("update_task_comment", commentId=made["commentId"], comment="Not fine.")
    assert await undone(someone) == "set “Not fine.” back to comment “Fine.”"
    assert toolbox.state() == before


async def test_a_comment_of_which_the_task_is_not_known_cannot_be_undone() -> None:
    toolbox, someone = demo()
    made = await made_by(someone, "add_task_comment", taskId=DRAFT_ANNOUNCEMENT, comment="Fine.")
    another = Conversing(toolbox)
    await another.call("update_task_comment", commentId=made["commentId"], comment="Not fine.")
    assert another.questions[-1].undo == (
        "This cannot be undone: how it is now could not be read (its taskId is not known)."
    )
    assert not another.record.calls


async def test_a_checklist_item_is_ticked_off_and_not() -> None:
    toolbox, someone = demo()
    made = await made_by(someone, "create_checklist_item", taskId=DRAFT_ANNOUNCEMENT, title="Spell-check")
    before = toolbox.state()
    item = made["checklistItemId"]
    await someone.call("update_checklist_item", checklistItemId=item, completed=True, title="Done")
    assert await undone(someone) == "set “Done” back to title “Spell-check”, completed no"
    assert toolbox.state() == before


async def test_a_subtask_gets_its_fields_back() -> None:
    toolbox, someone = demo()
    made = await made_by(someone, "create_subtask", parentTaskId=DRAFT_ANNOUNCEMENT, taskTitle="Find a quote")
    before = toolbox.state()
    await someone.call("update_subtask", subtaskId=made["taskId"], status="completed", taskTitle="Quote")
    assert await undone(someone) == "set “Quote” back to task title “Find a quote”, status OPEN, completion 0"
    assert toolbox.state() == before


async def test_a_project_gets_its_settings_back() -> None:
    toolbox, someone = demo()
    before = toolbox.state()
    changes: JsonObject = {"health": "off track", "status": "On Hold", "priority": "Critical", "budget": 5}
    await someone.call("update_project", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH, **changes)
    await undone(someone)
    assert toolbox.state() == before


async def test_a_member_gets_their_role_back_and_a_new_one_stays() -> None:
    toolbox, someone = demo()
    before = toolbox.state()
    place: JsonObject = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}
    await someone.call("add_project_member", **place, userId=SAM, role="ADMIN")
    assert await undone(someone) == "make “Sam” “Carter” MEMBER of “Q2 launch” again"
    assert toolbox.state() == before
    await someone.call("add_project_member", **place, userId=NINA)
    assert someone.questions[-1].undo == (
        "This cannot be undone: there is no tool that takes somebody out of a project."
    )


async def test_a_link_is_removed_and_made_again_with_its_type() -> None:
    toolbox, someone = demo()
    pair: JsonObject = {"taskId": DRAFT_ANNOUNCEMENT, "dependsOnTaskId": LIVE_DEMO}
    made = await made_by(someone, "add_dependency", **pair, dependencyType="BLOCKS")
    before = toolbox.state()
    await someone.call("remove_dependency", dependencyId=made["dependencyId"])
    await undone(someone)
    assert toolbox.state() == before
    await someone.call("remove_dependency", **pair)
    await undone(someone)
    assert toolbox.state() == before
    await someone.call("add_dependency", **pair, dependencyType="WAITING_ON")
    await undone(someone)
    assert toolbox.state() == before


async def test_a_link_that_was_there_already_is_not_removed() -> None:
    _, someone = demo()
    pair: JsonObject = {"taskId": DRAFT_ANNOUNCEMENT, "dependsOnTaskId": LIVE_DEMO}
    await someone.call("add_dependency", **pair)
    await someone.call("add_dependency", **pair)
    assert (someone.record.calls, someone.record.never) == ((), "it changed nothing")


async def test_a_tag_is_taken_off_and_put_on_again() -> None:
    toolbox, someone = demo()
    tags = (await someone.call("list_tags")).structured
    assert is_object(tags)
    names = [str(each["tagName"]) for each in objects(tags["tags"])]
    task = (await someone.call("get_task", taskId=DRAFT_ANNOUNCEMENT)).structured
    assert is_object(task)
    carried = texts(task["tags"])
    before = toolbox.state()
    missing = next(name for name in names if name not in carried)
    await someone.call("add_tag_to_task", taskId=DRAFT_ANNOUNCEMENT, tagName=missing)
    await undone(someone)
    assert toolbox.state() == before
    await someone.call("add_tag_to_task", taskId=DRAFT_ANNOUNCEMENT, tagName=carried[0])
    assert someone.record.never == "it changed nothing"
    await someone.call("remove_tag_from_task", taskId=DRAFT_ANNOUNCEMENT, tagName=carried[0])
    await undone(someone)
    assert toolbox.state() == before


async def test_a_status_gets_its_name_and_colour_back() -> None:
    toolbox, someone = demo()
    made = await made_by(someone, "create_task_status", projectId=Q2_LAUNCH, statusName="Waiting")
    before = toolbox.state()
    await someone.call(
        "update_task_status", taskStatusId=made["taskStatusId"], statusName="Parked", color="#000000"
    )
    await undone(someone)
    assert toolbox.state() == before
    await someone.call(
        "update_task_status", taskStatusId=made["taskStatusId"], statusCategory="OPEN", projectId=Q2_LAUNCH
    )
    assert "but not its place among the statuses" in someone.questions[-1].undo
    await undone(someone)
    assert toolbox.state() == before


async def test_a_filter_gets_its_name_and_criteria_back() -> None:
    toolbox, someone = demo()
    made = await made_by(someone, "create_filter", filterName="Mine", criteria={"priority": "High"})
    before = toolbox.state()
    await someone.call("update_filter", filterId=made["filterId"], filterName="Ours", criteria={})
    await undone(someone)
    assert toolbox.state() == before


FIELD_VALUES: dict[str, list[JsonValue]] = {
    "SINGLE_LINE_TEXT": ["one", "two"],
    "NUMBERS": [1, 2.5],
    "CHECKBOX": [True, False],
    "DATE": ["2026-06-01", "2026-06-02"],
    "SINGLE_SELECT_DROPDOWN": ["A", "B"],
    "MULTI_SELECT_DROPDOWN": [["A", "B"], ["B"]],
}


@pytest.mark.parametrize("field_type", sorted(FIELD_VALUES))
async def test_a_custom_field_gets_its_value_back_or_none(field_type: str) -> None:
    toolbox, someone = demo()
    options: JsonObject = {"options": ["A", "B"]} if "DROPDOWN" in field_type else {}
    field = await made_by(
        someone,
        "create_custom_field",
        fieldName="Audience",
        fieldType=field_type,
        projectId=Q2_LAUNCH,
        **options,
    )
    states = [toolbox.state()]
    for value in FIELD_VALUES[field_type]:
        await someone.call(
            "set_custom_field_value", taskId=DRAFT_ANNOUNCEMENT, fieldId=field["fieldId"], value=value
        )
        states.append(toolbox.state())
    for state in reversed(states[:-1]):
        await undone(someone)
        assert toolbox.state() == state


async def test_an_option_of_a_custom_field_is_deleted_again() -> None:
    toolbox, someone = demo()
    field = await made_by(
        someone,
        "create_custom_field",
        fieldName="Audience",
        fieldType="SINGLE_SELECT_DROPDOWN",
        projectId=Q2_LAUNCH,
    )
    before = toolbox.state()
    await someone.call("create_custom_field_option", fieldId=field["fieldId"], optionName="Everybody")
    await undone(someone)
    assert toolbox.state() == before


async def test_a_task_moves_back_with_its_status_owners_and_custom_fields() -> None:
    toolbox, someone = demo()
    await someone.call("create_task_status", projectId=Q2_LAUNCH, statusName="Waiting", statusCategory="OPEN")
    subtask = await made_by(
        someone, "create_subtask", parentTaskId=DRAFT_ANNOUNCEMENT, taskTitle="Find a quote", status="waiting"
    )
    for field_type in ("SINGLE_SELECT_DROPDOWN", "NUMBERS"):
        options: JsonObject = {"options": ["A"]} if "DROPDOWN" in field_type else {}
        field = await made_by(
            someone,
            "create_custom_field",
            fieldName=field_type,
            fieldType=field_type,
            projectId=Q2_LAUNCH,
            **options,
        )
        value = "A" if options else 5
        await someone.call(
            "set_custom_field_value", taskId=DRAFT_ANNOUNCEMENT, fieldId=field["fieldId"], value=value
        )
    await someone.call("update_task", taskId=DRAFT_ANNOUNCEMENT, status="waiting", completion=30)
    before = toolbox.state()
    await someone.call("move_task", taskId=DRAFT_ANNOUNCEMENT, targetProjectId=OFFICE_MOVE)
    assert toolbox.state() != before
    assert "values of custom fields of its subtasks" in someone.questions[-1].undo
    plan = await someone.undo()
    assert [call.tool.removeprefix("astravue_") for _, call in plan.calls] == [
        "move_task",
        "bulk_update_tasks",
        "set_custom_field_value",
        "set_custom_field_value",
    ]
    assert subtask["taskId"] in [
        update["taskId"] for update in objects(plan.calls[1][1].arguments["updates"])
    ]
    assert toolbox.state() == before


async def test_a_task_that_lost_nothing_by_its_move_only_moves_back() -> None:
    toolbox, someone = demo()
    before = toolbox.state()
    await someone.call("move_task", taskId=PRESS_RELEASE, targetProjectId=WEBSITE)
    plan = await someone.undo()
    assert [call.tool for _, call in plan.calls] == ["astravue_move_task"]
    assert toolbox.state() == before


async def test_a_personal_task_cannot_move_back() -> None:
    _, someone = demo()
    task = await made_by(someone, "create_personal_task", taskTitle="Water the plants")
    await someone.call("move_task", taskId=task["taskId"], targetProjectId=WEBSITE)
    assert someone.questions[-1].undo.startswith("This cannot be undone: a personal task")
    assert not someone.record.calls


async def test_a_field_that_was_empty_cannot_be_emptied_again_and_the_question_says_so() -> None:
    _, someone = demo()
    task = await made_by(someone, "create_personal_task", taskTitle="Water the plants")
    await someone.call("update_task", taskId=task["taskId"], dueDate=FOUR_PM)
    assert someone.questions[-1].undo == ("This cannot be undone: the due date cannot be emptied again.")
    await someone.call(
        "update_task", taskId=task["taskId"], startDate="2026-06-18T00:00:00Z", priority="High"
    )
    assert someone.questions[-1].undo == (
        "/undo can take it back, but not the start date, which was empty and cannot be emptied again."
    )
    assert await undone(someone) == "set “Water the plants” back to priority “Medium”"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("delete_task", {"taskId": DRAFT_ANNOUNCEMENT}),
        ("bulk_delete_tasks", {"taskIds": [DRAFT_ANNOUNCEMENT, LIVE_DEMO]}),
        ("delete_project", {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}),
        ("mark_notification_read", {"markAll": True}),
    ],
)
async def test_what_cannot_be_undone_says_so_before_it_is_approved(name: str, arguments: JsonObject) -> None:
    _, someone = demo()
    await someone.call(name, **arguments)
    assert someone.questions[-1].undo.startswith("This cannot be undone: ")
    with pytest.raises(UsageError, match=r"There is nothing to undo\. This cannot be undone: "):
        await someone.plan()


async def test_a_stopped_timer_cannot_run_on() -> None:
    _, someone = demo()
    await someone.call("start_timer", taskId=DRAFT_ANNOUNCEMENT)
    await someone.call("stop_timer")
    assert someone.questions[-1].undo == (
        "This cannot be undone: a stopped timer cannot run on, only a new one can be started."
    )
    plan = await someone.plan()
    assert [did for did, _ in plan.passed] == ["Stop Timer"]
    # The timer that would be deleted is no longer the one that was started.
    assert plan.changed == ("“Draft the launch announcement”: running was yes, is now no",)


def demo() -> tuple[DemoToolbox, Conversing]:
    toolbox = DemoToolbox()
    return toolbox, Conversing(toolbox)


async def made_by(someone: Conversing, name: str, /, **arguments: JsonValue) -> JsonObject:
    """What a call made."""
    finished = await someone.call(name, **arguments)
    assert succeeded(finished), finished.text
    assert is_object(finished.structured)
    return finished.structured


async def undone(someone: Conversing) -> str:
    """Undo the last write, and return what that was said to do."""
    assert succeeded(someone.finished[-1]), someone.finished[-1].text
    plan = await someone.undo()
    assert succeeded(someone.finished[-1]), someone.finished[-1].text
    assert not plan.changed
    return plan.says


def objects(value: JsonValue) -> list[JsonObject]:
    return [each for each in value if is_object(each)] if isinstance(value, list) else []


def texts(value: JsonValue) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
