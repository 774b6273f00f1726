"""Things out of what a server answers."""

import pytest

from agent.jsontypes import JsonObject
from agent.mentions.mention import Mention
from agent.mentions.reading import read_answer


@pytest.mark.parametrize(
    ("kind", "row", "found"),
    [
        (
            "task",
            {"taskId": 7, "taskTitle": "Fix login", "projectName": "Website"},
            Mention("task", "7", "Fix login", "Website"),
        ),
        ("task", {"id": "T-1", "summary": "Fix login"}, Mention("task", "T-1", "Fix login")),
        ("task", {"issue_id": 3, "title": "Fix login"}, Mention("task", "3", "Fix login")),
        (
            "user",
            {"userId": 4, "firstName": "Ana", "lastName": "Lopez", "title": "CTO", "email": "a@b.example"},
            Mention("user", "4", "Ana Lopez", "a@b.example"),
        ),
        ("user", {"id": 4, "email": "a@b.example"}, Mention("user", "4", "a b.example", "a@b.example")),
        ("project", {"uuid": "9f", "name": "Web\nsite"}, Mention("project", "9f", "Web site")),
    ],
)
def test_a_row_is_read_whatever_its_fields_are_called(kind: str, row: JsonObject, found: Mention) -> None:
    assert list(read_answer({"data": {"items": [row]}}, kind)) == [found]


@pytest.mark.parametrize(
    "row", [{"id": 4}, {"name": "x"}, {"id": True, "name": "x"}, {"id": [1], "name": "x"}]
)
def test_a_row_without_an_id_or_a_name_is_left_out(row: JsonObject) -> None:
    assert list(read_answer([row], "project")) == []
