"""A sign-in that is lost in the middle of a turn, on a machine without a browser."""

import re
from typing import Any

import pytest

from tests.end_to_end.chatting import Terminal, chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Calls, Script, last_result
from tests.end_to_end.terminal.people import SIZES, approve_elsewhere, take_browser_away
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import Town

OVERDUE: Calls = [("astravue_list_overdue_tasks", {})]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/oauth/authorize\?[^\s\x1b]+")


def count_overdue(body: dict[str, Any]) -> str:
    return f"There are {len(last_result(body)['tasks'])} of them."


def address_shown(terminal: Terminal) -> str:
    """The address as the program wrote it; a window wraps it."""
    terminal.wait_until(lambda: ADDRESS.search(terminal.raw.decode(errors="replace")) is not None)
    terminal.wait_for("Paste here:")
    found = ADDRESS.search(terminal.raw.decode())
    assert found is not None
    return found[0]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_the_turn_goes_on_after_an_address_was_pasted(
    user: Program, town: Town, screens: Screens, columns: int, rows: int
) -> None:
    take_browser_away(user)

    def revoke_and_call(_: dict[str, Any]) -> Calls:
        town.revoke()
        return OVERDUE

    script: Script = [revoke_and_call, count_overdue]
    with chat(user, script=script, columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("what is overdue?")
        terminal.wait_for("Sign in now?")
        screens.check(terminal, "sign-in-mid-turn", since="❯ what")
        terminal.press("y")
        back = approve_elsewhere(address_shown(terminal), town.users[0])
        terminal.press("this is not it\r")
        terminal.wait_until(lambda: "That is not the address" in " ".join(terminal.text.split()))
        terminal.press(back + "\r")
        terminal.wait_for("There are 6 of them.")
        screens.check(terminal, "sign-in-mid-turn-done", since="Signed in")
        assert terminal.leave() == 0
    # The refused call was made again, and the model never heard of it; the code is on no screen.
    assert len(endpoint.requests) == 2
    assert back.partition("code=")[2][:20] not in terminal.text
    operations = [line["operation"] for line in user.audit() if line["outcome"] == "done"]
    assert operations.count("sign-in") == 2
    assert town.sign_ins().refreshes == 0
