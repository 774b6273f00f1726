"""Names are told from kinds, and parts from what they are on, as the request has them."""

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


def test_the_task_of_a_comment_is_found_after_its_words() -> None:
    assert mended(
        "update_task_comment",
        "Change the comment 'paid on Monday' on Book the venue to 'returned'",
        {"old_comment": "paid on Monday", "comment": "returned"},
    ) == {"old_comment": "paid on Monday", "comment": "returned", "task": "Book the venue"}


def test_the_task_of_a_checklist_item_is_found_after_its_words() -> None:
    assert mended(
        "update_checklist_item", "Tick Buy toner on the checklist of Launch", {"item": "Buy toner"}
    ) == {
        "item": "Buy toner",
        "task": "Launch",
        "completed": True,
    }


def test_a_part_that_is_only_pointed_at_is_found_before_what_it_is_on() -> None:
    assert mended("delete_time_entry", "Remove the last time entry from Launch", {"entry": "it"}) == {
        "task": "Launch",
        "entry": "last time entry",
    }


def test_the_name_of_something_new_does_not_run_on_into_its_project() -> None:
    wrong: JsonObject = {"project": "Office move", "name": "Waiting to Website"}
    assert mended("create_task_status", "Add a status Waiting to Website", wrong) == {
        "project": "Website",
        "name": "Waiting",
    }
    quoted: JsonObject = {"project": "Office move", "name": "Back to Website"}
    assert mended("create_task_status", "Add a status 'Back to Website'", quoted) == quoted


def test_a_thing_is_not_looked_for_under_its_new_name() -> None:
    wrong: JsonObject = {"task": "Repair login", "new_title": "Repair login"}
    assert mended("update_task", "Rename it to Repair login", wrong) == {
        "task": "it",
        "new_title": "Repair login",
    }


def test_a_task_that_is_assigned_keeps_its_whole_name() -> None:
    wrong: JsonObject = {"task": "Time tracking", "people": ["Maria"]}
    assert mended("update_task", "Assign Review time tracking to Maria", wrong) == {
        "task": "Review time tracking",
        "people": ["Maria"],
    }
    other: JsonObject = {"task": "Launch", "people": ["Maria"]}
    assert mended("update_task", "Assign it to Maria", other) == other


@pytest.mark.parametrize(
    ("request_text", "task"),
    [
        ("Show the comments of Noise at night", "Noise at night"),
        ("I did Noise at night from 9:00 to 11:30", "Noise at night"),
        ("Show the comments of Noise on Monday", "Noise"),
        ("Show the comments of Noise for me", "Noise"),
        ("Show the comments of Noise", "Noise"),
    ],
)
def test_the_name_of_a_task_is_taken_whole(request_text: str, task: str) -> None:
    assert mended("get_task_comments", request_text, {"task": "Noise"}) == {"task": task}


def test_a_part_is_cut_from_what_it_is_on() -> None:
    wrong: JsonObject = {"subtask": "Write tests of Launch", "task": "Launch", "status": "done"}
    assert mended("update_subtask", "Mark the subtask Write tests of Launch as done", wrong) == {
        "subtask": "Write tests",
        "task": "Launch",
        "status": "done",
    }


@pytest.mark.parametrize(
    "request_text",
    [
        "In Billing, delete the status Parked",
        "Billing does not need the status Parked, delete it",
        "Delete the status Parked of Billing, it is not used",
    ],
)
def test_a_project_that_was_made_up_is_the_one_in_the_request(request_text: str) -> None:
    wrong: JsonObject = {"project": "Office move", "old_status": "Parked"}
    right = {"project": "Billing", "old_status": "Parked"}
    assert mended("delete_task_status", request_text, wrong) == right


def test_a_project_is_nobody() -> None:
    wrong: JsonObject = {"project": "Office", "title": "Hire a van", "people": ["Office"]}
    right = {"project": "Office", "title": "Hire a van"}
    assert mended("create_task", "Make a task Hire a van in Office", wrong) == right


def test_who_is_asked_for_is_nobody() -> None:
    wrong: JsonObject = {"project": "Billing", "person": "who logged what"}
    right = {"project": "Billing"}
    assert mended("get_project_time_entries", "who logged what on Billing?", wrong) == right
