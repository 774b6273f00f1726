"""A conversation goes on after the program was killed, and from within another one."""

import os
import signal

import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Held, Script, ScriptedEndpoint, said
from tests.end_to_end.terminal.people import SIZES
from tests.end_to_end.terminal.screens import Screens

DOWN = "\x1b[B"


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_after_kill_9_in_mid_answer_the_conversation_goes_on(
    user: Program, screens: Screens, columns: int, rows: int
) -> None:
    script: Script = ["I will remember 42.", Held("And now I")]
    with chat(user, script=script, columns=columns, rows=rows) as (terminal, _):
        terminal.wait_ready()
        terminal.say("remember 42")
        terminal.wait_for("I will remember 42.")
        terminal.say("say more")
        terminal.wait_for("And now I")
        assert terminal.child.pid is not None
        os.kill(terminal.child.pid, signal.SIGKILL)
        terminal.wait_end()
    arguments = ("--resume", "last")
    with chat(user, *arguments, script=["It was 42."], columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        screens.check(terminal, "resume-start")
        terminal.say("which number?")
        terminal.wait_for("It was 42.")
        screens.check(terminal, "resume", since="❯ which")
        assert terminal.leave() == 0
    (asked,) = endpoint.requests
    first, second, third = said(asked, "user")
    assert first.endswith("remember 42")
    assert second.endswith("say more")
    assert third.endswith("which number?")
    assert said(asked, "assistant")[0].strip() == "I will remember 42."


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_an_earlier_conversation_is_chosen_from_within_another(
    user: Program, screens: Screens, columns: int, rows: int
) -> None:
    with ScriptedEndpoint(["I will remember 41.", "I will remember 42."]) as endpoint:
        for number in ("41", "42"):
            asked = user.run("ask", f"remember {number}", OPENAI_BASE_URL=endpoint.base_url)
            assert asked.returncode == 0, asked.stderr
    with chat(user, script=["It was 41."], columns=columns, rows=rows) as (terminal, endpoint):
        terminal.wait_ready()
        terminal.say("/resume")
        terminal.wait_for("❯ remember 42")
        screens.check(terminal, "resume-choice", since="Go on with")
        terminal.press(DOWN)
        terminal.wait_for("❯ remember 41")
        terminal.press("\r")
        terminal.wait_for("Going on with “remember 41”.")
        screens.check(terminal, "resume-chosen", since="❯ /resume")
        terminal.say("which number?")
        terminal.wait_for("It was 41.")
        assert terminal.leave() == 0
    assert [text.splitlines()[-1] for text in said(endpoint.requests[0], "user")] == [
        "remember 41",
        "which number?",
    ]
