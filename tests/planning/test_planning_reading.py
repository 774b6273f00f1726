"""Tasks and links out of answers whose field names nobody promises."""

from datetime import UTC, datetime

import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.planning.analysis import Link, PlannedTask
from agent.planning.reading import read_links, read_task

WHOLE: JsonObject = {
    "taskId": 7,
    "taskTitle": "Write the guide",
    "status": {"statusName": "Shipped", "statusCategory": "COMPLETED"},
    "startDate": "2026-06-01T00:00:00Z",
    "dueDate": "2026-06-03",
    "estimatedTime": 5_400_000,
    "owners": [{"firstName": "Priya", "lastName": "Nair"}, {"name": "Sam"}, "Lena", {"userId": 4}],
}


def test_a_task_is_read_with_all_that_a_plan_needs() -> None:
    assert read_task(WHOLE) == PlannedTask(
        7,
        "Write the guide",
        "Shipped",
        is_done=True,
        start=datetime(2026, 6, 1, tzinfo=UTC),
        due=datetime(2026, 6, 3, tzinfo=UTC),
        hours=1.5,
        owners=("Priya Nair", "Sam", "Lena"),
    )


@pytest.mark.parametrize(
    ("row", "is_done"),
    [
        ({"id": 1, "status": "Closed"}, True),
        ({"id": 1, "status": "In Progress"}, False),
        ({"id": 1, "status": {"name": "Done"}}, True),
        ({"id": 1, "status": {"statusName": "Completed", "statusCategory": "OPEN"}}, False),
        ({"id": 1, "is_completed": True}, True),
        ({"id": 1, "dueDate": "soon", "status": 3}, False),
    ],
)
def test_a_task_is_done_by_its_category_or_else_by_the_name_of_its_status(
    row: JsonObject, is_done: bool
) -> None:
    task = read_task(row)
    assert task is not None
    assert task.is_done == is_done


@pytest.mark.parametrize("row", [{}, {"id": "seven"}, {"taskId": True}, {"taskTitle": "x"}])
def test_what_has_no_number_is_no_task(row: JsonObject) -> None:
    assert read_task(row) is None


@pytest.mark.parametrize(
    "row",
    [
        {"taskId": 2, "dependsOnTaskId": 1},
        {"task_id": 2, "depends_on_task_id": 1, "id": 900},
        {"successorId": 2, "predecessorId": 1},
        {"blockedTaskId": 2, "blockingTaskId": 1},
    ],
)
def test_a_link_is_read_whatever_its_ends_are_called(row: JsonObject) -> None:
    assert read_links({"dependencies": [row]}, 2).links == (Link(2, 1),)


def test_a_link_tells_of_the_tasks_at_its_ends() -> None:
    row: JsonObject = {
        "taskId": 2,
        "taskTitle": "Print",
        "dependsOnTaskId": 1,
        "dependsOnTaskTitle": "Design",
        "dependsOnTaskStatus": {"statusName": "OK", "statusCategory": "COMPLETED"},
    }
    assert read_links([row], 2).tasks == (
        PlannedTask(2, "Print"),
        PlannedTask(1, "Design", "OK", is_done=True),
    )


def test_blockers_and_waiting_tasks_may_be_listed_apart() -> None:
    answer: JsonValue = {"blockedBy": [{"id": 1, "title": "Design"}], "blocks": [{"id": 3}]}
    read = read_links(answer, 2)
    assert read.links == (Link(2, 1), Link(3, 2))
    assert read.tasks[0] == PlannedTask(1, "Design")


def test_links_that_say_nothing_are_counted() -> None:
    read = read_links([{"taskId": 2}, {"from": 1, "to": 2}, {"taskId": 2, "dependsOnTaskId": 1}], 2)
    assert (read.links, read.unread) == ((Link(2, 1),), 2)
