"""What the model gets wrong again and again is mended from the request."""

import pytest

from agent.jsontypes import JsonObject
from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.repairs import complete
from evals.embedded.functions import load_functions

SIGNATURES = {signature.tool: signature for signature in read_signatures(load_functions())}


def mended(tool: str, request: str, arguments: JsonObject) -> JsonObject:
    return complete(ChosenCall(tool, arguments), SIGNATURES[tool], request).arguments


def test_a_title_does_not_run_on_into_its_project() -> None:
    assert mended(
        "create_task",
        "Create a task called Update the FAQ in Website relaunch",
        {"project": "Website relaunch", "title": "Update the FAQ in Website"},
    ) == {"project": "Website relaunch", "title": "Update the FAQ"}


def test_a_title_does_not_run_on_through_its_project() -> None:
    assert mended(
        "create_task",
        "Create a task Update the FAQ in Office move for Maria",
        {"project": "Office move", "title": "Update the FAQ in Office move for Maria"},
    ) == {"project": "Office move", "title": "Update the FAQ"}


def test_a_title_in_quotation_marks_stays_whole() -> None:
    arguments: JsonObject = {"project": "Website", "title": "Put it in Website"}
    assert mended("create_task", 'Add "Put it in Website" to Website', arguments) == arguments


def test_a_subtask_is_told_from_its_task() -> None:
    both = "Write tests to Fix login"
    assert mended("create_subtask", f"Add a subtask {both}", {"task": both, "title": both}) == {
        "task": "Fix login",
        "title": "Write tests",
    }


@pytest.mark.parametrize(
    ("request_text", "added"),
    [
        ("Add a high priority task Buy paint due next Friday", {"due": "next Friday", "priority": "high"}),
        ("Add Buy paint, due: 12 December, priority low", {"due": "12 December", "priority": "low"}),
        ("Add Buy paint", {}),
        ("Add Buy paint due to the new colour", {}),
    ],
)
def test_a_lost_due_date_or_priority_is_found_again(request_text: str, added: JsonObject) -> None:
    arguments: JsonObject = {"project": "Office move", "title": "Buy paint"}
    assert mended("create_task", request_text, arguments) == arguments | added


def test_words_of_a_title_are_neither_priority_nor_date() -> None:
    arguments: JsonObject = {"project": "Office", "title": "List high priority bugs due Friday"}
    request = 'Add "List high priority bugs due Friday" to Office'
    assert mended("create_task", request, arguments) == arguments


@pytest.mark.parametrize(
    ("request_text", "change"),
    [
        ("that one is done", {"status": "Completed"}),
        ("I started on it", {"status": "In Progress"}),
        ("reopen it", {"status": "Open"}),
        ("make it urgent", {"priority": "Critical"}),
        ("it is 60% there", {"percent": 60}),
        ("change it", {}),
    ],
)
def test_a_forgotten_change_is_found_in_the_request(request_text: str, change: JsonObject) -> None:
    assert mended("update_task", request_text, {"task": "it"}) == {"task": "it"} | change


def test_a_percentage_is_no_status() -> None:
    arguments: JsonObject = {"task": "it", "status": "60% complete"}
    assert mended("update_task", "it is 60% complete", arguments) == {"task": "it", "percent": 60}


def test_a_change_that_is_there_is_left_alone() -> None:
    arguments: JsonObject = {"task": "it", "people": ["Priya"]}
    assert mended("update_task", "give the urgent one to Priya", arguments) == arguments


@pytest.mark.parametrize(
    "request_text",
    ["Push depends on Crash", "Make Push depend on Crash", "Crash blocks Push", "Push is blocked by Crash."],
)
def test_who_waits_for_whom_is_read_from_the_sentence(request_text: str) -> None:
    wrong: JsonObject = {"task": "Crash", "depends_on": "Push"}
    assert mended("add_dependency", request_text, wrong) == {"task": "Push", "depends_on": "Crash"}


def test_a_part_is_told_from_what_it_is_part_of() -> None:
    request = "Mark the checklist item Compare prices on Order boxes as done"
    arguments: JsonObject = {"item": "Compare prices on Order boxes", "completed": True}
    assert mended("update_checklist_item", request, arguments) == {
        "item": "Compare prices",
        "task": "Order boxes",
        "completed": True,
    }


def test_a_part_whose_task_is_named_keeps_its_words() -> None:
    arguments: JsonObject = {"item": "Post on Monday", "task": "Order boxes", "completed": True}
    assert mended("update_checklist_item", "Tick Post on Monday of Order boxes", arguments) == arguments


