"""`/doctor` in the chat."""

import re

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow


def test_findings_are_shown_with_what_helps(window: DriverWindow) -> None:
    window.press("/doctor\r")
    window.wait_for("1 problem; what helps stands below each.")
    assert "✓ network    ok         demo.example is reached" in window.text
    assert "✗ sign-in    problem    none for https://demo.example/mcp" in window.text
    assert re.search(r"^ +Run `astravue login`\.", window.text, re.MULTILINE)


def test_findings_fit_into_40_columns(open_window: OpenWindow) -> None:
    window = open_window(40, 24)
    window.wait_for("scripted-model")
    window.press("/doctor\r")
    window.wait_for("1 problem; what helps")
    assert "✗ sign-in: problem\n  none for https://demo.example/mcp\n  Run `astravue login`." in window.text


def test_findings_are_lines_on_a_dumb_terminal(open_window: OpenWindow) -> None:
    window = open_window(80, 24, TERM="dumb")
    window.wait_for("Welcome to the demo.")
    window.press("/doctor\r")
    window.wait_for("1 problem; what helps stands below each.")
    assert b"\x1b" not in window.raw
