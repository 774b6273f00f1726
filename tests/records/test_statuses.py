import pytest

from agent.jsontypes import JsonValue
from agent.records.statuses import Status, in_order, read_workflow


def names(*statuses: Status, workflow: tuple[Status, ...] = ()) -> list[str]:
    return [status.name for status in in_order(statuses, workflow)]


def test_the_order_that_the_server_lists_comes_first_and_keeps_what_has_no_tasks() -> None:
    workflow = (Status("Shipped"), Status("Idea"), Status("Built"))
    assert names(Status("idea"), workflow=workflow) == ["Shipped", "Idea", "Built"]


def test_positions_order_what_is_not_listed() -> None:
    assert names(Status("Open", position=2), Status("Closed", position=1)) == ["Closed", "Open"]


def test_categories_order_what_has_no_position() -> None:
    statuses = (Status("Z", "COMPLETED", is_done=True), Status("Y", "IN_PROGRESS"), Status("X", "OPEN"))
    assert names(*statuses) == ["X", "Y", "Z"]


def test_words_order_what_has_no_category() -> None:
    assert names(
        Status("Done", is_done=True),
        Status("In review"),
        Status("Cancelled", is_done=True),
        Status("To do"),
        Status("In progress"),
        Status("Backlog"),
        Status("Not started"),
    ) == ["Backlog", "To do", "Not started", "In progress", "In review", "Done", "Cancelled"]


def test_a_status_that_nobody_knows_stands_in_the_middle() -> None:
    assert names(Status("Done", is_done=True), Status("Zzz"), Status("Open")) == ["Open", "Zzz", "Done"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("open", Status("open")),
        ("Done", Status("Done", is_done=True)),
        ({"statusName": "Built", "statusCategory": "COMPLETED"}, Status("Built", "COMPLETED", is_done=True)),
        ({"name": "Doing", "orderindex": 3}, Status("Doing", position=3)),
        ("", None),
        (None, None),
        (4, None),
    ],
)
def test_a_status_is_text_or_an_object_with_a_name(value: JsonValue, expected: Status | None) -> None:
    assert Status.read(value) == expected


def test_groups_of_tasks_say_the_workflow_too_empty_ones_included() -> None:
    groups: JsonValue = {
        "groups": [
            {"status": {"statusName": "Open"}, "tasks": []},
            {"status": {"statusName": "Done"}, "tasks": [{"status": {"statusName": "Done"}}]},
        ]
    }
    assert [status.name for status in read_workflow(groups)] == ["Open", "Done"]
