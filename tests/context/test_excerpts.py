"""The beginning of what is too long: whole items, whole lines."""

import json

from hypothesis import given
from hypothesis import strategies as st

from agent.context.excerpts import excerpt_text, excerpt_value, fits, lines_of, main_list, put, shortened
from agent.jsontypes import JsonValue, dump


def items(count: int) -> list[JsonValue]:
    return [{"id": number, "title": f"Task {number}"} for number in range(count)]


def test_the_longest_list_is_found_with_its_path() -> None:
    assert main_list({"data": {"tasks": [1, 2, 3], "tags": [1]}, "total": 3}) == ("data.tasks", [1, 2, 3])
    assert main_list([1, 2]) == ("", [1, 2])
    assert main_list({"a": 1}) == ("", [])


def test_a_key_with_a_dot_has_no_path() -> None:
    assert main_list({"a.b": [1, 2, 3], "c": [1]}) == ("c", [1])


def test_everything_around_the_list_stays() -> None:
    excerpt = excerpt_value({"data": {"tasks": items(50)}, "page": 1}, 100)
    assert json.loads(excerpt.text) == {"data": {"tasks": items(2)}, "page": 1}
    assert (excerpt.shown, excerpt.path) == (2, "data.tasks")
    assert excerpt.said == "the first 2 of 50 items of data.tasks shown"


def test_what_fits_is_whole_and_nothing_is_said() -> None:
    excerpt = excerpt_value({"tasks": items(3)}, 1_000)
    assert (json.loads(excerpt.text), excerpt.said) == ({"tasks": items(3)}, "")


def test_an_item_that_is_too_long_alone_is_shortened() -> None:
    excerpt = excerpt_value([{"id": 1, "text": "x" * 5_000}, {"id": 2}], 400)
    assert excerpt.said == "the first 1 of 2 items shown, and that shortened"
    [item] = json.loads(excerpt.text)
    assert item["id"] == 1
    assert item["text"].endswith("… (5,000 characters)")


def test_long_things_around_the_list_are_shortened_as_well() -> None:
    excerpt = excerpt_value({"html": "x" * 9_000, "tasks": items(3)}, 500)
    parsed = json.loads(excerpt.text)
    assert parsed["tasks"] == items(3)
    assert parsed["html"].endswith("… (9,000 characters)")
    assert excerpt.said == "long texts and lists inside are shortened"


def test_without_a_list_long_texts_are_shortened() -> None:
    excerpt = excerpt_value({"title": "Report", "body": "words " * 1_000}, 1_000)
    parsed = json.loads(excerpt.text)
    assert parsed["title"] == "Report"
    assert parsed["body"].endswith("… (6,000 characters)")
    assert len(parsed["body"]) > 700


def test_lines_that_are_longer_than_any_to_read_are_several() -> None:
    assert [len(line) for line in lines_of("x" * 2_500 + "\nshort")] == [1_000, 1_000, 501, 5]


@given(st.text())
def test_lines_are_the_text(text: str) -> None:
    assert "".join(lines_of(text)) == text


@given(st.text(min_size=2), st.data())
def test_the_lines_that_are_shown_are_the_first(text: str, data: st.DataObject) -> None:
    limit = data.draw(st.integers(1, len(text) - 1))
    excerpt = excerpt_text(text, limit)
    assert len(excerpt.text) <= limit
    assert text.startswith(excerpt.text)
    if excerpt.shown:
        assert "".join(lines_of(text)[: excerpt.shown]).removesuffix("\n") == excerpt.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.integers(0, 300))
def test_to_fit_means_to_be_no_longer(value: JsonValue, room: int) -> None:
    assert fits(value, room) == (len(dump(value)) <= room)


@given(JSON, st.integers(0, 200))
def test_what_fits_is_not_shortened(value: JsonValue, limit: int) -> None:
    short = shortened(value, limit)
    assert (short is value) == (len(dump(value)) <= limit) or len(dump(short)) >= limit


@given(JSON, st.integers(20, 300))
def test_an_excerpt_is_within_its_limit_and_says_when_something_is_missing(
    value: JsonValue, limit: int
) -> None:
    excerpt = excerpt_value(value, limit)
    assert len(excerpt.text) <= limit
    assert (excerpt.said == "") == (json.loads(excerpt.text) == value if not excerpt.said else False)


def test_putting_leaves_the_original() -> None:
    value: JsonValue = {"a": {"b": [1], "c": 2}}
    assert put(value, "a.b", []) == {"a": {"b": [], "c": 2}}
    assert value == {"a": {"b": [1], "c": 2}}
