"""No secret of a sign-in reaches a file, a screen, a traceback or a child: real runs are searched for all."""

import dataclasses
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

import agent.auth
from agent.auth.login import Login
from agent.auth.vault import Vault
from agent.system.folders import find_folders
from tests.end_to_end.chatting import chat
from tests.end_to_end.program import ASTRAVUE, Program, sandbox
from tests.end_to_end.recording_proxy import RecordingProxy, recording_proxy
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint
from tests.end_to_end.test_terminal_chat import CREATE, processes_in
from tests.sandbox.sandbox_http import hidden_fields

OVERDUE = "astravue_list_overdue_tasks"

# The program with a fault that nobody foresaw, in the middle of what handles secrets.
CRASHING = """
import sys
from agent.auth.vault import Vault
from agent.cli import main

def save(self, login):
    raise RuntimeError(f"a fault at {login!r}, {login.registration!r}, {self!r}")

Vault.save = save
sys.exit(main())
"""


@pytest.fixture(scope="module")
def users_and_origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[dict[str, str]], str]]:
    with sandbox(tmp_path_factory.mktemp("recorded"), "--rate-limit", "0") as ready:
        yield ready["users"], ready["issuer"]


@pytest.fixture
def proxy(program: Program, users_and_origin: tuple[list[dict[str, str]], str]) -> Iterator[RecordingProxy]:
    with recording_proxy(users_and_origin[1]) as running:
        program.environ["ASTRAVUE_SERVER"] = running.url
        yield running


@pytest.fixture
def user(users_and_origin: tuple[list[dict[str, str]], str]) -> dict[str, str]:
    return users_and_origin[0][0]