@pytest.mark.parametrize(
    ("request_text", "completed"),
    [("tick off Proofread", True), ("untick Proofread", False), ("Proofread is not done", False)],
)
def test_a_forgotten_tick_is_found_in_the_request(request_text: str, completed: bool) -> None:
    arguments: JsonObject = {"item": "Proofread", "task": "it"}
    assert mended("update_checklist_item", request_text, arguments) == arguments | {"completed": completed}


@pytest.mark.parametrize(
    ("request_text", "written", "arguments"),
    [
        ("Mark all notifications as read", {}, {"all": True}),
        ("mark them as read", {"notifications": ["them"]}, {"all": True}),
        ("Mark the one about Crash as read", {"notifications": ["Crash"]}, {"notifications": ["Crash"]}),
        ("Mark Crash as read", {"notifications": ["Crash"], "all": True}, {"notifications": ["Crash"]}),
        ("mark it as read", {"all": True}, {}),
    ],
)
def test_all_notifications_are_marked_only_when_all_are_meant(
    request_text: str, written: JsonObject, arguments: JsonObject
) -> None:
    assert mended("mark_notification_read", request_text, written) == arguments


@pytest.mark.parametrize(
    ("request_text", "mended_as"),
    [
        ("Add Check to Website for Lena", {"people": ["Lena"]}),
        ("Add Check to Website", {}),
        ("Add Check to Website, tagged Lena", {"tags": ["Lena"]}),
        ("Add Check to Website #Lena", {"tags": ["Lena"]}),
    ],
)
def test_tags_that_nobody_spoke_of_are_dropped(request_text: str, mended_as: JsonObject) -> None:
    arguments: JsonObject = {"project": "Website", "title": "Check"}
    assert mended("create_task", request_text, {**arguments, "tags": ["Lena"]}) == {**arguments, **mended_as}


@pytest.mark.parametrize(
    ("tool", "request_text", "arguments", "mended_as"),
    [
        (
            "delete_attachment",
            "Remove the file contract.pdf from Launch",
            {"task": "Launch", "attachment": "file contract.pdf"},
            {"task": "Launch", "attachment": "contract.pdf"},
        ),
        (
            "delete_task_status",
            "Delete the status Waiting from Website",
            {"project": "Website", "old_status": "the status Waiting"},
            {"project": "Website", "old_status": "Waiting"},
        ),
        ("get_task", "Show task 12", {"task": "task 12"}, {"task": "task 12"}),
    ],
)
def test_a_name_comes_without_what_the_thing_is(
    tool: str, request_text: str, arguments: JsonObject, mended_as: JsonObject
) -> None:
    assert mended(tool, request_text, arguments) == mended_as


def test_a_part_is_not_called_like_what_it_is_on() -> None:
    assert mended("delete_time_entry", "Remove the last time entry from Launch", {"entry": "Launch"}) == {
        "task": "Launch",
        "entry": "last time entry",
    }


@pytest.mark.parametrize(
    ("request_text", "project"),
    [
        ("Add the option Silver to the field Level of Website", {"project": "Website"}),
        ("Add the option Silver to the field Level in the Website project", {"project": "Website"}),
        ("Add the option Silver to the field Level", {}),
        ("Add the option Silver to the field Level on Monday", {}),
    ],
)
def test_the_project_of_a_field_is_found_at_the_end(request_text: str, project: JsonObject) -> None:
    arguments: JsonObject = {"field": "Level", "name": "Silver"}
    assert mended("create_custom_field_option", request_text, arguments) == arguments | project


def test_a_new_name_is_taken_whole() -> None:
    assert mended(
        "update_filter", "Rename Late to Late and mine", {"filter": "Late", "new_name": "Late"}
    ) == {
        "filter": "Late",
        "new_name": "Late and mine",
    }


@pytest.mark.parametrize(
    ("request_text", "grouping"),
    [("Timesheet by project", {"groupBy": "project"}), ("Timesheet by Friday", {})],
)
def test_a_report_is_grouped_as_the_request_says(request_text: str, grouping: JsonObject) -> None:
    assert mended("get_timesheet_report", request_text, {}) == grouping


def test_the_task_of_a_comment_is_found_after_its_words() -> None:
    assert mended(
        "update_task_comment",
        "Change the comment 'paid on Monday' on Book the venue to 'returned'",
        {"old_comment": "paid on Monday", "comment": "returned"},
    ) == {"old_comment": "paid on Monday", "comment": "returned", "task": "Book the venue"}
