"""A conversation longer than the model can read, over several runs of the real program."""

from collections.abc import Generator
from pathlib import Path

import pytest
from end_to_end.program import ASTRAVUE, Program
from end_to_end.scripted_endpoint import Answer, Body, ScriptedEndpoint

from agent.jsontypes import JsonObject
from tests.terminal_window import TerminalWindow
from tests.workspace.mcp_servers import Running, running, scripted

QUESTIONS = 5
RECORD = "Goal: the release. Done: Fix login (9001) went to Priya."


@pytest.fixture(scope="module")
def small() -> Generator[Running]:
    listed: JsonObject = {
        "name": "get_task",
        "inputSchema": {"type": "object", "properties": {"taskId": {"type": "integer"}}},
        "annotations": {"readOnlyHint": True},
    }
    structure: JsonObject = {"taskId": 9001, "taskTitle": "Fix login"}
    called: JsonObject = {"content": [{"type": "text", "text": "found"}], "structuredContent": structure}
    with running(scripted({"tools/list": {"tools": [listed]}, "tools/call": called})) as server:
        yield server


def is_compaction(body: Body) -> bool:
    return "tools" not in body


def answer(body: Body) -> Answer:
    if is_compaction(body):
        return RECORD
    if "look" in body["messages"][-1]["content"]:
        return [("get_task", {"taskId": 9001})]
    return "As long as an answer gets. " * 160


def test_old_turns_are_summarised_and_stay_so_in_the_next_run(small: Running, tmp_path: Path) -> None:
    with ScriptedEndpoint([answer] * 40) as endpoint:
        program = Program(tmp_path, endpoint.base_url)
        program.state.mkdir()
        (program.state / "settings.toml").write_text("[limits]\ncontext = 4096\n")
        options = ("--server", small.url, "--model", "scripted")
        runs = [program.run("ask", "Please look.", *options)]
        runs += [program.run("ask", f"Question {n}", "--session", "last", *options) for n in range(QUESTIONS)]
        compactions = [number for number, body in enumerate(endpoint.requests) if is_compaction(body)]
        shown = program.run("sessions", "show", "last").stdout
    assert [done.returncode for done in runs] == [0] * (QUESTIONS + 1), runs[-1].stderr
    # It is made, and whoever watches is told.
    assert compactions
    assert any("messages are summarised for the model" in done.stderr for done in runs)
    assert "messages summarised for the model]" in shown
    assert shown.count("As long as an answer gets.") == 160 * (QUESTIONS + 1)
    # From then on each request begins with it, in later runs as well.
    for body in endpoint.requests[compactions[0] + 1 :]:
        if not is_compaction(body):
            first = body["messages"][1]["content"]
            assert "Fix login (9001) went to Priya." in first
            assert "Please look." not in first
    assert len(endpoint.requests) > compactions[0] + 2
    # The second summary is made from the first.
    assert len(compactions) > 1
    assert RECORD in endpoint.requests[compactions[1]]["messages"][1]["content"]


def test_a_person_makes_a_summary_and_takes_it_back(small: Running, tmp_path: Path) -> None:
    with ScriptedEndpoint(["First.", "Second.", "Third.", RECORD, "Fourth.", "Fifth."]) as endpoint:
        program = Program(tmp_path, endpoint.base_url)
        command = [*ASTRAVUE, "--server", small.url, "--model", "scripted"]
        window = TerminalWindow(command, {**program.environ, "LANG": "C.UTF-8"}, tmp_path, 110, 60)
        try:
            for typed, seen in (
                ("/compact", "the last two turns always stay as they are."),
                *((f"Say {word}", f"{word}.") for word in ("First", "Second", "Third")),
                ("/compact", RECORD),
                ("Say Fourth", "Fourth."),
                ("/compact undo", "the model reads the whole conversation again."),
                ("Say Fifth", "Fifth."),
            ):
                window.wait_for("❯")
                window.press(f"{typed}\r")
                window.wait_for(seen)
            window.press("/quit\r")
            assert window.wait_end() == 0
        finally:
            window.child.close(force=True)
    *_, asked, summarised, whole = endpoint.requests
    assert is_compaction(asked)
    assert [message["role"] for message in summarised["messages"]].count("user") == 3
    assert RECORD in summarised["messages"][1]["content"]
    assert [message["role"] for message in whole["messages"]].count("user") == 5
    assert RECORD not in str(whole["messages"])
