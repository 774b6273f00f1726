"""Long pasted texts: a token at the prompt, the whole text in what is sent."""

from pathlib import Path

import pytest

from agent.repl.prompt.pasting import LONG_CHARACTERS, Pastes, shown_of_message
from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

LONG = "\n".join(f"line {number}" for number in range(240))
BACKSPACE, CTRL_C, CTRL_D, CTRL_U, ENTER, UP = "\x7f", "\x03", "\x04", "\x15", "\r", "\x1b[A"


def pasted(text: str) -> str:
    """What a terminal sends for a pasted text."""
    return f"\x1b[200~{text}\x1b[201~"


@pytest.mark.parametrize("text", ["one", "one\ntwo", "x" * LONG_CHARACTERS, "a\tb"])
def test_a_short_text_is_inserted_as_it_is(text: str) -> None:
    assert Pastes().take(text) == text


def test_line_ends_and_broken_bytes_are_repaired() -> None:
    assert Pastes().take("a\r\nb\rc\udcff") == "a\nb\nc\ufffd"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (LONG, "[pasted text 1: 240 lines]"),
        (f"{LONG}\n", "[pasted text 1: 240 lines]"),
        ("x" * 12_345, "[pasted text 1: 12,345 characters]"),
    ],
)
def test_a_long_text_is_one_token_that_stands_for_all_of_it(text: str, label: str) -> None:
    pastes = Pastes()
    token = pastes.take(text)
    assert len(token) == 1
    assert pastes.label(token) == label
    assert pastes.expand(f"Read {token}, please") == f"Read {text}, please"
    assert pastes.fold(f"Read {text}, please") == f"Read {token}, please"


def test_the_same_text_has_the_same_token_and_another_text_another() -> None:
    pastes = Pastes()
    first, other = pastes.take(LONG), pastes.take("y" * 2_000)
    assert pastes.take(LONG) == first != other
    assert pastes.label(other) == "[pasted text 2: 2,000 characters]"


def test_nothing_that_is_written_passes_for_a_token() -> None:
    pastes = Pastes()
    token = pastes.take(LONG)
    assert pastes.expand("[pasted text 1: 240 lines]") == "[pasted text 1: 240 lines]"
    assert pastes.take(f"a{token}") == "a\ufffd"
    assert pastes.fold(f"a{token}") == "a\ufffd"


def test_later_chats_remember_whole_texts_unless_they_are_too_long() -> None:
    pastes = Pastes()
    token, longer = pastes.take(LONG), pastes.take("z" * 20_000)
    assert pastes.write_down(f"Read {token}") == f"Read {LONG}"
    assert pastes.write_down(f"Read {longer}") == "Read [pasted text 2: 20,000 characters]"


def test_of_a_long_message_the_beginning_is_shown() -> None:
    assert shown_of_message("one\ntwo") == "one\ntwo"
    shown = shown_of_message("\n".join("x" * 50 for _ in range(500)))
    assert len(shown.split("\n")) == 21
    assert shown.endswith("[24,480 more characters were sent too]")


def test_a_token_is_sent_as_the_whole_text_and_comes_back_from_the_history(window: DriverWindow) -> None:
    window.press("sum up " + pasted(LONG) + " now")
    window.wait_for("❯ sum up [pasted text 1: 240 lines] now\n")
    window.press(ENTER)
    window.wait_for("more characters were sent too]")
    window.wait_for('239 now".\n\n❯')
    window.press(UP)
    window.wait_for("❯ sum up [pasted text 1: 240 lines] now\n")
    window.press(CTRL_U + CTRL_D)
    window.wait_end()
    assert window.log[0] == "turn " + repr(f"sum up {LONG} now")


def test_a_token_is_deleted_as_one(window: DriverWindow) -> None:
    window.press("a" + pasted(LONG) + "b")
    window.wait_for("❯ a[pasted text 1: 240 lines]b\n")
    window.press(BACKSPACE + BACKSPACE)
    window.wait_for("❯ a\n")


def test_pasted_lines_are_not_sent_by_themselves(window: DriverWindow) -> None:
    window.press(pasted("one\r\ntwo\r"))
    window.wait_for("❯ one\n  two\n")
    window.press(CTRL_C)
    window.wait_gone("two")
    window.press(CTRL_D)
    window.wait_end()
    assert window.log == ["closed"]


def test_what_was_pasted_while_asked_answers_nothing(window: DriverWindow) -> None:
    window.press("delete" + ENTER)
    window.wait_for("Delete task “Report”")
    window.press(pasted("y"))
    window.wait_for("❯ y")
    window.press(ENTER)
    window.wait_for("declined")
    window.press(CTRL_U + CTRL_D)
    window.wait_end()
    assert [line for line in window.log if line.startswith("decision")] == ["decision declined"]


def test_a_token_fits_a_narrow_window(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(40, 20)
    window.wait_for("scripted-model")
    window.press(pasted(LONG))
    window.wait_for("❯ [pasted text 1: 240 lines]\n")
