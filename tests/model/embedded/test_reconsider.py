"""Where two functions are confused again and again, the request decides."""

import pytest

from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.reconsider import choose_again, give_to_owner, is_about_something
from evals.embedded.functions import load_functions

SIGNATURES = {signature.tool: signature for signature in read_signatures(load_functions())}


def reconsidered(request: str, tool: str, **arguments: str) -> ChosenCall:
    return choose_again(ChosenCall(tool, {**arguments}), tuple(SIGNATURES.values()), request)


def test_time_that_was_spent_is_logged_and_no_timer_started() -> None:
    started = ChosenCall("start_timer", {"task": "it", "notes": "45 minutes"})
    offered = tuple(SIGNATURES.values())
    logged = ChosenCall("log_manual_time", {"task": "it", "duration": "45 minutes"})
    assert choose_again(started, offered, "Book 45 minutes on it") == logged
    assert choose_again(started, offered, "Start a timer for 45 minutes") == started
    assert choose_again(started, [SIGNATURES["start_timer"]], "Book 45 minutes on it") == started


def test_a_start_and_an_end_are_logged_as_such() -> None:
    logged = ChosenCall("log_time_range", {"task": "Launch", "start_time": "9:00", "end_time": "11:30"})
    assert reconsidered("I did Launch from 9:00 to 11:30", "start_timer", task="Launch") == logged
    assert reconsidered("I did Launch from 9:00 to 11:30", "log_manual_time", task="Launch") == logged
    assert reconsidered("Record 9:00 to 11:30 on Launch", "log_manual_time", task="Launch") == logged
    started = ChosenCall("start_timer", {"task": "Launch"})
    assert reconsidered("Start a timer on Launch", "start_timer", task="Launch") == started


def test_a_task_is_assigned_rather_than_somebody_added_to_a_project() -> None:
    added = ChosenCall("add_project_member", {"project": "Launch", "person": "Lena"})
    given = ChosenCall("update_task", {"task": "Launch", "people": ["Lena"]})
    assert (
        reconsidered("Assign Launch to Lena", "add_project_member", project="Launch", person="Lena") == given
    )
    for request in ("Add Lena to Launch", "Give Lena access to Launch", "Assign Lena to the Launch project"):
        assert reconsidered(request, "add_project_member", project="Launch", person="Lena") == added


def test_what_is_removed_is_deleted_rather_than_changed() -> None:
    item = {"task": "Launch", "item": "Proofread"}
    request = "Take Proofread off the checklist of Launch"
    deleted = ChosenCall("delete_checklist_item", {**item})
    assert reconsidered(request, "update_checklist_item", **item) == deleted
    changed = ChosenCall("update_checklist_item", {**item})
    assert reconsidered("Tick off Proofread on Launch", "update_checklist_item", **item) == changed


def test_whom_a_new_task_is_handed_to_owns_it_and_joins_nothing() -> None:
    made = ChosenCall("create_task", {"project": "Website", "title": "Check"})
    added = ChosenCall("add_project_member", {"project": "Website", "person": "Lena"})
    given = ChosenCall("create_task", {"people": ["Lena"], "project": "Website", "title": "Check"})
    assert give_to_owner((made, added), "Make a task Check in Website and hand it to Lena") == (given,)
    asked = "Make a task Check in Website and make Lena a member"
    assert give_to_owner((made, added), asked) == (made, added)
    assert give_to_owner((added,), "Add Lena to Website") == (added,)


@pytest.mark.parametrize(
    ("request_text", "tool", "arguments", "is_meant"),
    [
        ("Turn off the lights", "stop_timer", {"task": "it"}, False),
        ("Write a function that sorts a list", "list_subtasks", {"task": "it"}, False),
        ("Stop the timer", "stop_timer", {"task": "it"}, True),
        ("Stop it", "stop_timer", {"task": "it"}, True),
        ("Show the comments", "get_task_comments", {"task": "it"}, True),
        ("I worked 20 minutes", "log_manual_time", {"task": "it", "duration": "20 minutes"}, True),
        ("Show Launch", "get_task", {"task": "Launch"}, True),
        ("What is late?", "list_overdue_tasks", {}, True),
    ],
)
def test_what_names_nothing_of_the_workspace_is_no_call(
    request_text: str, tool: str, arguments: dict[str, str], is_meant: bool
) -> None:
    call = ChosenCall(tool, {**arguments})
    assert is_about_something(call, tuple(SIGNATURES.values()), request_text) is is_meant


def test_a_project_that_was_made_up_is_the_task_that_has_a_name() -> None:
    wrong = ChosenCall("add_project_member", {"project": "Office move", "person": "Ben"})
    offered = tuple(SIGNATURES.values())
    given = ChosenCall("update_task", {"task": "Fix the printer", "people": ["Ben"]})
    assert choose_again(wrong, offered, "let Ben take care of Fix the printer") == given
    assert choose_again(wrong, offered, "let Ben take care of it") == wrong
