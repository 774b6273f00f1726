"""The real program, on a terminal and in scripts, with a server that nobody here wrote."""

from pathlib import Path

import pytest

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Body, ScriptedEndpoint, said
from tests.second_servers.running import Served

UP = "\x1b[A"


@pytest.fixture
def program(tmp_path: Path, everything_server: Served) -> Program:
    program = Program(tmp_path / "home")
    program.environ["ASTRAVUE_SERVER"] = everything_server.url
    return program


def test_a_chat_fills_in_forms_and_shows_progress_prompts_and_resources(program: Program) -> None:
    with chat(program, script=["It is mild.", "It is short."], rows=70) as (window, endpoint):
        window.wait_ready()

        window.say("/call trigger-elicitation-request")
        window.approve()
        window.wait_for("Your full, legal name")
        window.press("Ada Lovelace\r")
        window.wait_for("Agree to the terms and conditions")
        window.press("y")
        # From the first field Up leads to the row that sends.
        window.press(UP + UP)
        window.wait_for("❯ [Send]")
        window.press("\r")
        window.wait_for("- Name: Ada Lovelace")
        assert "- Agreed to terms: true" in window.text

        window.say('/call trigger-long-running-operation {"duration": 1, "steps": 2}')
        window.approve()
        window.wait_for(" 50% ")
        window.wait_for("Steps: 2.")

        window.say("/args-prompt city=Paris")
        window.wait_for("It is mild.")
        window.say("What is @demo://resource/dynamic/text/4 about?")
        window.wait_for("It is short.")
        assert window.leave() == 0

    assert "What's weather in Paris?" in said(endpoint.requests[0], "user")[-1]
    assert "\nResource 4: This is a plaintext resource" in said(endpoint.requests[1], "user")[-1]


def test_a_question_from_a_script_is_answered_by_way_of_its_tools(program: Program) -> None:
    def answer(body: Body) -> str:
        return said(body, "tool")[-1]

    with ScriptedEndpoint([[("get-sum", {"a": 19, "b": 23})], answer]) as endpoint:
        asked = program.run("ask", "What is 19 and 23?", OPENAI_BASE_URL=endpoint.base_url)
    assert asked.returncode == 0, asked.stderr
    assert "The sum of 19 and 23 is 42." in asked.stdout
    offered = {function["function"]["name"] for function in endpoint.requests[0]["tools"]}
    assert {"echo", "get-sum", "trigger-elicitation-request"} <= offered


def test_a_write_from_a_script_is_declined_with_the_code_for_that(program: Program) -> None:
    ended = program.run("call", "echo", "--args", '{"message": "hello"}')
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr == (
        "astravue: Echo Tool was not approved, so nothing was changed. "
        "Allow it with --allow echo, or every write with --yes.\n"
    )
