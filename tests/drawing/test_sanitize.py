import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.drawing.sanitize import Sanitizer, repair_input, strip, strip_line

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
nasty = st.text(
    st.one_of(st.sampled_from("\x1b\x9b\x9d[]PX^_\\\x07\x9c\n\tm0;?" + BIDIRECTIONAL), st.characters())
)


@settings(deadline=None)
@given(nasty)
def test_no_control_or_bidirectional_character_survives(text: str) -> None:
    clean = strip(text)
    assert not [c for c in clean if c in BIDIRECTIONAL]
    assert not [c for c in clean if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t"]
    clean.encode()


@settings(deadline=None)
@given(st.lists(nasty))
def test_where_the_chunks_are_cut_makes_no_difference(chunks: list[str]) -> None:
    sanitizer = Sanitizer()
    assert "".join(map(sanitizer.feed, chunks)) == strip("".join(chunks))


@settings(deadline=None)
@given(nasty)
def test_stripping_twice_changes_nothing(text: str) -> None:
    assert strip(strip(text)) == strip(text)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"])))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert strip(text) == text


@settings(deadline=None)
@given(nasty)
def test_no_line_feed_is_swallowed(text: str) -> None:
    assert strip(text).count("\n") >= text.count("\n")


def test_colours_titles_and_clipboard_writes_vanish_whole() -> None:
    assert (
        strip("a\x1b[1;31mb\x1b]0;title\x07c\x1b]52;c;aGk=\x1b\\d\x9b2Je\x1bPq\x1b\\f\x1b(0g\x1b7h")
        == "abcdefgh"
    )


def test_an_unfinished_control_string_ends_with_its_line() -> None:
    assert strip("a\x1b]0;never ends\nnext line") == "a\nnext line"


def test_invisible_tags_and_surrogates_do_not_reach_the_screen() -> None:
    assert strip("a\U000e0041b\ud800c\ufeff") == "ab\ufffdc"


def test_a_line_stays_one_line() -> None:
    assert strip_line("  two\nlines\tand\x1b[5m more ") == "two lines and more"


def test_what_the_user_typed_keeps_its_marks_and_loses_only_what_cannot_be_stored() -> None:
    assert repair_input("a\r\nb\rc\u200fd\udc80") == "a\nb\nc\u200fd\ufffd"
