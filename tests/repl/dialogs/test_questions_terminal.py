"""The questions of a server on a real pseudo-terminal: the keys that answer them, and the live lines."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal_window import TerminalWindow

ROOT = Path(__file__).parents[3]
CTRL_C, ENTER, TAB, ESCAPE = "\x03", "\r", "\t", "\x1b"
UP, DOWN, RIGHT = "\x1b[A", "\x1b[B", "\x1b[C"
COUNTDOWN = re.compile("^Waiting · ([0-9]+) s left$", re.MULTILINE)
SIGN_IN = "Sign in now? What you asked for goes on after it."


def open_window(folder: Path, columns: int = 80, rows: int = 24) -> TerminalWindow:
    """Open the chat with a host that asks, ready for a message."""
    environ = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    command = [sys.executable, "-m", "tests.repl.questions_driver", str(folder)]
    window = TerminalWindow(command, {**environ, "LANG": "C.UTF-8"}, ROOT, columns, rows)
    window.wait_for("scripted-model · demo")
    return window


@pytest.fixture
def window(tmp_path: Path) -> Iterator[TerminalWindow]:
    """The chat with a host that asks, ready for a message."""
    window = open_window(tmp_path)
    yield window
    window.child.close(force=True)


def seconds_left(window: TerminalWindow) -> int:
    """What the countdown shows now; no number is smaller while the line is drawn anew."""
    found = COUNTDOWN.search(window.text)
    return int(found[1]) if found else sys.maxsize


def test_a_form_is_filled_in_on_the_screen_and_sent_by_its_last_row(window: TerminalWindow) -> None:
    window.press("form" + ENTER)
    window.wait_for("❯ City    (required)")
    window.press("O" + ENTER)
    window.wait_for("! It takes text, at least 2 characters.")
    window.press("slo" + ENTER)
    window.wait_for("❯ nights  3")
    assert "! It takes" not in window.text
    window.press(DOWN)
    window.wait_for("❯ Room    (required)")
    window.press(RIGHT)
    window.wait_for("❯ Room    single")
    window.press(RIGHT + ENTER)
    window.wait_for("❯ [Send]")
    window.press(ENTER)
    window.wait_for('accept {"city":"Oslo","nights":3,"room":"double"}')
    window.wait_gone("[Send]")


def test_a_choice_is_found_by_a_part_of_its_name(window: TerminalWindow) -> None:
    window.press("form" + ENTER)
    window.wait_for("❯ City")
    window.press("Oslo" + TAB + TAB + "dou" + ENTER)
    window.wait_for("❯ [Send]")
    assert "  Room    double" in window.text


def test_what_is_missing_is_said_before_anything_is_sent(window: TerminalWindow) -> None:
    window.press("form" + ENTER)
    window.wait_for("❯ City")
    window.press(UP + ENTER)
    window.wait_for("! This field cannot be left out.")
    window.wait_for("❯ City")


@pytest.mark.parametrize(("key", "action"), [("d", "decline"), ("c", "cancel")])
def test_whoever_leaves_a_form_says_whether_that_is_a_no(
    window: TerminalWindow, key: str, action: str
) -> None:
    window.press("form" + ENTER)
    window.wait_for("❯ City")
    window.press(ESCAPE)
    window.wait_for("[d] decline: say no")
    window.press(key)
    window.wait_for(f"{action} {{}}")
    assert "Nothing was sent" in window.text


def test_a_form_that_was_nearly_left_is_as_it_was(window: TerminalWindow) -> None:
    window.press("form" + ENTER)
    window.wait_for("❯ City")
    window.press("Oslo" + ESCAPE)
    window.wait_for("❯ [b] back to the form")
    window.press(ENTER)
    window.wait_gone("[b] back to the form")
    assert "City    Oslo" in window.text


def test_ctrl_c_leaves_a_form_and_the_chat_goes_on(window: TerminalWindow) -> None:
    window.press("form" + ENTER)
    window.wait_for("❯ City")
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.")
    window.wait_gone("❯ City")
    window.press("page" + ENTER)
    window.wait_for("Open this page in your browser?")


def test_a_form_fits_a_small_window(tmp_path: Path) -> None:
    window = open_window(tmp_path, columns=40, rows=12)
    window.press("form" + ENTER)
    window.wait_for("❯ City")
    for row in ("nights", "Room", "[Send]"):
        window.press(TAB)
        window.wait_for(f"❯ {row}")
    window.child.close(force=True)


def test_a_page_shows_its_host_and_opens_by_a_yes(window: TerminalWindow) -> None:
    window.press("page" + ENTER)
    window.wait_for("Open this page in your browser?")
    assert "  Host: pay.example\n  https://pay.example/order\n" in window.text
    window.press("y")
    window.wait_for("accept ['opened https://pay.example/order']")


def test_a_page_stays_closed_by_enter_alone(window: TerminalWindow) -> None:
    window.press("page" + ENTER)
    window.wait_for("Open this page in your browser?")
    window.press(ENTER)
    window.wait_for("decline []")


def test_a_yes_signs_in_and_the_turn_goes_on(window: TerminalWindow) -> None:
    window.press("sign in" + ENTER)
    window.wait_for(SIGN_IN)
    window.press("y")
    window.wait_for("It goes on.")
    assert "Signed in as Alex." in window.text


def test_a_no_ends_the_turn_with_a_message(window: TerminalWindow) -> None:
    window.press("sign in" + ENTER)
    window.wait_for(SIGN_IN)
    window.press("n")
    window.wait_for("✗ The sign-in is no longer valid. Run /login.")
    window.wait_gone(SIGN_IN)


def test_a_wait_is_counted_down_before_the_eyes_and_can_be_stopped(window: TerminalWindow) -> None:
    window.press("wait" + ENTER)
    window.wait_until(lambda: COUNTDOWN.search(window.text) is not None)
    first = seconds_left(window)
    window.wait_until(lambda: seconds_left(window) < first)
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.")
    window.wait_gone("s left")


def test_progress_stands_on_the_line_of_its_call_until_it_ends(window: TerminalWindow) -> None:
    window.press("progress" + ENTER)
    window.wait_for(" 25% · reading · ")
    assert "List overdue tasks · " in window.text
    window.press("n")
    window.wait_for("✓ List overdue tasks")
    window.wait_gone("25%")
