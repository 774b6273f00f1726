"""The questions of a server on a real pseudo-terminal: the keys that answer them, and the live lines."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal_window import TerminalWindow

ROOT = Path(__file__).parents[2]
CTRL_C, ENTER = "\x03", "\r"
COUNTDOWN = re.compile("^The server limits the rate of requests · ([0-9]+) s left$", re.MULTILINE)
SIGN_IN = "Sign in now? What you asked for goes on after it."


@pytest.fixture
def window(tmp_path: Path) -> Iterator[TerminalWindow]:
    """The chat with a host that asks, ready for a message."""
    environ = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    command = [sys.executable, "-m", "tests.repl.questions_driver", str(tmp_path)]
    window = TerminalWindow(command, {**environ, "LANG": "C.UTF-8"}, ROOT)
    window.wait_for("scripted-model · demo")
    yield window
    window.child.close(force=True)


def answer(window: TerminalWindow, prompt: str, text: str) -> None:
    """Wait until a field is asked for, and type its value."""
    window.wait_until(lambda: window.text.splitlines()[-2:-1] == [prompt])
    window.press(text + ENTER)


def seconds_left(window: TerminalWindow) -> int:
    """What the countdown shows now; no number is smaller while the line is drawn anew."""
    found = COUNTDOWN.search(window.text)
    return int(found[1]) if found else sys.maxsize


def test_a_form_is_asked_for_at_the_prompt_and_shown_before_it_is_sent(window: TerminalWindow) -> None:
    window.press("form" + ENTER)
    answer(window, "City:", "O")
    window.wait_for("It takes text, at least 2 characters.")
    answer(window, "City:", "Oslo")
    answer(window, "nights [3]:", "")
    answer(window, "Room:", "2")
    window.wait_for("Send this to the server?")
    assert "  City: Oslo\n  nights: 3\n  Room: double\n" in window.text
    window.press("y")
    window.wait_for('accept {"city":"Oslo","nights":3,"room":"double"}')
    window.wait_gone("Send this to the server?")


@pytest.mark.parametrize("word", ["decline", "cancel"])
def test_a_form_is_left_by_a_word(window: TerminalWindow, word: str) -> None:
    window.press("form" + ENTER)
    answer(window, "City:", f"/{word}")
    window.wait_for(f"{word} {{}}")
    assert "Nothing was sent" in window.text


def test_ctrl_c_leaves_a_form_and_the_chat_goes_on(window: TerminalWindow) -> None:
    window.press("form" + ENTER)
    window.wait_until(lambda: "City:" in window.text.splitlines())
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.")
    window.press("page" + ENTER)
    window.wait_for("Open this page in your browser?")


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
    window.wait_for("✗ The sign-in is no longer valid. Run `astravue login`.")
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
    window.wait_for("List overdue tasks · 25% · reading · ")
    window.press("n")
    window.wait_for("✓ List overdue tasks")
    window.wait_gone("25%")
