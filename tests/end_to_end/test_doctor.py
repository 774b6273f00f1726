"""`astravue doctor` as the real program, against a real server and a real endpoint."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.auth.vault import Vault
from agent.system.folders import find_folders
from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint

NAMES = [
    *("terminal", "versions", "settings", "folders", "disk", "network", "clock", "discovery"),
    *("keychain", "vault", "sign-in", "server", "model", "tracing"),
]


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint([], key="sk-test-not-a-real-key") as running:
        yield running


def kept_in(folder: Path) -> dict[str, tuple[int, int]]:
    """What lies in a folder, with the time and the size of each file."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if stat.S_ISREG(path.stat().st_mode)
    }


def test_all_is_well_where_all_is_well_and_nothing_changes(
    signed_in: Program, endpoint: ScriptedEndpoint
) -> None:
    before = kept_in(signed_in.state)
    done = signed_in.run("doctor", OPENAI_BASE_URL=endpoint.base_url)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == NAMES
    assert all(line.startswith("✓ ") for line in lines[:-1])
    assert lines[-1] == "All is well."
    assert re.search(
        r"^✓ server     ok         astravue-mcp \S+, MCP 2026-07-28, 81 tools$", done.stdout, re.M
    )
    assert (kept_in(signed_in.state), endpoint.requests) == (before, [])


def test_scripts_get_one_object_and_no_secret(signed_in: Program, endpoint: ScriptedEndpoint) -> None:
    done = signed_in.run("--verbose", "doctor", "--json", OPENAI_BASE_URL=endpoint.base_url)
    report: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, report["well"]) == (0, True)
    assert [finding["name"] for finding in report["findings"]] == NAMES
    assert {tuple(finding) for finding in report["findings"]} == {("name", "outcome", "text", "advice")}
    (login,) = Vault(find_folders(signed_in.environ), signed_in.environ).logins()
    hidden = (
        *(login.access_token, str(login.refresh_token)),
        *(signed_in.environ["ASTRAVUE_VAULT_KEY"], signed_in.environ["OPENAI_API_KEY"]),
    )
    log = (signed_in.state / "logs" / "astravue.log").read_text()
    assert [secret for secret in hidden if secret in done.stdout + done.stderr + log] == []


def test_what_is_missing_is_a_problem_with_the_command_that_helps(
    program: Program, server: dict[str, Any]
) -> None:
    done = program.run("doctor", ASTRAVUE_SERVER=server["url"], ASTRAVUE_MODEL="any")
    assert done.returncode == 1
    assert f"✗ sign-in    problem    none for {server['url']}\n" in done.stdout
    assert "\n                        Run `astravue login`.\n" in done.stdout
    assert "✗ model      problem    http://127.0.0.1:9/v1 cannot be reached\n" in done.stdout
    assert done.stdout.endswith("2 problems; what helps stands below each.\n")
    assert not program.state.exists()


def test_settings_that_cannot_be_used_do_not_keep_it_from_looking_at_the_rest(program: Program) -> None:
    program.state.mkdir()
    (program.state / "settings.toml").write_text("server = \n")
    done = program.run("doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert found["settings"]["outcome"] == "problem"
    assert "is no valid TOML" in found["settings"]["text"]
    assert (found["model"]["outcome"], found["folders"]["outcome"]) == ("not tried", "ok")


def test_a_keychain_and_a_server_that_never_answer_do_not_hang_it(program: Program) -> None:
    backends = Path(__file__).parents[1] / "auth" / "keyring_backends"
    del program.environ["ASTRAVUE_VAULT_KEY"]
    done = program.run(
        "doctor",
        "--json",
        ASTRAVUE_SERVER="http://127.0.0.1:9/mcp",
        PYTHON_KEYRING_BACKEND="hanging_keyring.Keyring",
        PYTHONPATH=f"{backends}:{Path(__file__).parents[2]}",
    )
    found = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert found["keychain"]["outcome"] == "warning"
    assert "did not answer within 5 seconds" in found["keychain"]["text"]
    assert found["network"]["outcome"] == "problem"


def test_the_chat_shows_the_same(signed_in: Program) -> None:
    with chat(signed_in, script=[]) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("/doctor")
        terminal.wait_for("All is well.")
        assert "81 tools" in terminal.text
        assert terminal.leave() == 0
