"""The keywords of JSON Schema, as far as no schema as a whole tells of them."""

import pytest

from agent.jsontypes import JsonValue
from agent.tools.keywords import DATA, is_deeper, with_notes

DEEP: list[tuple[JsonValue, int]] = [
    (1, 0),
    ([], 1),
    ({}, 1),
    ([1, [2]], 2),
    ({"a": [{}]}, 3),
    ([{"a": 1}, 2], 2),
]


@pytest.mark.parametrize(("value", "levels"), DEEP)
def test_a_value_is_as_deep_as_its_lists_and_objects_stand_in_each_other(
    value: JsonValue, levels: int
) -> None:
    assert not is_deeper(value, levels)
    assert levels == 0 or is_deeper(value, levels - 1)


@pytest.mark.parametrize(
    ("value", "is_right"), [(0.5, True), (1, True), (0, False), (-1, False), (True, False)]
)
def test_a_step_between_numbers_is_larger_than_nothing(value: JsonValue, is_right: bool) -> None:
    assert DATA["multipleOf"](value) is is_right


def test_notes_are_written_as_json_and_texts_as_they_are() -> None:
    assert with_notes({}, {"default": True, "pattern": "^a"}) == {"description": "default: true, pattern: ^a"}
