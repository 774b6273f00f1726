import unicodedata

import pytest
from prompt_toolkit.utils import get_cwidth

from agent.drawing.widths import pad, pad_left, shorten, width, wrap

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


def test_single_characters_are_as_wide_as_at_the_prompt() -> None:
    characters = (chr(code) for code in range(32, 0x20000))
    shown = [each for each in characters if unicodedata.category(each) not in ("Cc", "Cs", "Cn", "Co")]
    assert [each for each in shown if width(each) != get_cwidth(each)] == []


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("日本e\u0301", 5), ("नमस्ते", 4), (FAMILY, 2), ("a\u2068b\u2069", 2)],
)
def test_what_stands_as_one_character_is_counted_as_one(text: str, columns: int) -> None:
    assert width(text) == columns


def test_control_characters_take_nothing() -> None:
    assert width("日\x07本") == 4


@pytest.mark.parametrize(
    ("text", "columns", "short"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("日本語", 4, "日…"),
        (FAMILY * 3, 5, FAMILY * 2 + "…"),
    ],
)
def test_a_text_is_cut_between_characters(text: str, columns: int, short: str) -> None:
    assert shorten(text, columns) == short


def test_texts_are_filled_on_either_side() -> None:
    assert (pad("日", 4), pad_left("日", 4), pad("abc", 2)) == ("日  ", "  日", "abc")


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("", 8, [""]),
        ("one two three", 8, ["one two", "  three"]),
        ("abcdefghijkl", 8, ["abcdefgh", "  ijkl"]),
        ("日本語のテキスト", 8, ["日本語の", "  テキス", "  ト"]),
    ],
)
def test_words_are_wrapped_by_their_width(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, columns, indent="  ") == lines


def test_only_so_many_lines_are_kept() -> None:
    assert wrap("one two three four", 6, most_lines=2) == ["one", "two t…"]
    assert wrap("one two", 6, most_lines=1) == ["one t…"]
