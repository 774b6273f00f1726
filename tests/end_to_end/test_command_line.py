"""What scripts rely on: standard output, standard error and exit codes of the real program."""

import json
import re
import socket
import subprocess
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent import __version__
from tests.end_to_end.program import ASTRAVUE, Program, sandbox, sign_in
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint, last_result

OVERDUE = "astravue_list_overdue_tasks"
ROOT = Path(__file__).parents[2]


def overdue_titles(program: Program) -> list[str]:
    listed = json.loads(program.run("call", OVERDUE, "--args", "{}", "--json").stdout)
    return [task["taskTitle"] for task in listed["tasks"]]


def test_version_and_help_need_nothing(program: Program) -> None:
    version = program.run("--version")
    assert program.run("ask", "--version").stdout == version.stdout
    assert (version.returncode, version.stdout) == (0, f"astravue-agent {__version__}\n")
    assert "usage: astravue" in program.run("--help").stdout
    assert not program.state.exists()


def test_every_command_has_a_help_page(program: Program) -> None:
    commands = re.findall(r"^    (\w+) ", program.run("--help").stdout, re.MULTILINE)
    assert len(commands) > 15
    for command in commands:
        shown = program.run(command, "--help")
        assert shown.returncode == 0
        assert f"astravue {command}" in shown.stdout


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("sessions show nope", "There is no conversation “nope”. See those there are: astravue sessions"),
        ("try --seed nope --ask hi", "--seed: there is no “nope”, only demo, empty, large."),
        ("sandbox --seed nope", "--seed: there is no “nope”, only demo, empty, large."),
        (
            "sandbox --host 0.0.0.0",
            "--host: the sandbox serves this machine only, so it has to be a loopback address.",
        ),
    ],
)
def test_what_does_not_exist_is_a_usage_error_in_one_sentence(
    program: Program, command: str, sentence: str
) -> None:
    ended = program.run(*command.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("astravue: ")
    assert ended.stderr.endswith(f"{sentence}\n")
    assert ended.stderr.count("\n") == 1


def test_global_options_stand_before_or_after_the_command(signed_in: Program, server: dict[str, Any]) -> None:
    del signed_in.environ["ASTRAVUE_SERVER"]
    before = signed_in.run("--server", server["url"], "tools", "--json")
    after = signed_in.run("tools", "--json", "--server", server["url"])
    assert before.returncode == after.returncode == 0
    assert before.stdout == after.stdout


def test_a_tool_can_be_called_by_hand(signed_in: Program) -> None:
    called = signed_in.run("call", OVERDUE, "--args", "{}", "--json")
    assert called.returncode == 0
    assert len(json.loads(called.stdout)["tasks"]) >= 5
    assert called.stderr == ""


def test_the_audit_log_tells_what_was_done_and_no_secret(signed_in: Program) -> None:
    lines = signed_in.run("log").stdout.splitlines()
    assert any(" sign-in " in line and " done " in line for line in lines)
    signed_in.run("call", "astravue_get_task", "--args", '{"taskId": 141298}')
    assert "taskId=141298 tool=astravue_get_task" in signed_in.run("log").stdout
    entries = [json.loads(line) for line in signed_in.run("log", "--json", "--last", "1").stdout.splitlines()]
    assert len(entries) == 1
    assert {"time", "operation", "outcome", "server"} <= entries[0].keys()
    nothing = signed_in.run("log", ASTRAVUE_HOME=str(signed_in.home / "another"))
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr == "Nothing has been recorded yet.\n"


def test_the_tools_are_listed_with_their_effect(signed_in: Program) -> None:
    listed = signed_in.run("tools").stdout.splitlines()
    assert any(line.startswith(f"{OVERDUE} ") and " read " in line for line in listed)
    assert any(line.startswith("astravue_delete_task ") and " destructive " in line for line in listed)
    shown = signed_in.run("tools", "astravue_create_task").stdout
    assert "taskTitle" in shown


def test_ask_prints_the_answer_and_nothing_else_on_standard_output(signed_in: Program) -> None:
    def answer(body: dict[str, Any]) -> str:
        return ", ".join(task["taskTitle"] for task in last_result(body)["tasks"])

    with ScriptedEndpoint([[(OVERDUE, {})], answer]) as endpoint:
        asked = signed_in.run("ask", "Which of my tasks are overdue?", OPENAI_BASE_URL=endpoint.base_url)
    assert asked.returncode == 0
    assert asked.stdout.strip() == ", ".join(overdue_titles(signed_in))
    assert "overdue" in asked.stderr.lower()
    system, user = endpoint.requests[0]["messages"][:2]
    assert system["role"] == "system"
    assert user["content"].startswith("Today is ")
    assert user["content"].endswith("Which of my tasks are overdue?")
    assert all(tool["function"]["strict"] is False for tool in endpoint.requests[0]["tools"])


def test_ask_reads_standard_input_and_answers_as_json(signed_in: Program) -> None:
    with ScriptedEndpoint([[(OVERDUE, {})], "Six."]) as endpoint:
        asked = signed_in.run(
            "ask", "-", "--json", "--quiet", stdin="How many?\n", OPENAI_BASE_URL=endpoint.base_url
        )
    told = json.loads(asked.stdout)
    assert told["answer"].strip() == "Six."
    assert [call["name"] for call in told["tool_calls"]] == [OVERDUE]
    assert told["usage"]["input_tokens"] == 200
    assert told["exit_code"] == asked.returncode == 0
    assert asked.stderr == ""


def test_ask_can_stream_its_events(signed_in: Program) -> None:
    with ScriptedEndpoint([[(OVERDUE, {})], "Done."]) as endpoint:
        asked = signed_in.run(
            "ask", "Overdue?", "--stream-json", "--quiet", OPENAI_BASE_URL=endpoint.base_url
        )
    kinds = [json.loads(line)["type"] for line in asked.stdout.splitlines()]
    assert kinds[:2] == ["stream", "turn_started"]
    assert kinds[-1] == "turn_finished"
    assert "tool_call_finished" in kinds


def test_a_conversation_goes_on_where_it_was_left(signed_in: Program) -> None:
    with ScriptedEndpoint(["Noted.", "Forty-two."]) as endpoint:
        first = signed_in.run("ask", "Remember 42.", "--json", OPENAI_BASE_URL=endpoint.base_url)
        session = json.loads(first.stdout)["session"]
        signed_in.run("ask", "Which number?", "--session", session, OPENAI_BASE_URL=endpoint.base_url)
    said = [message["content"] for message in endpoint.requests[1]["messages"][1:]]
    assert said[0].endswith("Remember 42.")
    assert said[1].strip() == "Noted."
    assert said[2].endswith("Which number?")
    listed = signed_in.run("sessions").stdout
    assert session in listed
    assert "Remember 42" in listed
    assert "> Which number?" in signed_in.run("sessions", "show", session).stdout
    assert signed_in.run("sessions", "delete", session, "--yes").returncode == 0
    assert session not in signed_in.run("sessions").stdout


def test_a_conversation_goes_on_with_its_own_server(signed_in: Program) -> None:
    with ScriptedEndpoint(["Noted.", "Forty-two."]) as endpoint:
        signed_in.run("ask", "Remember 42.", OPENAI_BASE_URL=endpoint.base_url)
        del signed_in.environ["ASTRAVUE_SERVER"]
        asked = signed_in.run("ask", "Which?", "--session", "last", OPENAI_BASE_URL=endpoint.base_url)
    assert (asked.returncode, asked.stdout.strip()) == (0, "Forty-two.")


class TestWrites:
    """Nothing is changed that nobody approved."""

    CREATE = ("astravue_create_personal_task", {"taskTitle": "Water the plants"})

    def titles(self, program: Program) -> str:
        return program.run("call", "astravue_find_tasks", "--args", '{"keyword": "plants"}', "--json").stdout

    def test_are_declined_without_a_terminal(self, signed_in: Program) -> None:
        with ScriptedEndpoint([[self.CREATE], "I was not allowed to."]) as endpoint:
            asked = signed_in.run("ask", "Create it.", OPENAI_BASE_URL=endpoint.base_url)
        assert asked.returncode == 4
        assert "--allow" in asked.stderr
        assert "Water the plants" not in self.titles(signed_in)
        assert endpoint.requests[1]["messages"][-1]["role"] == "tool"

    def test_are_refused_with_read_only_even_if_yes_is_said(self, signed_in: Program) -> None:
        name, arguments = self.CREATE
        called = signed_in.run("call", name, "--args", json.dumps(arguments), "--yes", "--read-only")
        assert called.returncode == 4
        assert "Water the plants" not in self.titles(signed_in)

    def test_happen_when_a_rule_allows_the_tool(self, signed_in: Program) -> None:
        with ScriptedEndpoint([[self.CREATE], "Created."]) as endpoint:
            asked = signed_in.run(
                "ask", "Create it.", "--allow", "astravue_create_*", OPENAI_BASE_URL=endpoint.base_url
            )
        assert asked.returncode == 0
        assert "Water the plants" in self.titles(signed_in)

    def test_happen_when_yes_is_said(self, signed_in: Program) -> None:
        name, arguments = self.CREATE
        called = signed_in.run("call", name, "--args", json.dumps(arguments), "--yes", "--json")
        assert called.returncode == 0
        assert json.loads(called.stdout)["taskTitle"] == "Water the plants"


class TestFaults:
    """One sentence on standard error, nothing on standard output, and a code that says what kind it is."""

    def check(self, program: Program, code: int, word: str, *arguments: str, **environ: str) -> None:
        ended = program.run(*arguments, **environ)
        assert ended.returncode == code, ended.stderr
        assert ended.stdout == ""
        assert word in ended.stderr
        assert "Traceback" not in ended.stderr
        assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr

    def test_wrong_arguments_are_told_with_the_one_that_helps(self, program: Program) -> None:
        self.check(program, 2, "--help", "--no-such-option")
        self.check(program, 2, "--args", "call", OVERDUE, "--args", "[1]")
        self.check(program, 2, "empty", "ask", " ")

    def test_the_chat_without_a_terminal_names_the_command_that_needs_none(self, program: Program) -> None:
        self.check(program, 2, "astravue ask", "chat")

    def test_a_server_address_that_is_none(self, program: Program) -> None:
        self.check(program, 2, "http", "tools", "--server", "ftp://example.org")

    def test_a_server_that_is_not_there(self, program: Program) -> None:
        self.check(program, 5, "127.0.0.1:9", "tools", "--server", "http://127.0.0.1:9/mcp")

    def test_a_server_that_is_no_mcp_server(self, program: Program, server: dict[str, Any]) -> None:
        self.check(program, 5, "MCP", "tools", "--server", f"{server['issuer']}/oauth/style.css")

    def test_a_server_that_wants_a_sign_in(self, program: Program, server: dict[str, Any]) -> None:
        self.check(program, 3, "astravue login", "tools", "--server", server["url"])
        self.check(program, 3, "astravue login", "ask", "Hello", "--server", server["url"])

    def test_a_model_that_is_not_there(self, signed_in: Program) -> None:
        self.check(signed_in, 6, "127.0.0.1:9", "ask", "Hello", "--model", "any", "--quiet")

    def test_a_model_that_is_not_known(self, signed_in: Program) -> None:
        with ScriptedEndpoint([]) as endpoint:
            self.check(
                signed_in,
                6,
                "no-such-path",
                "ask",
                "Hello",
                "--model",
                "m",
                "--base-url",
                endpoint.base_url + "/no-such-path",
            )

    def test_a_tool_that_does_not_exist(self, signed_in: Program) -> None:
        self.check(signed_in, 2, "See: astravue tools", "call", "no_such_tool")
        for words in (("call", "astravue_creat_task"), ("tools", "astravue_creat_task")):
            self.check(signed_in, 2, "Did you mean astravue_create_task? See: astravue tools", *words)

    def test_a_resource_that_does_not_exist(self, signed_in: Program) -> None:
        self.check(signed_in, 2, "See: astravue resources", "resources", "nope")

    def test_a_profile_without_a_sign_in_is_named_with_what_signs_in(self, program: Program) -> None:
        login = "astravue login --profile other"
        self.check(program, 3, login, "--profile", "other", "auth", "refresh")

    def test_arguments_that_do_not_fit(self, signed_in: Program) -> None:
        wrong = '{"taskId": "seven"}'
        self.check(signed_in, 2, "tools astravue_get_task", "call", "astravue_get_task", "--args", wrong)
        told = "“taskTitle” is missing. See: astravue tools astravue_create_task"
        self.check(signed_in, 2, told, "call", "astravue_create_task", "--args", '{"title": "x"}')

    def test_a_tool_that_fails(self, signed_in: Program) -> None:
        self.check(signed_in, 1, "7", "call", "astravue_get_task", "--args", '{"taskId": 7}')

    def test_a_settings_file_that_is_broken_is_kept(self, program: Program) -> None:
        program.state.mkdir()
        settings = program.state / "settings.toml"
        settings.write_text("server = ")
        self.check(program, 2, "settings.toml", "status")
        assert settings.read_text() == "server = "

    def test_a_session_file_that_is_broken_is_kept(self, program: Program) -> None:
        sessions = program.state / "data" / "sessions"
        sessions.mkdir(parents=True)
        broken = sessions / "20260101-000000-aaaa.jsonl"
        broken.write_text("nonsense\n{}\n")
        self.check(program, 1, "line 1", "sessions", "show", "20260101-000000-aaaa")
        assert broken.read_text() == "nonsense\n{}\n"

    def test_a_vault_that_is_broken_is_kept_aside(self, signed_in: Program) -> None:
        vault = signed_in.state / "data" / "vault.bin"
        vault.write_bytes(b"nonsense")
        ended = signed_in.run("tools")
        assert ended.returncode == 3
        assert "Traceback" not in ended.stderr
        assert [path.read_bytes() for path in vault.parent.glob("vault.bin.corrupt-*")] == [b"nonsense"]

    @pytest.mark.parametrize("page", ["<html>hello</html>", "", "not json"])
    def test_an_endpoint_that_answers_something_else(self, signed_in: Program, page: str) -> None:
        with raw_server(page) as base_url:
            self.check(
                signed_in, 6, "chat completion", "ask", "Hello", "--model", "m", "--base-url", base_url
            )


class raw_server:
    """Answers every request with status 200 and the same page."""

    def __init__(self, page: str) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
        self._answer = (head + page).encode()

    def __enter__(self) -> str:
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self._answer)


