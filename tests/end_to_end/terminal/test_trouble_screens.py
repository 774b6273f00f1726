"""A server that limits, and one that goes away and comes back."""

import pytest
from starlette.responses import JSONResponse

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Body, Calls, Script, last_result, said
from tests.end_to_end.terminal.people import SIZES
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import Town

OVERDUE: Calls = [("astravue_list_overdue_tasks", {})]


def count_overdue(body: Body) -> str:
    return f"There are {len(last_result(body)['tasks'])} of them."


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_limit_of_the_server_is_waited_out_with_the_seconds_in_view(
    user: Program, town: Town, screens: Screens, columns: int, rows: int
) -> None:
    limit = {"status": 429, "headers": {"Retry-After": "4"}}
    town.fault("/mcp", tool="astravue_list_overdue_tasks", times=1, **limit)
    with chat(user, script=[OVERDUE, count_overdue], columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        terminal.wait_for("s left")
        screens.check(terminal, "rate-limit", since="❯ what")
        terminal.wait_for("There are 6 of them.")
        screens.check(terminal, "rate-limit-over", since="❯ what")
        assert terminal.leave() == 0
    assert len(endpoint.requests) == 2


def test_a_limit_of_the_model_is_waited_out_too(user: Program, screens: Screens) -> None:
    busy = JSONResponse({"error": {"message": "Slow down"}}, 429, {"retry-after": "4"})
    with chat(user, script=[busy, "All is well."], columns=80, rows=24) as (terminal, endpoint):
        screens.hide(endpoint.port)
        terminal.wait_ready()
        terminal.say("hello")
        terminal.wait_for("s left")
        screens.check(terminal, "rate-limit-model", since="❯ hello")
        terminal.wait_for("All is well.")
        assert terminal.leave() == 0


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_server_that_is_gone_costs_one_turn_and_the_next_one_finds_it_back(
    user: Program, town: Town, screens: Screens, columns: int, rows: int
) -> None:
    def kill_and_call(_: Body) -> Calls:
        town.kill()
        return OVERDUE

    script: Script = [kill_and_call, OVERDUE, count_overdue]
    with chat(user, script=script, columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        # The call has failed, and then the turn.
        terminal.wait_until(lambda: terminal.text.count("✗") == 2)
        screens.check(terminal, "server-gone", since="❯ what")
        town.start()
        terminal.say("and now?")
        terminal.wait_for("There are 6 of them.")
        screens.check(terminal, "server-back", since="❯ and now?")
        assert terminal.leave() == 0
    # The call that failed has a result, so that the conversation stays sound.
    assert "cannot be reached" in said(endpoint.requests[1], "tool")[0]


def test_a_server_that_is_gone_from_the_start_does_not_keep_the_chat_from_opening(
    user: Program, town: Town, screens: Screens
) -> None:
    town.kill()
    with chat(user, script=[OVERDUE, count_overdue], columns=80, rows=24) as (terminal, _):
        terminal.wait_for("❯")
        terminal.wait_for("not ready")
        screens.check(terminal, "server-gone-at-start")
        town.start()
        terminal.say("what is overdue?")
        terminal.wait_for("There are 6 of them.")
        assert terminal.leave() == 0


def test_a_write_whose_answer_was_lost_is_not_repeated_and_said_to_be_unknown(
    user: Program, town: Town, screens: Screens
) -> None:
    tool, title = "astravue_create_personal_task", "Water the plants"
    town.fault("/mcp", tool=tool, cut="after", times=1)
    script: Script = [[(tool, {"taskTitle": title})], "I will look."]
    with chat(user, script=script, columns=80, rows=24) as (terminal, _):
        terminal.wait_ready()
        terminal.say("create it")
        terminal.approve()
        terminal.wait_for("I will look.")
        screens.check(terminal, "write-unknown", since="❯ create it")
        assert terminal.leave() == 0
    assert town.tasks(title) == 1
