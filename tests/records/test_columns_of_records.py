"""Which columns a table of a server's records has."""

import pytest

from agent.jsontypes import JsonObject
from agent.records.columns import columns_for

TASKS: list[JsonObject] = [{"taskId": 1, "taskTitle": "Write"}, {"taskId": 2, "taskTitle": "Send"}]


@pytest.mark.parametrize(
    ("rows", "headings"),
    [
        (TASKS, ["Title", "Due"]),
        (TASKS[:1], ["Id", "Title", "Due"]),
        ([*TASKS, {"taskId": 3, "taskTitle": "Send"}], ["Id", "Title", "Due"]),
    ],
    ids=["their titles tell them apart", "only one", "two of the same title"],
)
def test_tasks_are_listed_by_their_ids_only_where_titles_do_not_tell_them_apart(
    rows: list[JsonObject], headings: list[str]
) -> None:
    columns = columns_for([{**row, "dueDate": "2026-11-20"} for row in rows])
    assert [column.heading for column in columns] == headings
