"""Ctrl-C at the three worst moments: the prompt comes back, and nothing that was said or signed is lost."""

import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Body, Calls, Held, Script, said
from tests.end_to_end.terminal.people import SIZES
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import SignIns, Town

OVERDUE: Calls = [("astravue_list_overdue_tasks", {})]
TITLE = "Water the plants"
CREATE: Calls = [("astravue_create_personal_task", {"taskTitle": TITLE})]
# Longer than a test takes; whoever waits for it has not been stopped.
LONG = 30_000


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_while_the_model_streams_what_came_is_kept(
    user: Program, screens: Screens, columns: int, rows: int
) -> None:
    answer = Held("The first of them is to sign the lease, and the second")
    script: Script = [answer, "The second is the press release."]
    with chat(user, script=script, columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        terminal.wait_until(lambda: "and the second" in " ".join(terminal.text.split()))
        terminal.interrupt()
        terminal.wait_for("Stopped")
        screens.check(terminal, "cancel-streaming", since="❯ what")
        assert answer.was_left.wait(60), "the request to the model was not closed"
        terminal.say("go on")
        terminal.wait_for("The second is the press")
        assert terminal.leave() == 0
    assert said(endpoint.requests[1], "user")[0].endswith("what is overdue?")
    (kept,) = said(endpoint.requests[1], "assistant")
    assert kept.startswith("The first of them is to sign the lease, and the second")


def test_while_a_read_runs_the_model_learns_that_it_was_interrupted(
    user: Program, town: Town, screens: Screens
) -> None:
    town.fault("/mcp", tool="astravue_list_overdue_tasks", delay_ms=LONG, times=1)
    script: Script = [OVERDUE, OVERDUE, "There are six."]
    with chat(user, script=script, columns=80, rows=24) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        town.wait_for_request(tool="astravue_list_overdue_tasks", status=None)
        screens.check(terminal, "cancel-read-before", since="❯ what")
        terminal.interrupt()
        terminal.wait_for("Stopped")
        screens.check(terminal, "cancel-read", since="❯ what")
        terminal.say("again")
        terminal.wait_for("There are six.")
        assert terminal.leave() == 0
    assert said(endpoint.requests[1], "user")[0].endswith("what is overdue?")
    assert "The turn ended before this call did." in said(endpoint.requests[1], "tool")[0]


def test_while_a_write_runs_its_outcome_is_said_to_be_unknown(
    user: Program, town: Town, screens: Screens
) -> None:
    town.fault("/mcp", tool="astravue_create_personal_task", delay_ms=LONG, times=1)
    with chat(user, script=[CREATE, "I will look."], columns=80, rows=24) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("create it")
        terminal.approve()
        town.wait_for_request(tool="astravue_create_personal_task", status=None)
        terminal.interrupt()
        terminal.wait_for("may or may not have happened")
        screens.check(terminal, "cancel-write", since="❯ create it")
        terminal.say("did it happen?")
        terminal.wait_for("I will look.")
        assert terminal.leave() == 0
    (told,) = said(endpoint.requests[1], "tool")
    assert "may" in told
    outcomes = [line["outcome"] for line in user.audit() if line.get("tool") == CREATE[0][0]]
    assert outcomes[-1] not in ("done", "succeeded", "failed")


def test_while_a_token_is_refreshed_the_refresh_is_finished_once_and_the_sign_in_lives(
    user: Program, town: Town, screens: Screens
) -> None:
    town.fault("/oauth/token", delay_ms=3_000, times=1)

    def expire_and_call(_: Body) -> Calls:
        town.expire()
        return OVERDUE

    script: Script = [expire_and_call, OVERDUE, "There are six."]
    with chat(user, script=script, columns=80, rows=24) as (terminal, _):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        town.wait_for_request(path="/oauth/token", status=None)
        terminal.interrupt()
        terminal.wait_for("Stopped")
        screens.check(terminal, "cancel-refresh", since="❯ what")
        # This waits for the refresh that was under way, and makes no second one.
        terminal.say("again")
        terminal.wait_for("There are six.")
        assert "sign in" not in terminal.text.lower()
        assert terminal.leave() == 0
    assert town.sign_ins() == SignIns(refreshes=1, revoked=0)
    assert [line["operation"] for line in user.audit()].count("refresh") == 1
