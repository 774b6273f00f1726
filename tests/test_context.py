"""What of a tool's result goes to the model, and what is kept of it."""

from hypothesis import given
from hypothesis import strategies as st

from agent.context import RESULT_CHARACTERS, is_too_large, result_text
from agent.jsontypes import JsonValue, dump
from agent.tools.tool import ToolResult


def test_a_short_result_goes_whole() -> None:
    assert result_text(ToolResult("Done.", {"ignored": "where there is text"})) == "Done."


def test_a_result_without_text_goes_as_json() -> None:
    assert result_text(ToolResult("", {"b": 1, "a": [2]})) == '{"a":[2],"b":1}'


def test_a_result_without_anything_says_so() -> None:
    assert result_text(ToolResult("")) == "(no output)"


def test_a_result_of_nothing_but_null_items_is_no_missing_result() -> None:
    assert result_text(ToolResult("", [])) == "[]"


def test_a_long_result_is_cut_and_says_how_much_there_was() -> None:
    text = result_text(ToolResult("abcdefghij"), limit=4)
    assert text == "abcd\n[cut here: 4 of 10 characters shown; ask for less, or for a page]"


@given(st.integers(-3, 3))
def test_only_what_is_longer_than_the_limit_is_cut(over: int) -> None:
    text = result_text(ToolResult("x" * (RESULT_CHARACTERS + over)))
    assert ("[cut here" in text) == (over > 0)


def test_warnings_follow_the_result() -> None:
    result = ToolResult("Done.", warnings=("Two fields were missing.", "One was odd."))
    assert result_text(result) == "Done.\n[Two fields were missing. One was odd.]"


def test_half_of_a_character_is_replaced() -> None:
    assert result_text(ToolResult("a\ud83d")) == "a\ufffd"
    assert result_text(ToolResult("", {"a": "\ud83d"})) == '{"a":"\ufffd"}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.integers(0, 50))
def test_what_is_called_too_large_is_longer_than_the_limit_as_json(value: JsonValue, limit: int) -> None:
    assert not is_too_large(value, limit) or len(dump(value)) > limit


@given(st.lists(st.text(max_size=5), min_size=1), st.booleans())
def test_what_is_not_called_too_large_holds_no_more_text_than_the_limit(
    texts: list[str], keyed: bool
) -> None:
    value: JsonValue = dict.fromkeys(texts) if keyed else list[JsonValue](texts)
    held = sum(map(len, set(texts) if keyed else texts))
    assert is_too_large(value, held - 1)
