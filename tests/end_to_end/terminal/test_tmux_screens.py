"""The first scenarios once more, in a terminal that people use: tmux."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from tests.end_to_end.chatting import Chatting, environment
from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.scripted_endpoint import Calls, Held, Script, ScriptedEndpoint
from tests.end_to_end.terminal.people import SIZES
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import Town
from tests.tmux_window import TmuxWindow

TITLE = "Check the release notes"
CREATE: Calls = [("astravue_create_personal_task", {"taskTitle": TITLE, "priority": "High"})]


class Pane(Chatting, TmuxWindow):
    """A chat in a pane of tmux."""


@contextmanager
def tmux(program: Program, script: Script, columns: int, rows: int) -> Generator[Pane]:
    with ScriptedEndpoint(script) as endpoint:
        pane = Pane(ASTRAVUE, environment(program, endpoint), program.home, columns, rows)
        try:
            yield pane
        finally:
            pane.close()


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_newcomer_sees_the_same_as_anywhere(
    newcomer: Program, screens: Screens, columns: int, rows: int
) -> None:
    with tmux(newcomer, [], columns, rows) as pane:
        pane.wait_for("sign in with /login")
        screens.check(pane, "first-run")
        assert pane.leave() == 0


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_an_approval_looks_the_same_and_yes_makes_the_change(
    user: Program, town: Town, screens: Screens, columns: int, rows: int
) -> None:
    with tmux(user, [CREATE, "Created."], columns, rows) as pane:
        pane.wait_ready()
        pane.say("create it")
        pane.wait_for("[n] no")
        screens.check(pane, "approval", since="❯ create it")
        pane.press("y")
        pane.wait_for("Created.")
        screens.check(pane, "approval-yes", since="❯ create it")
        assert pane.leave() == 0
    assert town.tasks(TITLE) == 1


def test_a_pane_that_is_resized_in_mid_answer_ends_whole(user: Program, screens: Screens) -> None:
    answer = Held("The first is to sign the lease for the new office,", "and then comes the press release.")
    with tmux(user, [answer, "Yes."], 80, 24) as pane:
        pane.wait_ready()
        pane.say("what is overdue?")
        pane.wait_for("new office,")
        pane.resize(40, 20)
        pane.wait_for("for the\nnew office,")
        pane.resize(120, 40)
        pane.wait_for("sign the lease for the new office,")
        answer.release()
        pane.wait_for("comes the press release.")
        screens.check(pane, "resized-answer", since="The first")
        assert pane.text.count("The first is to sign the lease") == 1
        pane.interrupt()
        pane.wait_for("Press Ctrl-C again to leave.")
        pane.say("still there?")
        pane.wait_for("Yes.")
        screens.check(pane, "resized-after", since="❯ still there?")
        assert pane.leave() == 0


def test_what_was_said_stays_in_the_scrollback_after_the_end(user: Program, screens: Screens) -> None:
    script: Script = ["\n".join(f"{number}. item" for number in range(1, 31)), "Yes."]
    with tmux(user, script, 40, 20) as pane:
        pane.wait_ready()
        pane.say("list thirty")
        pane.wait_for("30 item")
        pane.say("all of them?")
        pane.wait_for("Yes.")
        assert pane.leave() == 0
        said = pane.text
    assert [said.count(f" {number} item\n") for number in range(1, 31)] == [1] * 30
    # One prompt is left where it was, and nothing of the live part.
    assert said.count("❯ list thirty") == said.count("❯ all of them?") == 1
    assert "scripted" not in said.rpartition("❯ /quit")[2]
