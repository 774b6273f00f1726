"""Some sentences mean one call by their form, whatever the names in them say."""

import pytest

from agent.jsontypes import JsonObject
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.plain import read_plainly
from evals.embedded.functions import load_functions

SIGNATURES = read_signatures(load_functions())


@pytest.mark.parametrize(
    ("request_text", "tool", "arguments"),
    [
        ("Assign Delete the logs to Ben", "update_task", {"task": "Delete the logs", "people": ["Ben"]}),
        ("hand Start page over to Ben Ray.", "update_task", {"task": "Start page", "people": ["Ben Ray"]}),
        ("Mark Comment on it as done", "update_task", {"task": "Comment on it", "status": "done"}),
        ("Give Timer bug low priority", "update_task", {"task": "Timer bug", "priority": "low"}),
        ("Status page is critical", "update_task", {"task": "Status page", "priority": "critical"}),
        ("Report on members is at 40%", "update_task", {"task": "Report on members", "percent": 40}),
        ("Launch is done", "update_task", {"task": "Launch", "status": "done"}),
        ("I'm finished with Create icons", "update_task", {"task": "Create icons", "status": "done"}),
        ("Postpone Add tags to Friday", "update_task", {"task": "Add tags", "due": "Friday"}),
        (
            "Set the due date of Assign desks to 3 May",
            "update_task",
            {"task": "Assign desks", "due": "3 May"},
        ),
        ("please delete the task Add search", "delete_task", {"task": "Add search"}),
        ("Start a timer on Stop sign", "start_timer", {"task": "Stop sign"}),
        ("Comment on Start page: wrong", "add_task_comment", {"task": "Start page", "comment": "wrong"}),
    ],
)
def test_the_form_settles_the_call(request_text: str, tool: str, arguments: JsonObject) -> None:
    choice = read_plainly(request_text, SIGNATURES)
    assert choice is not None
    assert [(call.tool, call.arguments) for call in choice.calls] == [(tool, arguments)]


@pytest.mark.parametrize(
    "request_text",
    [
        "Assign Lena to Billing",
        "Assign Lena Ray to the Billing project",
        "Assign it to Ben",
        "Mark Launch as odd",
        "Postpone Launch to the new office",
        "Delete the task Add search and start a timer on Launch",
        "Delete Launch",
        "Everything is done",
        "If Launch is done we celebrate",
        "I finished Ulysses",
        "Berlin is important",
        "",
    ],
)
def test_everything_else_goes_to_the_model(request_text: str) -> None:
    assert read_plainly(request_text, SIGNATURES) is None


def test_nothing_is_settled_that_the_server_does_not_offer() -> None:
    few = [signature for signature in SIGNATURES if signature.tool != "update_task"]
    assert read_plainly("Launch is done", few) is None
