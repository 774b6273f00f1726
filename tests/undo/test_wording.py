"""Values and fields in words."""

import pytest

from agent.jsontypes import JsonValue
from agent.tools.names import NameIndex
from agent.undo.templates import Facts
from agent.undo.wording import describe_fields, field_in_words, fill_sentence, in_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("OPEN", "OPEN"),
        ("In Progress", "“In Progress”"),
        ("2026-11-28T00:00:00Z", "2026-11-28"),
        ("2026-11-28T17:00:00Z", "2026-11-28T17:00:00Z"),
        ("a\nb", "“a b”"),
        ("x" * 100, f"“{'x' * 59}…”"),
        ("", "empty"),
        (None, "empty"),
        (True, "yes"),
        (5, "5"),
        ([], "none"),
        (["a b", "c d"], "“a b”, “c d”"),
        ([1, 2, 3, 4, 5, 6], "1, 2, 3, 4, 2 more"),
        ({"optionId": 1, "optionName": "Everybody"}, "“Everybody”"),
        ({"a": 1}, '{"a":1}'),
    ],
)
def test_a_value_is_one_short_line(value: JsonValue, words: str) -> None:
    assert in_words(value) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [("dueDate", "due date"), ("due_date", "due date"), ("status.statusName", "status"), ("title", "title")],
)
def test_a_field_is_named_in_words(name: str, words: str) -> None:
    assert field_in_words(name) == words


def test_people_are_named_where_their_names_are_known() -> None:
    names = NameIndex()
    names.learn({"userId": 101, "firstName": "Alex", "lastName": "Morgan"})
    assert (
        describe_fields({"owners": [101, 102], "dueDate": None}, names)
        == "owners “Alex Morgan”, 102, due date empty"
    )


def test_a_sentence_takes_values_and_says_what_it_does_not_know() -> None:
    facts = Facts({"result": {"taskTitle": "Fix login"}})
    assert fill_sentence("delete {taskTitle} of {nobody}", facts) == "delete “Fix login” of (unknown)"
