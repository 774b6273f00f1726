"""A name and a password in an address: what the program shows and keeps of them."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint

_PASSWORD = "hunter2"
_USER = f"ada:{_PASSWORD}@"


def _files(home: Path) -> str:
    return "\n".join(path.read_bytes().decode(errors="replace") for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "command",
    [
        "ask hi",
        "ask --json hi",
        "ask --stream-json hi",
        "ask --show-request hi",
        "--verbose ask hi",
        "auth refresh",
        "call tasks_list",
        "config",
        "doctor",
        "doctor --json",
        "login --no-browser",
        "logout",
        "log --json",
        "model list",
        "model list --json",
        "model test",
        "model test --json",
        "prompts",
        "resources",
        "sessions",
        "status",
        "status --json",
        "tools",
    ],
)
def test_a_password_in_an_address_is_neither_shown_nor_kept(program: Program, command: str) -> None:
    ended = program.run(
        *command.split(),
        ASTRAVUE_SERVER=f"http://{_USER}127.0.0.1:9/mcp",
        OPENAI_BASE_URL=f"http://{_USER}127.0.0.1:9/v1",
    )

    assert _PASSWORD not in ended.stdout + ended.stderr
    assert _PASSWORD not in _files(program.home)


@pytest.mark.parametrize("variable", ["ASTRAVUE_SERVER", "OPENAI_BASE_URL"])
@pytest.mark.parametrize("address", ["ftp://ada:{}@a.example/", "https://ada:{}/x@a.example/", "ada:{}@a"])
def test_an_address_that_is_refused_is_shown_without_its_password(
    program: Program, variable: str, address: str
) -> None:
    ended = program.run("status", **{variable: address.format(_PASSWORD)})

    assert ended.returncode == 2
    assert _PASSWORD not in ended.stderr


def test_what_is_learnt_and_said_at_an_endpoint_is_kept_without_its_password(signed_in: Program) -> None:
    with ScriptedEndpoint(["Hello."]) as endpoint:
        address = endpoint.base_url.replace("://", f"://{_USER}")
        asked = signed_in.run("--verbose", "ask", "--show-request", "hi", OPENAI_BASE_URL=address)

    assert asked.stdout.strip() == "Hello."
    assert "POST http" in asked.stderr
    assert _PASSWORD not in asked.stderr + _files(signed_in.home)


def test_a_conversation_whose_user_was_not_saved_says_so_when_the_settings_name_another_server(
    program: Program,
) -> None:
    sessions = program.state / "data" / "sessions"
    header = {"type": "session", "version": 1, "id": "20260101-000000-abcd", "created": 0}
    sessions.mkdir(parents=True)
    line = json.dumps({**header, "server": "https://…@a.example/mcp"})
    (sessions / "20260101-000000-abcd.jsonl").write_text(f"{line}\n")

    asked = program.run("ask", "--session", "last", "hi", ASTRAVUE_SERVER="https://b.example/mcp")

    assert asked.returncode == 2
    assert "were not saved" in asked.stderr
    assert "--server" in asked.stderr
