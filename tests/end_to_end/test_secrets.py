"""No secret of a sign-in reaches a file, a screen, a traceback or a child: real runs are searched for all."""

import json
import traceback
from pathlib import Path
from typing import Any

import pytest

from agent.auth.login import Login
from agent.auth.vault import Vault
from agent.folders import find_folders
from tests.end_to_end.program import Program, sandbox, sign_in
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint

OVERDUE = "astravue_list_overdue_tasks"


def login_of(program: Program, server: str) -> Login:
    login = Vault(find_folders(program.environ), program.environ).load(server, "default")
    assert login is not None
    return login


def secrets_of(program: Program, server: dict[str, Any]) -> set[str]:
    """What is secret now: tokens, keys and the password that was typed in the browser."""
    login = login_of(program, server["url"])
    assert login.refresh_token is not None
    return {
        login.access_token,
        login.refresh_token,
        program.environ["ASTRAVUE_VAULT_KEY"],
        program.environ["OPENAI_API_KEY"],
        server["users"][0]["password"],
    }


def leaks(folder: Path, secrets: set[str]) -> list[str]:
    """The files that hold a secret, the sealed vault among those that are searched."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets)
    ]


def test_no_run_of_the_program_writes_or_shows_a_secret(program: Program, tmp_path: Path) -> None:
    with sandbox(tmp_path / "sandbox", "--rate-limit", "0") as server:
        program.environ["ASTRAVUE_SERVER"] = server["url"]
        sign_in(program, server["users"][0])
        secrets = secrets_of(program, server)
        shown: list[str] = []
        with ScriptedEndpoint([[(OVERDUE, {})], "Six."]) as endpoint:
            asked = program.run("--verbose", "ask", "Overdue?", OPENAI_BASE_URL=endpoint.base_url)
        runs = [
            asked,
            program.run("--verbose", "auth", "refresh"),
            program.run("--verbose", "status", "--json"),
            program.run("--verbose", "call", OVERDUE, "--args", '{"nonsense": 1}'),
            program.run("log", "--json"),
        ]
        secrets |= secrets_of(program, server)
        assert asked.returncode == 0
        assert len(secrets) == 7
    # The server is away, so that both the call and the refresh fail.
    runs.append(program.run("--verbose", "call", OVERDUE))
    runs.append(program.run("--verbose", "auth", "refresh"))
    shown += [text for run in runs for text in (run.stdout, run.stderr)]

    assert runs[-1].returncode != 0
    assert (program.state / "logs" / "astravue.log").stat().st_size > 0
    assert [text for text in shown if any(secret in text for secret in secrets)] == []
    assert leaks(program.state, secrets) == []


def test_no_object_or_traceback_of_a_login_shows_its_secrets(
    own_sign_in: Program, server: dict[str, Any]
) -> None:
    secrets = secrets_of(own_sign_in, server)
    login = login_of(own_sign_in, server["url"])
    with pytest.raises(RuntimeError) as raised:
        raise RuntimeError(login, Vault(find_folders(own_sign_in.environ), own_sign_in.environ))
    trace = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    shown = "".join([*trace.format(), repr(login), str(login), repr(login.registration)])

    assert login.server in shown
    # The locals of this frame hold the secrets themselves; the login among them must not.
    mine = "\n".join(line for line in shown.splitlines() if not line.strip().startswith("secrets = "))
    found = [secret for secret in (login.access_token, login.refresh_token) if str(secret) in mine]
    assert found == []
    assert len(secrets) == 5
    assert json.dumps(login.to_json()).count(login.access_token) == 1