def login_with(
    program: Program, user: dict[str, str], decision: str = "approve", command: list[str] = ASTRAVUE
) -> tuple[int, str]:
    """Sign in as a person does; give the exit code and all that was shown but the address itself."""
    with subprocess.Popen(
        [*command, "--verbose", "login", "--no-browser"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=program.home,
        env=program.environ,
    ) as process:
        assert process.stderr is not None
        before: list[str] = []
        try:
            for line in process.stderr:
                if line.strip().startswith("http"):
                    decide(line.strip(), user, decision)
                    break
                before.append(line)
            after, rest = process.communicate(timeout=60)
        finally:
            process.kill()
    return process.returncode, "".join([*before, after, rest])


def decide(address: str, user: dict[str, str], decision: str) -> None:
    """Be the person in the browser."""
    with httpx2.Client(timeout=30, trust_env=False) as browser:
        page = browser.get(address)
        answer = hidden_fields(page.text) | {
            "email": user["email"],
            "password": user["password"],
            "decision": decision,
        }
        action = re.search(r'<form[^>]* action="([^"]*)"', page.text)
        target = urljoin(str(page.url), action[1] if action else "")
        redirect = browser.post(target, data=answer)
        assert redirect.is_redirect
        browser.get(redirect.headers["location"])


def keys_of(program: Program) -> set[str]:
    return {program.environ["ASTRAVUE_VAULT_KEY"], program.environ["OPENAI_API_KEY"]}


def leaks(folder: Path, secrets: set[str]) -> list[str]:
    """The files that hold a secret, the sealed vault among those that are searched."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets)
    ]


def leaked(texts: list[str], secrets: set[str]) -> list[str]:
    """The texts that hold a secret."""
    return [text for text in texts if any(secret in text for secret in secrets)]


def test_a_sign_in_an_answer_and_a_sign_out_write_and_show_no_secret(
    program: Program, proxy: RecordingProxy, user: dict[str, str]
) -> None:
    status, shown = login_with(program, user)
    assert status == 0, shown
    with ScriptedEndpoint([[(OVERDUE, {})], "Six."]) as endpoint:
        asked = program.run("--verbose", "ask", "Overdue?", OPENAI_BASE_URL=endpoint.base_url)
    signed_out = program.run("--verbose", "logout")

    assert (asked.returncode, signed_out.returncode) == (0, 0)
    secrets = proxy.seen() | keys_of(program)
    kinds = ("state", "code", "code_verifier", "password", "access_token", "refresh_token")
    assert [len(proxy.seen(kind)) for kind in kinds] == [1] * 6
    assert (program.state / "logs" / "astravue.log").stat().st_size > 0
    texts = [shown, asked.stdout, asked.stderr, signed_out.stdout, signed_out.stderr]
    assert leaked(texts, secrets) == []
    assert leaks(program.state, secrets) == []


def test_no_command_that_looks_after_a_sign_in_writes_or_shows_a_secret(
    program: Program, proxy: RecordingProxy, user: dict[str, str]
) -> None:
    assert login_with(program, user)[0] == 0
    runs = [
        program.run("--verbose", "auth", "refresh"),
        program.run("--verbose", "status", "--json"),
        program.run("log", "--json"),
    ]

    assert [run.returncode for run in runs] == [0] * 3
    secrets = proxy.seen() | keys_of(program)
    assert len(proxy.seen("access_token")) == len(proxy.seen("refresh_token")) == 2
    assert leaked([text for run in runs for text in (run.stdout, run.stderr)], secrets) == []
    assert leaks(program.state, secrets) == []


def test_a_refused_sign_in_writes_and_shows_no_secret(
    program: Program, proxy: RecordingProxy, user: dict[str, str]
) -> None:
    status, shown = login_with(program, user, decision="deny")

    assert status != 0
    assert "The sign-in was refused" in shown
    secrets = proxy.seen() | keys_of(program)
    assert len(proxy.seen("state")) == 1
    assert leaked([shown], secrets) == []
    assert leaks(program.state, secrets) == []


def test_a_server_that_throws_tokens_back_in_its_errors_gets_none_of_them_shown(
    program: Program, proxy: RecordingProxy, user: dict[str, str]
) -> None:
    assert login_with(program, user)[0] == 0
    proxy.refuses = True
    runs = [
        program.run("--verbose", "call", OVERDUE),
        program.run("--verbose", "auth", "refresh"),
        program.run("log", "--json"),
    ]

    assert [run.returncode == 0 for run in runs] == [False, False, True]
    assert "no longer accepts" in runs[0].stderr
    secrets = proxy.seen() | keys_of(program)
    assert leaked([text for run in runs for text in (run.stdout, run.stderr)], secrets) == []
    assert leaks(program.state, secrets) == []


def test_a_crash_in_the_middle_of_a_sign_in_shows_its_traceback_and_no_secret(
    program: Program, proxy: RecordingProxy, user: dict[str, str]
) -> None:
    status, shown = login_with(program, user, command=[sys.executable, "-P", "-c", CRASHING])

    assert status == 1
    assert "Traceback (most recent call last)" in shown
    assert f"RuntimeError: a fault at Login(server='{proxy.url}'" in shown
    secrets = proxy.seen() | keys_of(program)
    assert len(proxy.seen("code_verifier", "access_token", "refresh_token")) == 3
    assert leaked([shown], secrets) == []
    assert leaks(program.state, secrets) == []


def test_a_chat_draws_and_keeps_no_secret(
    program: Program, proxy: RecordingProxy, user: dict[str, str]
) -> None:
    assert login_with(program, user)[0] == 0
    with chat(program, "--verbose", script=[CREATE, "Created."]) as (terminal, endpoint):
        terminal.wait_for("❯")
        terminal.say("create a high-priority task")
        terminal.approve()
        terminal.wait_for("Created.")
        terminal.say("/status")
        terminal.wait_for("Sign-in")
        assert terminal.leave() == 0

    secrets = proxy.seen() | keys_of(program)
    drawn = [terminal.raw.decode(errors="replace"), terminal.text]
    assert leaked([*drawn, json.dumps(endpoint.requests)], secrets) == []
    assert leaks(program.state, secrets) == []


def test_a_child_of_the_program_is_given_no_secret(program: Program) -> None:
    with chat(program, "try", script=[]) as (terminal, _):
        terminal.wait_for("❯")
        logins = Vault(find_folders(program.environ), program.environ).logins()
        secrets = {str(token) for login in logins for token in (login.access_token, login.refresh_token)}
        children = [pid for pid in processes_in(program.home) if pid != terminal.child.pid]
        given = [
            Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
            for pid in children
            for name in ("environ", "cmdline")
        ]
        assert terminal.child.pid is not None
        own_arguments = Path(f"/proc/{terminal.child.pid}/cmdline").read_text()
        assert terminal.leave() == 0

    assert len(children) == 1
    assert len(secrets) == 2
    assert leaked([*given, own_arguments], secrets | keys_of(program)) == []
    assert "agent.sandbox" in given[1]


def auth_dataclasses() -> list[type[Any]]:
    modules = [
        importlib.import_module(f"agent.auth.{module.name}")
        for module in pkgutil.iter_modules(agent.auth.__path__)
    ]
    return sorted(
        {
            kind
            for module in modules
            for _, kind in inspect.getmembers(module, dataclasses.is_dataclass)
            if isinstance(kind, type) and kind.__module__ == module.__name__
        },
        key=lambda kind: f"{kind.__module__}.{kind.__qualname__}",
    )


SECRET_FIELDS = {
    "access_token",
    "body",
    "client_secret",
    "code",
    "logins",
    "refresh_token",
    "secrets",
    "state",
    "value",
}
_LOOKS_SECRET = re.compile(r"token$|secret|verifier|^code$|^state$|password|passphrase$|(^|_)key$")


@pytest.mark.parametrize("kind", auth_dataclasses(), ids=lambda kind: kind.__qualname__)
def test_no_object_of_the_sign_in_shows_what_is_secret_in_it(kind: type[Any]) -> None:
    names = [field.name for field in dataclasses.fields(kind) if field.init]
    secret = {name for name in names if name in SECRET_FIELDS or _LOOKS_SECRET.search(name)}
    instance = kind(**{name: f"<{name}>" for name in names})

    for shown in (repr(instance), str(instance), f"{instance}", repr([instance])):
        assert [name for name in secret if f"<{name}>" in shown] == []


def test_the_search_for_secret_fields_finds_them() -> None:
    found = {field.name for kind in auth_dataclasses() for field in dataclasses.fields(kind)}

    assert found >= SECRET_FIELDS


def test_no_traceback_with_all_locals_shows_a_token(
    program: Program, proxy: RecordingProxy, user: dict[str, str]
) -> None:
    assert login_with(program, user)[0] == 0
    vault = Vault(find_folders(program.environ), program.environ)
    login = vault.load(proxy.url, "default")
    assert login is not None

    def fail(login: Login, vault: Vault) -> None:
        raise RuntimeError(login, vault)

    with pytest.raises(RuntimeError) as raised:
        fail(login, vault)
    trace = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    shown = "".join([*trace.format(), repr(login), str(login), repr(login.registration)])

    assert login.server in shown
    assert leaked([shown], proxy.seen("access_token", "refresh_token", "client_secret")) == []
    assert json.dumps(login.to_json()).count(login.access_token) == 1
