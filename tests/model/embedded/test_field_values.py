"""Words become the value that a custom field's type wants, or are refused with what it takes."""

from datetime import UTC, datetime

import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.model.embedded.field_values import UnfitValue, read_field_value

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPTIONS: list[JsonValue] = [{"optionId": 1, "optionName": "Gold"}, {"optionId": 2, "optionName": "Silver"}]


def read(kind: str, words: str) -> JsonValue:
    field: JsonObject = {"fieldId": 7, "fieldName": "F", "fieldType": kind, "options": OPTIONS}
    return read_field_value(field, words, NOW)


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("SINGLE_LINE_TEXT", "4711", "4711"),
        ("NUMBERS", "4711", 4711),
        ("CURRENCY", "1,250.50 euros", 1250.5),
        ("PERCENTAGE", "60%", 60),
        ("CHECKBOX", "yes", True),
        ("CHECKBOX", "unchecked", False),
        ("DATE", "next Monday", "2026-11-30"),
        ("SINGLE_SELECT_DROPDOWN", "gold", "Gold"),
        ("MULTI_SELECT_DROPDOWN", "silver and gold", ["Silver", "Gold"]),
        ("NUMBERS", "nothing", None),
    ],
)
def test_words_are_read_by_the_type_of_the_field(kind: str, words: str, value: JsonValue) -> None:
    assert read(kind, words) == value


@pytest.mark.parametrize(
    ("kind", "takes"),
    [
        ("NUMBERS", "a number"),
        ("CHECKBOX", "yes or no"),
        ("DATE", "a day"),
        ("SINGLE_SELECT_DROPDOWN", "Gold, Silver"),
    ],
)
def test_other_words_are_refused_with_what_the_field_takes(kind: str, takes: str) -> None:
    with pytest.raises(UnfitValue, match=takes):
        read(kind, "wonderful")
