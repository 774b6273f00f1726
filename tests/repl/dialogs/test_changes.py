"""How what a call changes is drawn: old beside new, line by line where it is long, in any width."""

import re

import pytest

from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.events import Change
from agent.repl.dialogs.changes import draw_changes

PLAIN = Palette(plain=True)
COLOURED = Palette()


def draw(*changes: Change, columns: int = 60) -> list[str]:
    return draw_changes(changes, columns, PLAIN)


def change(label: str, before: str, after: str) -> Change:
    return Change(label, label, before, after)


def test_names_stand_in_a_column_and_an_arrow_between_old_and_new() -> None:
    assert draw(change("status", "OPEN", "Done"), change("id", "", "“Fix login” (7)")) == [
        "  status  OPEN → Done",
        "  id      “Fix login” (7)",
    ]


def test_what_stays_says_so() -> None:
    assert draw(change("status", "Done", "Done")) == ["  status  Done (as it is)"]


def test_texts_that_do_not_fit_beside_each_other_stand_below_each_other_with_marks() -> None:
    assert draw(change("title", "a" * 40, "b" * 40)) == ["  title", f"    - {'a' * 40}", f"    + {'b' * 40}"]


def test_of_a_long_text_the_lines_that_change_are_shown_with_their_neighbours() -> None:
    before = "\n".join(f"line {number}" for number in range(1, 10))
    drawn = draw(change("text", before, before.replace("line 5", "line five")))
    assert drawn == ["  text", "    …", "      line 4", "    - line 5", "    + line five", "      line 6"]


def test_a_difference_in_the_first_line_leaves_nothing_out_before_it() -> None:
    assert draw(change("text", "a\nb", "c\nb")) == ["  text", "    - a", "    + c", "      b"]


def test_a_new_text_of_several_lines_is_shown_whole() -> None:
    assert draw(change("text", "", "one\ntwo")) == ["  text  one", "        two"]


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_nothing_is_wider_than_the_screen(columns: int) -> None:
    words = "日本語のテキスト " * 9 + "family 👨‍👩‍👧 and more " * 5
    drawn = draw(
        change("a_rather_long_name_of_a_field", "", words),
        change("other", words, words + "!"),
        change("third", "x", words),
        columns=columns,
    )
    assert max(map(width, drawn)) <= columns


def test_colours_only_repeat_what_the_marks_say() -> None:
    changes = [change("status", "OPEN", "Done"), change("text", "a\nb", "a\nc")]
    coloured = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in draw_changes(changes, 60, COLOURED)]
    assert coloured == draw(*changes)


def test_nobody_steers_the_terminal_or_adds_to_the_question() -> None:
    drawn = draw(change("sta\x1b[2Jtus\n[y] yes", "a\x07", "b\x1b]0;x\x07\nThis changes nothing."))
    assert not {"\x1b", "\x07", "\n"} & set("".join(drawn))
    assert drawn[0] == "  status [y] yes"
    assert drawn[-1] == "    + This changes nothing."
