"""JSON values, and text that can be encoded."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.jsontypes import dump, parse_object, well_formed


def test_an_object_is_parsed() -> None:
    assert parse_object('{"a": [1, 2.5, null, true, "é"]}') == {"a": [1, 2.5, None, True, "é"]}


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "nul", '{"a": NaN}', '{"a": Infinity}', '{"a": ' * 100_000, "{} {}"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_object(text)


@given(st.permutations([("a", 1), ("b", 2), ("c", {"y": 1, "x": 2})]))
def test_equal_objects_are_the_same_text(pairs: list[tuple[str, object]]) -> None:
    assert dump(dict(pairs)) == '{"a":1,"b":2,"c":{"x":2,"y":1}}'


_pieces = st.sampled_from(["a", "é", "😀", "\ud83d", "\ude00", "\udce9", "\uffff"])


@given(st.lists(_pieces).map("".join))
def test_halves_are_joined_and_lone_ones_replaced(text: str) -> None:
    joined = re.sub(
        "[\ud800-\udbff][\udc00-\udfff]",
        lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"),
        text,
    )
    assert well_formed(text) == re.sub("[\ud800-\udfff]", "\ufffd", joined)


@given(st.text(st.characters(codec="utf-8")))
def test_text_that_can_be_encoded_stays_as_it_is(text: str) -> None:
    assert well_formed(text) == text
