"""A write is shown before it happens, and what was answered decides."""

import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Calls, said
from tests.end_to_end.terminal.people import SIZES
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import Town

TITLE = "Check the release notes"
CREATE: Calls = [("astravue_create_personal_task", {"taskTitle": TITLE, "priority": "High"})]
UP = "\x1b[A"
DELETE: Calls = [("astravue_delete_task", {"taskId": 141303})]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_yes_makes_the_change(user: Program, town: Town, screens: Screens, columns: int, rows: int) -> None:
    with chat(user, script=[CREATE, "Created."], columns=columns, rows=rows) as (terminal, _):
        terminal.wait_ready()
        terminal.say("create it")
        terminal.wait_for("[n] no")
        screens.check(terminal, "approval", since="❯ create it")
        assert town.tasks(TITLE) == 0
        terminal.press("y")
        terminal.wait_for("Created.")
        screens.check(terminal, "approval-yes", since="❯ create it")
        assert terminal.leave() == 0
    assert town.tasks(TITLE) == 1


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_an_answer_of_no_changes_nothing(
    user: Program, town: Town, screens: Screens, columns: int, rows: int
) -> None:
    with chat(user, script=[CREATE, "As you wish."], columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("create it")
        terminal.wait_for("[n] no")
        terminal.press("n")
        terminal.wait_for("As you wish.")
        screens.check(terminal, "approval-no", since="❯ create it")
        assert terminal.leave() == 0
    assert town.tasks(TITLE) == 0
    (told,) = [
        message["content"] for message in endpoint.requests[1]["messages"] if message["role"] == "tool"
    ]
    assert "declined" in told


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_change_is_changed_first_and_asked_about_again(
    user: Program, town: Town, screens: Screens, columns: int, rows: int
) -> None:
    with chat(user, script=[CREATE, "Created."], columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("create it")
        terminal.wait_for("[n] no")
        terminal.press("e")
        screens.check(terminal, "approval-edit", since="Change ")
        terminal.press(" today")
        terminal.wait_for(f"taskTitle: {TITLE} today")
        terminal.press(UP)
        terminal.wait_for("❯ [Show what changes]")
        terminal.press("\r")
        screens.check(terminal, "approval-edited", since="❯ create it")
        assert town.tasks(f"{TITLE} today") == 0
        terminal.approve()
        terminal.wait_for("Created.")
        assert terminal.leave() == 0
    assert (town.tasks(TITLE), town.tasks(f"{TITLE} today")) == (0, 1)
    # The model learns what was made in place of what it wanted.
    (told,) = said(endpoint.requests[1], "tool")
    assert f"{TITLE} today" in told


def test_a_deletion_says_what_is_lost_and_cannot_be_allowed_for_later(
    user: Program, screens: Screens
) -> None:
    with chat(user, script=[DELETE, "As you wish."], columns=80, rows=24) as (terminal, _):
        terminal.wait_ready()
        terminal.say("delete it")
        terminal.wait_for("[n] no")
        screens.check(terminal, "approval-deletion", since="❯ delete it")
        # None of these is an answer here; they are the beginning of a message, and Enter says no.
        terminal.press("atx")
        terminal.wait_for("❯ atx")
        terminal.press("\r")
        terminal.wait_for("As you wish.")
        terminal.press("\x15")
        terminal.wait_gone("❯ atx")
        assert "declined" in terminal.text
        assert terminal.leave() == 0
