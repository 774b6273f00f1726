"""Windows that are small, change their size, have no colours, or can do nothing but print."""

import re

import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Calls, Held
from tests.end_to_end.terminal.people import SIZES
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import Town

TITLE = "Check the release notes"
CREATE: Calls = [("astravue_create_personal_task", {"taskTitle": TITLE, "priority": "High"})]
ANSWER = """## Overdue

Two tasks are **overdue**, and one of them has a name in three alphabets:

| Task | Owner | Days late |
| --- | --- | --- |
| Sign the lease for the new office | Priya | 4 |
| 報告書を書く 🚀 عربي | 田中 | 12 |

1. Start with the *lease*, since the landlord waits for it and will not wait for ever.
2. Then `release-notes.md`.
"""
STYLE = re.compile(rb"\x1b\[([0-9;]*)m")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_long_answer_fits(user: Program, screens: Screens, columns: int, rows: int) -> None:
    with chat(user, script=[ANSWER], columns=columns, rows=rows) as (terminal, _):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        terminal.wait_for("release-notes.md")
        # How far a small window has scrolled depends on how fast the answer came.
        screens.check(terminal, "long-answer", since="Two tasks")
        assert "\n\nOverdue\n\nTwo tasks" in terminal.text
        assert terminal.leave() == 0


def test_a_window_that_shrinks_and_grows_in_mid_answer_keeps_what_was_said(
    user: Program, screens: Screens
) -> None:
    answer = Held(
        "The first is to sign the lease for the new office,", "and the second is the press release."
    )
    with chat(user, script=[answer, "Yes."], columns=80, rows=24) as (terminal, _):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        terminal.wait_for("new office,")
        terminal.resize(40, 20)
        terminal.wait_until(lambda: "for the\nnew office," in terminal.visible)
        terminal.resize(100, 30)
        terminal.wait_for("sign the lease for the new office,")
        answer.release()
        terminal.wait_for("press release.")
        terminal.say("still there?")
        terminal.wait_for("Yes.")
        screens.check(terminal, "resized", since="❯ still there?")
        assert terminal.leave() == 0


def test_without_colours_the_screen_is_the_same_text(user: Program, screens: Screens) -> None:
    with chat(user, script=[CREATE, "Created."], columns=80, rows=24, NO_COLOR="1") as (terminal, _):
        terminal.wait_ready()
        terminal.say("create it")
        terminal.wait_for("[n] no")
        screens.check(terminal, "no-color", since="❯ create it")
        terminal.press("y")
        terminal.wait_for("Created.")
        assert terminal.leave() == 0
    # Bold and faint are no colours.
    codes = {code for found in STYLE.findall(terminal.raw) for code in found.split(b";")}
    assert codes <= {b"", b"0", b"1", b"2"}


def test_a_dumb_terminal_prints_and_asks_in_turns(user: Program, town: Town, screens: Screens) -> None:
    with chat(user, script=[CREATE, "Created."], columns=80, rows=24, TERM="dumb") as (terminal, _):
        terminal.wait_for("leaves.\n>")
        terminal.press("create it\r")
        terminal.wait_for("Allow?")
        terminal.press("y\r")
        terminal.wait_for("Created.")
        terminal.wait_until(lambda: terminal.visible.endswith("\n>"))
        screens.check(terminal, "dumb", since="Calling")
        terminal.press("/quit\r")
        assert terminal.wait_end() == 0
    assert town.tasks(TITLE) == 1
    # Not one sequence that such a terminal would show as rubbish.
    assert b"\x1b" not in terminal.raw
