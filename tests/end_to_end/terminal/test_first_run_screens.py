"""The first minutes: what somebody sees who has never used the program, and what comes next."""

import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Calls
from tests.end_to_end.terminal.people import SIZES, give_browser
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import Town


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_newcomer_is_told_to_sign_in(newcomer: Program, screens: Screens, columns: int, rows: int) -> None:
    with chat(newcomer, script=[], columns=columns, rows=rows) as (terminal, _):
        terminal.wait_for("sign in with /login")
        screens.check(terminal, "first-run")
        assert terminal.leave() == 0


def test_the_first_message_asks_to_sign_in_and_is_answered_after_it(
    newcomer: Program, town: Town, screens: Screens
) -> None:
    give_browser(newcomer, town.users[0])
    overdue: Calls = [("astravue_list_overdue_tasks", {})]
    with chat(newcomer, script=[overdue, "Six."], columns=80, rows=24) as (terminal, endpoint):
        terminal.wait_for("sign in with /login")
        terminal.say("what is overdue?")
        screens.check(terminal, "first-message", since="❯ what")
        assert endpoint.requests == []
        terminal.press("y")
        terminal.wait_for("Six.")
        terminal.wait_for("List Overdue Tasks · 6 tasks")
        assert "Signed in to" in terminal.text
        assert terminal.leave() == 0


def test_whoever_does_not_sign_in_is_told_again_how_to(newcomer: Program, screens: Screens) -> None:
    with chat(newcomer, script=[], columns=80, rows=24) as (terminal, endpoint):
        terminal.wait_for("sign in with /login")
        terminal.say("hello")
        terminal.wait_for("Sign in now?")
        terminal.press("n")
        screens.check(terminal, "first-message-declined", since="❯ hello")
        assert endpoint.requests == []
        assert terminal.leave() == 0
    # Nothing was said, so there is nothing to go on with.
    assert "--resume" not in terminal.text
