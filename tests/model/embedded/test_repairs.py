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
    ("request_text", "grouping"),
    [("Timesheet by project", {"groupBy": "project"}), ("Timesheet by Friday", {})],
)
def test_a_report_is_grouped_as_the_request_says(request_text: str, grouping: JsonObject) -> None:
    assert mended("get_timesheet_report", request_text, {}) == grouping


def test_a_priority_is_no_status() -> None:
    assert mended(
        "list_project_tasks", "Urgent tasks of Website", {"project": "Website", "status": "urgent"}
    ) == {
        "project": "Website",
        "priority": "urgent",
    }
    arguments: JsonObject = {"project": "Website", "status": "open"}
    assert mended("list_project_tasks", "Open tasks of Website", arguments) == arguments
