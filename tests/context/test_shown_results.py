"""What of a tool's result goes to the model, and what is kept of it."""

from hypothesis import given
from hypothesis import strategies as st

from agent.context.shown_results import RESULT_CHARACTERS, is_too_large, show_result
from agent.jsontypes import JsonValue, dump
from agent.tools.tool import ToolResult


def shown(result: ToolResult, limit: int = RESULT_CHARACTERS) -> str:
    return show_result(result, limit).text


def test_a_short_result_goes_whole() -> None:
    assert shown(ToolResult("Done.", {"ignored": "where there is text"})) == "Done."


def test_a_result_without_text_goes_as_json() -> None:
    assert shown(ToolResult("", {"b": 1, "a": [2]})) == '{"a":[2],"b":1}'


def test_a_result_without_anything_says_so() -> None:
    assert shown(ToolResult("")) == "(no output)"


def test_a_result_of_nothing_but_null_items_is_no_missing_result() -> None:
    assert shown(ToolResult("", [])) == "[]"


def test_a_long_text_is_cut_and_says_how_much_there_was() -> None:
    text = shown(ToolResult("abcdefghij"), limit=4)
    assert text == "abcd\n[cut here: 4 of 10 characters shown; ask for less, or for a page]"


def test_a_text_is_cut_at_the_end_of_a_line() -> None:
    text = shown(ToolResult("one\ntwo\nthree\n"), limit=9)
    assert text.startswith("one\ntwo\n[cut here: 8 of 14 characters shown, 2 of 3 lines;")


def test_of_a_list_whole_items_are_shown() -> None:
    tasks: list[JsonValue] = [{"id": number, "title": f"Task {number}"} for number in range(100)]
    result = ToolResult(dump({"tasks": tasks, "total": 100}), {"tasks": tasks, "total": 100})
    text = shown(result, limit=120)
    assert text == (
        '{"tasks":[{"id":0,"title":"Task 0"},{"id":1,"title":"Task 1"},{"id":2,"title":"Task 2"}],'
        '"total":100}\n'
        "[cut here: the first 3 of 100 items of tasks shown; ask for less, or for a page]"
    )


@given(st.integers(-3, 3))
def test_only_what_is_longer_than_the_limit_is_cut(over: int) -> None:
    text = shown(ToolResult("x" * (RESULT_CHARACTERS + over)))
    assert ("[cut here" in text) == (over > 0)


def test_where_to_read_on_is_asked_once_and_only_if_something_is_missing() -> None:
    asked: list[tuple[str, int]] = []

    def read_on(path: str, count: int) -> str:
        asked.append((path, count))
        return "read on there"

    show_result(ToolResult("short"), 10, read_on)
    assert asked == []
    items: list[JsonValue] = [*range(100)]
    text = show_result(ToolResult("", {"a": {"b": items}}), 30, read_on).text
    assert asked == [("a.b", 8)]
    assert text.endswith("[cut here: the first 8 of 100 items of a.b shown; read on there]")


def test_warnings_follow_the_result() -> None:
    result = ToolResult("Done.", warnings=("Two fields were missing.", "One was odd."))
    assert shown(result) == "Done.\n[Two fields were missing. One was odd.]"
    assert shown(ToolResult("abcdef", warnings=("One was odd.",)), limit=3).endswith("]\n[One was odd.]")


def test_half_of_a_character_is_replaced() -> None:
    assert shown(ToolResult("a\ud83d")) == "a\ufffd"
    assert shown(ToolResult("", {"a": "\ud83d"})) == '{"a":"\ufffd"}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.none() | JSON, st.text(max_size=300), st.integers(20, 400))
def test_no_result_is_shown_longer_than_the_limit(structured: JsonValue, text: str, limit: int) -> None:
    assert len(show_result(ToolResult(text, structured), limit).body) <= max(limit, len("(no output)"))


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
