"""A sign-in that is revoked in the middle of a turn: what a script sees of it, and what a person does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program, sign_in
from tests.end_to_end.scripted_endpoint import Calls, Script, ScriptedEndpoint, last_result
from tests.end_to_end.terminal.people import give_browser

Revoke = Callable[[dict[str, Any]], Calls]
OVERDUE: Calls = [("astravue_list_overdue_tasks", {})]
QUESTION = "Sign in now? What you asked for goes on after it."


@pytest.fixture
def program(tmp_path: Path, server: dict[str, Any]) -> Program:
    """The program, signed in, with a browser in which the first demo user approves."""
    program = Program(tmp_path / "home")
    user = server["users"][0]
    program.environ["ASTRAVUE_SERVER"] = server["url"]
    give_browser(program, user)
    sign_in(program, user)
    return program


@pytest.fixture
def revoke(server: dict[str, Any]) -> Revoke:
    """Revoke every sign-in while the model answers, then let it ask for the overdue tasks."""
    control = server["control"]

    def revoke_and_call(_: dict[str, Any]) -> Calls:
        headers = {"Authorization": f"Bearer {control['token']}"}
        answer = httpx2.post(f"{control['url']}/tokens/revoke", json={}, headers=headers)
        assert answer.json()["revoked"] >= 1
        return OVERDUE

    return revoke_and_call


def count_overdue(body: dict[str, Any]) -> str:
    return f"There are {len(last_result(body)['tasks'])} of them."


def test_without_a_person_the_turn_ends_with_exit_code_3_and_one_line(
    program: Program, revoke: Revoke
) -> None:
    with ScriptedEndpoint([revoke]) as endpoint:
        asked = program.run("ask", "What is overdue?", "--quiet", OPENAI_BASE_URL=endpoint.base_url)
    assert (asked.returncode, asked.stdout) == (3, "")
    [line] = asked.stderr.splitlines()
    assert "astravue login" in line
    assert len(endpoint.requests) == 1


def test_a_script_finds_the_lost_sign_in_in_the_json(program: Program, revoke: Revoke) -> None:
    with ScriptedEndpoint([revoke]) as endpoint:
        asked = program.run("ask", "What is overdue?", "--json", OPENAI_BASE_URL=endpoint.base_url)
    told = json.loads(asked.stdout)
    assert asked.returncode == told["exit_code"] == 3
    assert "astravue login" in json.dumps(told["error"])
    assert [call["outcome"] for call in told["tool_calls"]] == ["failed"]


def test_whoever_signs_in_again_gets_the_answer_of_the_same_turn(program: Program, revoke: Revoke) -> None:
    script: Script = [revoke, count_overdue]
    with chat(program, script=script) as (terminal, endpoint):
        terminal.wait_for("❯")
        terminal.say("what is overdue?")
        terminal.wait_for(QUESTION)
        terminal.press("y")
        terminal.wait_for("There are 6 of them.")
        assert "Signed in" in terminal.text
        assert terminal.leave() == 0
    # The refused call was made again, and the model never heard of it.
    assert len(endpoint.requests) == 2
    operations = [line["operation"] for line in program.audit() if line["outcome"] == "done"]
    assert operations.count("sign-in") == 2


def test_whoever_says_no_gets_a_message_and_the_chat_goes_on(program: Program, revoke: Revoke) -> None:
    script: Script = [revoke, "Still here.", OVERDUE, count_overdue]
    with chat(program, script=script) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("what is overdue?")
        terminal.wait_for(QUESTION)
        terminal.press("n")
        terminal.wait_gone(QUESTION)
        terminal.wait_for("nothing else was lost. Run")
        terminal.say("hello")
        terminal.wait_for("Still here.")
        terminal.say("/login")
        terminal.wait_for("Signed in")
        terminal.say("and now?")
        terminal.wait_for("There are 6 of them.")
        assert terminal.leave() == 0
