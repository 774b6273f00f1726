"""What is said of the terminal."""

from dataclasses import replace

import pytest

from agent.doctor.finding import Outcome
from agent.doctor.terminal import Terminal, check_terminal

GOOD = Terminal(True, "utf-8", 100, 40, "xterm-256color", plain=False)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8"])
def test_a_usual_terminal_is_well(encoding: str) -> None:
    finding = check_terminal(replace(GOOD, encoding=encoding))
    assert finding.outcome is Outcome.OK
    assert finding.text == "xterm-256color, 100 × 40, UTF-8, with colours"


def test_no_color_is_told_and_no_fault() -> None:
    finding = check_terminal(replace(GOOD, plain=True))
    assert (finding.outcome, "without colours (NO_COLOR)" in finding.text) == (Outcome.OK, True)


def test_no_terminal_is_no_fault_and_writes_need_a_rule() -> None:
    finding = check_terminal(replace(GOOD, is_terminal=False, kind=""))
    assert (finding.outcome, "--allow" in finding.text) == (Outcome.OK, True)


@pytest.mark.parametrize(
    ("terminal", "advice"),
    [
        (replace(GOOD, encoding="ascii"), "LANG=C.UTF-8"),
        (replace(GOOD, encoding="iso8859-1", is_terminal=False), "LANG=C.UTF-8"),
        (replace(GOOD, columns=39), "40 columns"),
        (replace(GOOD, kind="dumb"), "Set TERM"),
        (replace(GOOD, kind=""), "Set TERM"),
    ],
)
def test_what_shows_less_is_a_warning_that_names_the_setting(terminal: Terminal, advice: str) -> None:
    finding = check_terminal(terminal)
    assert finding.outcome is Outcome.WARNING
    assert advice in finding.advice
