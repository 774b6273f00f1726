"""The conditions of a filter are those that the request speaks of."""

import pytest

from agent.jsontypes import JsonObject
from agent.model.embedded.criteria import find_criteria


@pytest.mark.parametrize(
    ("request_text", "criteria"),
    [
        ("Save a filter Hot for my critical tasks", {"priority": "Critical", "assignedToMe": True}),
        ("Create a filter Hot for overdue tasks tagged with launch", {"overdue": True, "tag": "launch"}),
        ("Create a filter Hot for tasks in progress", {"status": "In Progress"}),
        ("Update my filter Hot", {}),
        ("Create a filter called Hot", {}),
    ],
)
def test_conditions_are_found_in_the_request(request_text: str, criteria: JsonObject) -> None:
    assert find_criteria(request_text, "Hot") == criteria


def test_the_name_of_a_filter_is_no_condition() -> None:
    assert find_criteria("Create a filter called My late urgent tasks", "My late urgent tasks") == {}
