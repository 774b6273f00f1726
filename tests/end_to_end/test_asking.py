"""Approvals in the real program: scripts never hang, rules hold for good, every decision is written down."""

import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from agent.system.folders import Folders, find_folders
from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.scripted_endpoint import Script, ScriptedEndpoint
from tests.terminal_window import TerminalWindow

CREATE = "astravue_create_personal_task"
PLANTS = (CREATE, {"taskTitle": "Water the plants"})
DELETE = ("astravue_delete_task", {"taskId": 141298})
_BOUND = 60


def decisions(program: Program) -> list[tuple[str, str | None]]:
    return [
        (line["outcome"], line.get("rule")) for line in program.audit() if line["operation"] == "approval"
    ]


def written(program: Program) -> list[tuple[str | None, str]]:
    (path,) = folders(program).sessions.glob("*.jsonl")
    events = [json.loads(line) for line in path.read_text().splitlines()]
    return [(each["decision"], each["rule"]) for each in events if each["type"] == "tool_call_finished"]


def folders(program: Program) -> Folders:
    return find_folders({"ASTRAVUE_HOME": str(program.state)})


def settings(program: Program) -> Path:
    path = folders(program).settings_file
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.parametrize("call", [PLANTS, DELETE])
@pytest.mark.parametrize("kind", ["ask", "call"])
@pytest.mark.parametrize("standard_input", ["empty", "closed", "pipe that stays open"])
def test_a_script_declines_and_never_waits_for_an_answer(
    signed_in: Program, call: tuple[str, dict[str, object]], kind: str, standard_input: str
) -> None:
    with ScriptedEndpoint([[call], "No."]) as endpoint:
        environ = {**signed_in.environ, "OPENAI_BASE_URL": endpoint.base_url}
        rest = ["ask", "Do it."] if kind == "ask" else ["call", call[0], "--args", json.dumps(call[1])]
        reading, writing = os.pipe()
        ended = subprocess.run(
            [*ASTRAVUE, *rest],
            stdin=reading if standard_input == "pipe that stays open" else subprocess.DEVNULL,
            preexec_fn=(lambda: os.close(0)) if standard_input == "closed" else None,
            capture_output=True,
            text=True,
            timeout=_BOUND,
            cwd=signed_in.home,
            env=environ,
            check=False,
        )
        os.close(reading)
        os.close(writing)
    assert ended.returncode == 4, ended.stderr
    assert "--allow" in ended.stderr
    assert decisions(signed_in) == [("declined", None)]


def test_what_the_settings_deny_no_option_allows(signed_in: Program) -> None:
    settings(signed_in).write_text('deny = ["astravue_create_*"]\n')
    called = signed_in.run("call", CREATE, "--args", '{"taskTitle": "x"}', "--yes", "--allow", "*")
    assert called.returncode == 4
    assert "deny = astravue_create_*" in called.stderr
    assert decisions(signed_in) == [("denied_by_rule", "deny = astravue_create_*")]
    log = signed_in.run("log").stdout
    assert "denied_by_rule" in log
    assert "rule=deny = astravue_create_*" in log


def test_always_for_this_tool_is_honoured_in_later_runs(signed_in: Program) -> None:
    script: Script = [[PLANTS], "Created.", [PLANTS], "Again."]
    with ScriptedEndpoint(script) as endpoint:
        environ = {**signed_in.environ, "OPENAI_BASE_URL": endpoint.base_url, "LANG": "C.UTF-8"}
        environ.pop("TERM", None)
        window = TerminalWindow(ASTRAVUE, environ, signed_in.home, columns=120, rows=40)
        try:
            window.wait_for("❯")
            window.press("water the plants\r")
            window.wait_for("[t] always for this tool")
            window.press("t\r")
            window.wait_for("Created.")
            window.press("/quit\r")
            assert window.wait_end() == 0
        finally:
            window.child.close(force=True)
        assert written(signed_in) == [("allowed_always", "")]
        assert tomllib.loads(settings(signed_in).read_text()) == {"allow": [CREATE]}
        asked = signed_in.run("ask", "Again.", OPENAI_BASE_URL=endpoint.base_url)
    assert asked.returncode == 0
    assert decisions(signed_in) == [("allowed_always", None), ("allowed_by_rule", f"allow = {CREATE}")]