def test_everything_is_kept_under_the_home(signed_in: Program) -> None:
    with ScriptedEndpoint(["Hello."]) as endpoint:
        signed_in.run("ask", "Hello", OPENAI_BASE_URL=endpoint.base_url)
    written = {
        path.relative_to(signed_in.home).parts[0] for path in signed_in.home.rglob("*") if path.is_file()
    }
    assert written == {"state"}


def test_nothing_that_is_written_is_readable_by_others(signed_in: Program) -> None:
    with ScriptedEndpoint(["Hello."]) as endpoint:
        signed_in.run("ask", "Hello", OPENAI_BASE_URL=endpoint.base_url)
    private = [path for path in signed_in.state.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert {path.name for path in private} >= {"vault.bin", "audit.jsonl"}
    assert [path for path in private if path.stat().st_mode & 0o077] == []


def test_tokens_stand_nowhere_in_clear(signed_in: Program) -> None:
    from agent.auth.vault import Vault
    from agent.system.folders import find_folders

    vault = Vault(find_folders({"ASTRAVUE_HOME": str(signed_in.state)}), signed_in.environ)
    login = vault.logins()[0]
    secrets = [login.access_token.encode(), str(login.refresh_token).encode(), b"sk-test-not-a-real-key"]
    for path in signed_in.state.rglob("*"):
        if path.is_file():
            assert not any(secret in path.read_bytes() for secret in secrets), path


def test_status_tells_scripts_where_things_are(signed_in: Program, server: dict[str, Any]) -> None:
    status = json.loads(signed_in.run("status", "--json").stdout)
    user = server["users"][0]
    assert status["server"] == server["url"]
    assert status["profile"] == "default"
    assert status["connected"] is status["signed_in"] is status["encrypted"] is True
    assert status["account"] == user["email"]
    assert status["role"] == "Manager"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", status["protocol_version"])
    assert datetime.fromisoformat(status["expires_at"]).tzinfo is not None
    assert status["key_location"] == "ASTRAVUE_VAULT_KEY"
    assert status["other_sign_ins"] == status["tools_left_out"] == []
    assert status["vault_problem"] is None
    assert set(status) >= {"server_name", "server_version", "model", "settings", "conversations", "log"}


def test_status_lists_the_sign_ins_that_are_not_in_use(signed_in: Program, server: dict[str, Any]) -> None:
    run = signed_in.run("--profile", "other", "status", "--json")
    status = json.loads(run.stdout)
    assert (status["signed_in"], status["account"], status["role"]) == (False, None, None)
    (other,) = status["other_sign_ins"]
    assert (other["server"], other["profile"]) == (server["url"], "default")
    rows = signed_in.run("--profile", "other", "status").stdout
    assert f"Other sign-in  {server['url']} (profile default" in rows


def test_logout_revokes_and_forgets(own_sign_in: Program) -> None:
    out = own_sign_in.run("logout")
    assert "the server revoked it" in out.stdout
    assert own_sign_in.run("tools").returncode == 3
    assert own_sign_in.run("logout").returncode == 0


def refresh_from_cron(program: Program) -> subprocess.CompletedProcess[str]:
    """What cron runs: no home, no terminal, no language, nothing to read from."""
    needed = ("ASTRAVUE_HOME", "ASTRAVUE_SERVER", "ASTRAVUE_VAULT_KEY", "PYTHONWARNINGS")
    return subprocess.run(
        [*ASTRAVUE, "auth", "refresh"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **{n: program.environ[n] for n in needed}},
        check=False,
    )


def test_auth_refresh_renews_from_cron(own_sign_in: Program) -> None:
    first = refresh_from_cron(own_sign_in)
    assert (first.returncode, first.stderr) == (0, "")
    assert re.fullmatch(r"[^\n]*Renewed[^\n]*\n", first.stdout)
    assert refresh_from_cron(own_sign_in).returncode == 0
    assert [line["operation"] for line in own_sign_in.audit()].count("refresh") == 2
    assert own_sign_in.run("tools").returncode == 0


def test_auth_refresh_from_cron_says_in_one_line_that_the_sign_in_is_lost(own_sign_in: Program) -> None:
    own_sign_in.run("logout")
    lost = refresh_from_cron(own_sign_in)
    assert (lost.returncode, lost.stdout) == (3, "")
    assert len(lost.stderr.splitlines()) == 1
    assert "astravue login" in lost.stderr
    own_sign_in.environ["ASTRAVUE_SERVER"] = "http://127.0.0.1:9/mcp"
    assert refresh_from_cron(own_sign_in).returncode == 3


def test_auth_refresh_from_cron_says_that_the_server_is_away_and_keeps_the_sign_in(
    program: Program, tmp_path: Path
) -> None:
    with sandbox(tmp_path / "sandbox", "--rate-limit", "0") as ready:
        program.environ["ASTRAVUE_SERVER"] = ready["url"]
        sign_in(program, ready["users"][0])
    away = refresh_from_cron(program)
    assert (away.returncode, away.stdout) == (5, "")
    assert len(away.stderr.splitlines()) == 1
    assert json.loads(program.run("status", "--json").stdout)["signed_in"] is True


def test_tokens_that_expire_at_once_are_renewed_without_a_word(program: Program, tmp_path: Path) -> None:
    with sandbox(tmp_path / "sandbox", "--access-ttl", "1", "--rate-limit", "0") as ready:
        program.environ["ASTRAVUE_SERVER"] = ready["url"]
        sign_in(program, ready["users"][0])
        refreshes = 0
        # How many calls it takes until the third refresh depends on the machine; none of them notices any.
        for _ in range(40):
            called = program.run("call", OVERDUE, "--json")
            assert (called.returncode, called.stderr) == (0, "")
            refreshes = sum(line["operation"] == "refresh" for line in program.audit())
            if refreshes >= 3:
                break
    assert refreshes >= 3
