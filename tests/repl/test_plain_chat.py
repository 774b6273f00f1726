"""The chat for screen readers, through a pseudo-terminal: everything is said once, in words."""

import re

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_C, ENTER = "\x03", "\r"
DRAWN = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏✓✗⊘❯▕█░▏│─┌┐└┘•·…"


def open_plain(open_window: OpenWindow, columns: int = 80, *arguments: str) -> DriverWindow:
    window = open_window(columns, 40, *arguments, ASTRAVUE_THEME="plain")
    window.wait_for(">")
    return window


def test_a_turn_is_told_in_words_from_its_beginning_to_its_end(open_window: OpenWindow) -> None:
    window = open_plain(open_window)
    window.press("overdue" + ENTER)
    window.wait_for("Shall I move them?")
    assert "You: overdue" in window.text
    assert "Thinking\nCalling list overdue tasks, project ID: 4\nDone, 6 tasks, 0.1 seconds" in window.text


def test_nothing_is_drawn_that_is_no_word(open_window: OpenWindow) -> None:
    window = open_plain(open_window, 40)
    for typed in ("overdue", "fail", "endless"):
        window.press(typed + ENTER)
    window.wait_for("Beginning of a long answer.")
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.")
    assert "Error: The model did not answer." in window.text
    assert [mark for mark in DRAWN if mark in window.text] == []


def test_each_line_is_sent_to_the_terminal_once(open_window: OpenWindow) -> None:
    window = open_plain(open_window)
    window.press("endless" + ENTER)
    window.wait_for("Beginning of a long answer.")
    while window.read_for(1.0):
        pass
    sent = len(window.raw)
    assert not window.read_for(2.0)
    assert len(window.raw) == sent
    assert window.raw.count(b"Thinking") == 1
    assert window.raw.count(b"Beginning of a long answer.") == 1
    assert not re.search(rb"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7]|1|2)m", window.raw)


def test_a_message_that_waits_is_said_once(open_window: OpenWindow) -> None:
    window = open_plain(open_window)
    window.press("endless" + ENTER)
    window.wait_for("Beginning of a long answer.")
    window.press("and then" + ENTER)
    window.wait_for("Waiting for its turn: and then")
    assert "queued" not in window.text


def test_approval_is_asked_with_a_line(open_window: OpenWindow) -> None:
    window = open_plain(open_window)
    window.press("delete" + ENTER)
    window.wait_for("Allow?")
    window.press("no" + ENTER)
    window.wait_for("Declined")
    assert "Calling delete task, task ID: 7" in window.text


def test_the_theme_can_be_changed_to_plain_and_back_in_the_middle_of_a_chat(window: DriverWindow) -> None:
    window.press("/theme plain" + ENTER)
    window.wait_for("The theme is plain from now on")
    window.wait_gone("scripted-model · demo")
    window.press("hello" + ENTER)
    window.wait_for("You: hello")
    window.press("/theme dark" + ENTER)
    window.wait_for("The theme is dark from now on")
    window.wait_for("scripted-model · demo")
