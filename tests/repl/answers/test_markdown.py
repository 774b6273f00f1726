import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.drawing.markdown_blocks import BlockSplitter, new_parser
from agent.drawing.widths import width
from agent.repl.answers.markdown import AnswerWriter, open_answer

ANSWER = """# Overdue

Six tasks are **overdue** in [Apollo](https://demo.example/p/4):

| Task | Due |
| --- | ---: |
| Write | Monday |

1. first
   - nested

   still first
2. second

```python
def f():

    return "# no heading"
```

> quoted
> text

[ref]: https://demo.example "title
Done.
"""
LINES = [
    "",
    "",
    "word",
    "# Heading",
    "- item",
    "  - nested",
    "1. one",
    "    code",
    "```",
    "~~~",
    "```py",
    "````",
    "> quote",
    "| a | b |",
    "| --- | --- |",
    "---",
    "===",
    "[ref]: https://demo.example",
    '"title',
    "<div>",
    "![image](https://demo.example/i.png)",
    "**bold** `code`",
    "\ttab",
    "   word",
]
# What makes lines too wide: wide characters, letters without width, words without a place to break.
WIDE_LINES = [
    "日本語のタイトルはとても長いです",
    "שלום עולם, זה טקסט ארוך מימין לשמאל",
    "مرحبا بالعالم",
    "नमस्ते e\u0301 👩\u200d💻 ❤\ufe0f",
    "a_very_long_identifier_that_cannot_be_broken_anywhere_at_all",
    "[the list](https://demo.example/spaces/501/projects/11272/tasks?filter=overdue)",
    "- an item that is long enough to be wrapped",
    "  - 項目の中の項目もとても長いです",
    "    - deeper_than_that_and_without_a_place_to_break",
    "| a | 日本語のタイトル | long_heading_without_a_break |",
    "| --- | ---: | --- |",
    "| مرحبا | one two three four five | 1 |",
    "```python",
    "    return 'a line of code that is longer than the window'",
]
markdown = st.one_of(
    st.lists(st.sampled_from(LINES + WIDE_LINES), max_size=30).map("\n".join),
    st.text("ab`~#->|*_[]():.1 \n\t", max_size=80),
)


def cut(text: str, positions: list[int]) -> list[str]:
    ends = sorted({position % (len(text) + 1) for position in positions} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


def write(chunks: list[str], *, plain: bool, columns: int = 60) -> str:
    written: list[str] = []
    answer: AnswerWriter = open_answer(written.append, lambda: columns, plain=plain)
    for chunk in chunks:
        answer.feed(chunk)
        answer.draw_tail(columns)
    answer.finish()
    assert all(piece.endswith("\n") for piece in written)
    return "".join(written)


def visible(ansi: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", ansi)


@settings(deadline=None)
@given(markdown, st.lists(st.integers(0, 1000), max_size=12))
def test_the_blocks_make_up_the_text_and_do_not_depend_on_where_it_was_cut(
    text: str, cuts: list[int]
) -> None:
    whole = BlockSplitter()
    expected = whole.feed(text) + whole.finish()
    splitter = BlockSplitter()
    blocks: list[str] = []
    for chunk in cut(text, cuts):
        blocks += splitter.feed(chunk)
    blocks += splitter.finish()
    assert "".join(blocks) == text
    assert blocks == expected


@settings(deadline=None)
@given(markdown)
def test_blocks_mean_the_same_alone_as_in_the_whole_text(text: str) -> None:
    parser = new_parser()
    splitter = BlockSplitter()
    blocks = splitter.feed(text) + splitter.finish()
    assert "".join(map(parser.render, blocks)) == parser.render(text)


@settings(deadline=None)
@given(markdown, st.lists(st.integers(0, 1000), max_size=8))
def test_what_is_written_does_not_depend_on_where_the_stream_was_cut(text: str, cuts: list[int]) -> None:
    assert write(cut(text, cuts), plain=False) == write([text], plain=False)


@settings(deadline=None)
@given(markdown, st.lists(st.integers(0, 1000), max_size=12))
def test_what_is_said_does_not_depend_on_where_the_stream_was_cut(text: str, cuts: list[int]) -> None:
    assert write(cut(text, cuts), plain=True) == write([text], plain=True)


def test_a_paragraph_is_said_with_the_blank_line_after_it() -> None:
    written: list[str] = []
    answer = open_answer(written.append, lambda: 60, plain=True)
    answer.feed("First **paragraph**.\n")
    assert written == []
    answer.feed("\nSecond")
    assert written == ["First paragraph.\n"]


def test_code_is_not_said_before_it_is_closed_and_a_list_not_before_it_ends() -> None:
    written: list[str] = []
    answer = open_answer(written.append, lambda: 60, plain=True)
    answer.feed("```\nfirst\n\n")
    assert written == []
    answer.feed("second\n```\n\n")
    assert written == ["code:\nfirst\n\nsecond\nend of code\n"]
    answer.feed("- one\n\n")
    answer.feed("- two\n\nDone.\n")
    assert written[1:] == ["\n- one\n- two\n"]


def test_every_character_of_an_answer_can_be_seen_one_way_or_another() -> None:
    seen = visible(write(list(ANSWER), plain=False))
    for text in (
        "Overdue",
        "Apollo",
        "https://demo.example/p/4",
        "Monday",
        "still first",
        "# no heading",
        "quoted",
    ):
        assert text in seen
    assert '[ref]: https://demo.example "title Done.' in seen


def test_html_and_images_are_shown_as_the_text_they_are() -> None:
    seen = visible(write(["<b>bold</b> ![picture](https://demo.example/i.png)\n"], plain=False))
    assert "<b>bold</b>" in seen
    assert "https://demo.example/i.png" in seen


def test_finished_blocks_are_written_while_the_answer_goes_on() -> None:
    written: list[str] = []
    answer = open_answer(written.append, lambda: 60, plain=False)
    answer.feed("First paragraph.\n\nSecond")
    assert written == []
    answer.feed(" goes on\n")
    assert [visible(piece) for piece in written] == ["First paragraph.\n"]
    assert "Second goes on" in visible(answer.draw_tail(60))


def test_a_code_block_is_written_when_it_is_closed_and_followed() -> None:
    written: list[str] = []
    answer = open_answer(written.append, lambda: 60, plain=False)
    answer.feed("```\nfirst\n\nsecond\n")
    answer.feed("third\n")
    assert written == []
    answer.feed("```\nafter\n")
    assert "third" in visible("".join(written))


@pytest.mark.parametrize("columns", [1, 8, 20, 40, 80])
def test_no_line_is_wider_than_the_window(columns: int) -> None:
    lines = visible(write([ANSWER], plain=False, columns=columns)).splitlines()
    assert max(map(len, lines)) <= max(columns, 8)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(LINES + WIDE_LINES), max_size=12).map("\n".join),
    st.sampled_from([20, 40, 80, 120]),
)
def test_no_line_of_any_answer_is_wider_than_the_window(text: str, columns: int) -> None:
    lines = visible(write([text], plain=False, columns=columns)).splitlines()
    assert [line for line in lines if width(line) > columns] == []


