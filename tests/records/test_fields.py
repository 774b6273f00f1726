"""Fields of records whose names nobody promises."""

import pytest

from agent.jsontypes import JsonValue
from agent.records.fields import rows


@pytest.mark.parametrize(
    "answer",
    [
        [{"id": 1}],
        {"tasks": [{"id": 1}], "total": 1},
        {"success": True, "data": {"items": [{"id": 1}]}},
        {"tags": [], "names": ["x"], "tasks": [{"id": 1}, 2]},
    ],
)
def test_a_list_is_found_in_its_envelope(answer: JsonValue) -> None:
    assert rows(answer) == [{"id": 1}]


@pytest.mark.parametrize("answer", [None, "x", {}, {"tasks": []}])
def test_where_there_is_no_list_there_are_no_rows(answer: JsonValue) -> None:
    assert rows(answer) == []
