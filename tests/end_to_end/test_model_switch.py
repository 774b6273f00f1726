"""Another model in the middle of a chat, and what is told of tokens, in the real program."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.jsontypes import JsonObject
from tests.end_to_end.chatting import Terminal, environment
from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.scripted_endpoint import Script, ScriptedEndpoint, said
from tests.workspace.mcp_servers import Running, running, scripted

TAB = "\t"


@pytest.fixture(scope="module")
def small() -> Generator[Running]:
    listed: JsonObject = {
        "name": "get_task",
        "inputSchema": {"type": "object", "properties": {"taskId": {"type": "integer"}}},
        "annotations": {"readOnlyHint": True},
    }
    called: JsonObject = {
        "content": [{"type": "text", "text": "found"}],
        "structuredContent": {"taskId": 9001, "taskTitle": "Fix login"},
    }
    with running(scripted({"tools/list": {"tools": [listed]}, "tools/call": called})) as server:
        yield server


@contextmanager
def chat(
    small: Running, home: Path, script: Script, *arguments: str
) -> Generator[tuple[Terminal, ScriptedEndpoint]]:
    with ScriptedEndpoint(script, models=("first-model", "second-model")) as endpoint:
        program = Program(home, endpoint.base_url)
        command = [*ASTRAVUE, "--server", small.url, "--model", "first-model", *arguments]
        window = Terminal(command, environment(program, endpoint), home, 100, 60)
        try:
            yield window, endpoint
        finally:
            window.child.close(force=True)


def test_a_conversation_goes_on_with_another_model(small: Running, tmp_path: Path) -> None:
    with chat(small, tmp_path, ["One.", "Two.", "Three."]) as (window, endpoint):
        window.say("Say one")
        window.wait_for("One.")
        window.say("/model")
        window.wait_for("In use: first-model at")
        assert "first-model (in use)" in window.text
        window.press("/model sec" + TAB)
        window.wait_for("/model second-model")
        window.press("\r")
        window.wait_for("astravue model use second-model")
        window.say("Say two")
        window.wait_for("Two.")
        window.wait_for("second-model ·")
        window.say("/model no-such-model")
        window.wait_for("✗ There is no model no-such-model anywhere; the one before stays.")
        window.say("Say three")
        window.wait_for("Three.")
    assert [body["model"] for body in endpoint.requests] == ["first-model", "second-model", "second-model"]
    assert [text.splitlines()[-1] for text in said(endpoint.requests[-1], "user")] == [
        "Say one",
        "Say two",
        "Say three",
    ]


def test_tokens_are_told_by_part_and_by_turn_and_over_runs(small: Running, tmp_path: Path) -> None:
    script: Script = [[("get_task", {"taskId": 9001})], "Fix login is open."]
    with chat(small, tmp_path, script) as (window, _):
        window.say("Show task 9001")
        window.wait_for("Fix login is open.")
        window.say("/context")
        window.wait_for("Room left")
        assert "Functions, 1 of 1" in window.text
        assert "  get_task" in window.text
        window.say("/cost")
        window.wait_for("In all: 200 tokens in, 20 out")
        window.wait_for("No price is known for first-model")
        assert window.leave() == 0
    with chat(small, tmp_path, ["Yes."], "--resume", "last") as (window, _):
        window.say("Sure?")
        window.wait_for("Yes.")
        window.say("/cost")
        window.wait_for("In all: 300 tokens in, 30 out")
        assert "Show task 9001" in window.text
