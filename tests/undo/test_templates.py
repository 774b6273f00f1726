"""Templates: what a path stands for, and what is left out."""

import pytest

from agent.jsontypes import JsonValue
from agent.undo.templates import Facts, UnknownValueError, fill_arguments, value_at

FACTS = Facts(
    {
        "args": {"taskId": 7, "title": "new"},
        "result": {"taskId": 8, "tag": {"tagId": 3}},
        "known": {"projectId": 5, "title": "seen"},
        "former": {"title": "old", "owners": [{"userId": 1}, {"userId": 2}, {"name": "no id"}], "due": None},
    }
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("taskId", 8),
        ("args.taskId", 7),
        ("title", "new"),
        ("projectId", 5),
        ("tag.tagId", 3),
        ("former.title", "old"),
        ("former.owners.*.userId", [1, 2]),
        ("former.due", None),
    ],
)
def test_a_path_says_where_to_look_or_is_looked_for_in_the_result_first(path: str, value: JsonValue) -> None:
    assert FACTS.value(path) == value


@pytest.mark.parametrize("path", ["nothing", "args.nothing", "tag.tagId.more", "former.title.*"])
def test_a_path_to_nothing_is_told(path: str) -> None:
    with pytest.raises(UnknownValueError):
        FACTS.value(path)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ({"optionId": 4, "optionName": "A"}, 4),
        ([{"optionId": 4}, {"optionId": 5}], [4, 5]),
        ("plain", "plain"),
        (None, None),
        ([], []),
    ],
)
def test_an_object_stands_for_its_id_where_the_path_says_so(value: JsonValue, ids: JsonValue) -> None:
    assert value_at({"value": value}, "value~optionId") == ids


def test_what_may_be_missing_is_left_out_and_what_must_not_is_told() -> None:
    template: dict[str, JsonValue] = {
        "taskId": "$taskId",
        "nothing?": "$nothing",
        "due?": "$former.due",
        "fixed": 1,
    }
    assert fill_arguments(FACTS, template) == {"taskId": 8, "fixed": 1}
    with pytest.raises(UnknownValueError):
        fill_arguments(FACTS, {"nothing": "$nothing"})


def test_a_list_is_filled_with_an_object_for_each_item() -> None:
    template: dict[str, JsonValue] = {
        "updates": [{"id": "$taskId"}, {"$each": "$former.owners.*.userId", "id": "$item"}, "text"]
    }
    assert fill_arguments(FACTS, template) == {"updates": [{"id": 8}, {"id": 1}, {"id": 2}, "text"]}


@pytest.mark.parametrize(
    ("path", "holds"), [("former.title", True), ("former.due", False), ("nothing", False), ("tag", True)]
)
def test_a_path_holds_where_something_is(path: str, holds: bool) -> None:
    assert FACTS.holds(path) is holds
