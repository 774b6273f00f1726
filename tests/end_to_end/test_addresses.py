"""A name and a password in an address: what the program shows and keeps of them."""

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


def test_a_conversation_is_kept_without_the_password_and_gone_on_with_where_the_settings_have_it(
    signed_in: Program,
) -> None:
    server = signed_in.environ["ASTRAVUE_SERVER"]
    signed_in.environ["ASTRAVUE_SERVER"] = server.replace("://", f"://{_USER}")
    with ScriptedEndpoint(["Hello.", "Hello again."]) as endpoint:
        asked = signed_in.run("ask", "hi", OPENAI_BASE_URL=endpoint.base_url.replace("://", f"://{_USER}"))
        gone_on = signed_in.run("ask", "--session", "last", "hi", OPENAI_BASE_URL=endpoint.base_url)
    elsewhere = signed_in.run("ask", "--session", "last", "hi", ASTRAVUE_SERVER="https://b.example/mcp")

    assert (asked.stdout, gone_on.stdout) == ("Hello.\n", "Hello again.\n")
    assert elsewhere.returncode == 2
    assert "were not saved" in elsewhere.stderr
    assert "--server" in elsewhere.stderr
    assert _PASSWORD not in asked.stderr + gone_on.stderr + elsewhere.stderr + _files(signed_in.home)
