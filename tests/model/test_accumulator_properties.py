"""However a stream is cut and marked, it means the same."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agent.errors import ModelError
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.model.protocol import Finish, ReasoningDelta, TextDelta
from tests.model.stream_chunks import UNSAID, accumulate, calls, delta, end, fragment, text


def cut(whole: str, places: list[int]) -> list[str]:
    """Cut a text at some places; UTF-16 halves of a character may land in different pieces."""
    units = whole.encode("utf-16-le")
    marks = sorted({0, len(units), *(2 * (place % (len(units) // 2)) for place in places)})
    return [units[begin:stop].decode("utf-16-le", "surrogatepass") for begin, stop in pairwise(marks)]


_places = st.lists(st.integers(0, 200), max_size=8)
_words = st.text(st.characters(codec="utf-8"), min_size=1)


@given(_words, _places)
def test_an_answer_is_the_same_however_it_is_cut(whole: str, places: list[int]) -> None:
    assert text(*(delta(content=piece) for piece in cut(whole, places)), end()) == whole


@given(
    st.lists(st.tuples(st.sampled_from(["get_task", "list_tasks"]), _words, _places), min_size=1, max_size=4),
    st.sampled_from(["index", "index from 1", "ids", "repeated", "nothing"]),
)
def test_calls_are_the_same_however_they_are_cut_and_marked(
    drawn: list[tuple[str, str, list[int]]], marks: str
) -> None:
    chunks: list[JsonObject] = []
    expected: list[tuple[str, str]] = []
    for position, (name, title, places) in enumerate(drawn):
        arguments = dump({"title": title, "position": position})
        expected.append((name, arguments))
        index: object = {"index": position, "index from 1": position + 1}.get(marks, UNSAID)
        id_: object = f"c{position}" if marks != "nothing" else UNSAID
        for number, piece in enumerate(cut(arguments, places)):
            if number == 0 or marks == "repeated":
                chunks.append(fragment(index, id_, name, piece))
            else:
                chunks.append(fragment(index, id_ if marks == "ids" else UNSAID, arguments=piece))
    assert calls(*chunks, end("tool_calls")) == expected


SENTENCE = "Two tasks are late: “Fix login” since Monday, and “Order pens” since Friday."


@given(st.sets(st.integers(1, len(SENTENCE) - 1), min_size=2))
def test_text_that_comes_anew_with_every_chunk_is_said_once(places: set[int]) -> None:
    snapshots = [SENTENCE[:place] for place in [*sorted(places), len(SENTENCE)]]
    assert text(*(delta(content=snapshot) for snapshot in snapshots), end()) == SENTENCE


@given(_places, st.sampled_from(["", "\n", " \n"]))
def test_reasoning_in_tags_is_told_from_the_answer_however_it_is_cut(places: list[int], blank: str) -> None:
    reasoning, answer = "Is 1 < 2? </thin> is no tag.", "Yes, <think>1 < 2</think>."
    whole = f"{blank}<think>{reasoning}</think>\n\n{answer}"
    items = accumulate(*(delta(content=piece) for piece in cut(whole, places)), end())
    assert "".join(item.text for item in items if isinstance(item, ReasoningDelta)) == reasoning
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == answer


_keys: st.SearchStrategy[str] = st.sampled_from(
    ["choices", "delta", "content", "tool_calls", "function", "name", "arguments", "index", "finish_reason"]
)


def _nested(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    return st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4)


_json: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3), _nested
)


@given(st.lists(st.dictionaries(st.sampled_from(["choices", "usage"]), _json), max_size=4))
def test_no_chunk_whatever_it_holds_does_more_than_break_the_answer(chunks: list[JsonObject]) -> None:
    try:
        items = accumulate(*chunks)
    except ModelError:
        return
    assert isinstance(items[-1], Finish)
    "".join(item.text for item in items if isinstance(item, TextDelta)).encode()
