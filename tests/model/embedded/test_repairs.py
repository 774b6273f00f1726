"""What the model gets wrong again and again is mended from the request."""

import pytest
from fake_workspace import load_functions

from agent.jsontypes import JsonObject
from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.repairs import complete

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