def test_a_table_takes_the_width_of_its_window_and_gives_it_to_the_texts_that_need_it() -> None:
    table = (
        "| Title | Project | Status |\n| --- | --- | --- |\n"
        "| Decide on the push notification provider | Office move | IN-PROGRESS |\n"
        "| Sign the lease | Customer onboarding | OPEN |\n"
    )
    assert visible(write([table], plain=False, columns=100)).splitlines()[-1] == (
        " Sign the lease                            Customer onboarding  OPEN"
    )
    assert visible(write([table], plain=False, columns=60)).splitlines()[2:] == [
        " Decide on the push notification  Office move   IN-PROGRESS",
        " provider",
        "",
        " Sign the lease                   Customer      OPEN",
        "                                  onboarding",
    ]


def test_a_table_that_does_not_fit_becomes_a_block_for_each_row_and_loses_nothing() -> None:
    table = (
        "| Id | Task | Due | Notes |\n| --- | --- | --- | --- |\n"
        "| 7 | Sign the lease | 2026-11-13 | see_the_floor_plan_of_the_new_office |\n"
        "| 8 | 日本語のタイトル | 2026-11-16 | |\n"
        "| | | 2026-11-17 | |\n"
    )
    assert visible(write([table], plain=False, columns=30)).splitlines() == [
        "7 · Sign the lease",
        "  Due: 2026-11-13 · Notes:",
        "  see_the_floor_plan_of_the_ne",
        "  w_office",
        "8 · 日本語のタイトル",
        "  Due: 2026-11-16",
        "  Due: 2026-11-17",
    ]


def test_a_cell_is_broken_and_never_cut() -> None:
    table = f"| Task | Notes |\n| --- | --- |\n| Sign the lease for the office | {'x' * 60} |\n"
    seen = visible(write([table], plain=False, columns=60))
    assert seen.count("x") == 60
    assert "…" not in seen


def test_right_to_left_cells_do_not_reorder_the_rest_of_their_row() -> None:
    table = "| Task | Due |\n| --- | --- |\n| שלום | 2026-11-13 |\n"
    assert "\u2068שלום\u2069" in visible(write([table], plain=False))


def test_lines_end_with_their_text_so_that_a_narrower_window_does_not_break_them() -> None:
    seen = visible(write(["> quoted\n\n# A heading of some words\n"], plain=False, columns=20))
    assert all(line == line.rstrip() for line in seen.splitlines())


def test_escape_sequences_of_the_model_do_not_reach_the_screen() -> None:
    drawn = write(["a\x1b", "[2Jb \u202ec\x07\n"], plain=False)
    assert visible(drawn) == "ab c\n"


def test_character_references_stand_for_nothing_that_steers_the_screen() -> None:
    for plain in (True, False):
        drawn = write(["a &#x202e;b&#13; &#x1b;[2Jc &amp; d\n"], plain=plain)
        assert visible(drawn) == "a b \ufffd[2Jc & d\n"


def test_the_tail_is_drawn_again_for_a_new_width_and_what_is_written_stays() -> None:
    written: list[str] = []
    answer = open_answer(written.append, lambda: 80, plain=False)
    answer.feed("First.\n\nword\n" + "word " * 20)
    wide, narrow = answer.draw_tail(80), answer.draw_tail(20)
    assert len(wide.splitlines()) < len(narrow.splitlines())
    assert max(map(len, visible(narrow).splitlines())) <= 20
    assert answer.draw_tail(80) == wide
    assert [visible(piece) for piece in written] == ["First.\n"]


def test_blocks_after_a_resize_fit_the_new_width() -> None:
    written: list[str] = []
    columns = 80
    answer = open_answer(written.append, lambda: columns, plain=False)
    answer.feed("word " * 30 + "\n\nnext\n")
    columns = 20
    answer.feed("\n" + "word " * 30)
    answer.finish()
    assert max(map(len, visible(written[0]).splitlines())) > 40
    assert max(map(len, visible(written[-1]).splitlines())) <= 20
