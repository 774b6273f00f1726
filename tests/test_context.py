"""What of a tool's result goes to the model."""

from hypothesis import given
from hypothesis import strategies as st

from agent.context import RESULT_CHARACTERS, result_text
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
