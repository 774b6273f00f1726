"""The log file: detailed, private, and without secrets."""

import json
import logging
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.system.logs import configure_logging, redact

_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
_secrets = st.text(_letters, min_size=12, max_size=60).filter(str.isalnum)
_names = st.sampled_from(
    [
        "access_token",
        "refresh_token",
        "id_token",
        "registration_access_token",
        "client_secret",
        "code_verifier",
        "code",
        "state",
        "api_key",
        "OPENAI_API_KEY",
        "x-api-key",
        "ASTRAVUE_VAULT_KEY",
        "private_key",
        "password",
        "client_assertion",
        "Authorization",
        "Cookie",
    ]
)
_forms = st.sampled_from(
    [
        "{name}={secret}",
        "https://x.example/callback?{name}={secret}&iss=y",
        "GET /callback?a=b&{name}={secret} HTTP/1.1",
        '{{"{name}": "{secret}", "expires_in": 300}}',
        "{{'{name}': '{secret}'}}",
        '{{"{name}":"{secret}"}}',
        "(b'{name}', b'{secret}')",
        "{name}: {secret}",
        "{name}: Bearer {secret}",
        "{name}: Basic {secret}==",
        "b'{name}: Bearer {secret}'",
        "/authorize?next=https%3A%2F%2Fx.example%2F%3F{name}%3D{secret}%26iss%3Dy",
        "{name}='{secret} {secret}'",
        "[('{name}', 'Bearer {secret}')]",
    ]
)


@given(_names, _secrets, _forms)
def test_a_named_secret_is_never_in_the_log(name: str, secret: str, form: str) -> None:
    line = form.format(name=name, secret=secret)
    assert secret not in redact(f"2026-11-23 INFO {line} and more")


@given(_secrets)
def test_a_secret_that_shows_by_its_form_is_never_in_the_log(secret: str) -> None:
    assert secret not in redact(f"sent sk-{secret}")
    assert secret not in redact(f"sent sk-proj-{secret}")
    assert secret not in redact(f"sent Bearer {secret}")
    assert secret not in redact(f"sent eyJ{secret}.eyJ{secret}.{secret}")


@given(_secrets)
def test_a_password_before_a_host_is_never_in_the_log(secret: str) -> None:
    line = f"the proxy http://mara:{secret}@proxy.example:3128 refuses"
    assert redact(line) == "the proxy http://[redacted]@proxy.example:3128 refuses"


@given(_names, _secrets)
def test_a_json_body_keeps_everything_but_its_secrets(name: str, secret: str) -> None:
    body = json.dumps({"user": "ana", name: secret, "expires_in": 300})
    redacted = redact(body)
    assert secret not in redacted
    assert '"user": "ana"' in redacted
    assert '"expires_in": 300' in redacted


@pytest.mark.parametrize(
    "line",
    [
        "POST https://api.astravue.com/mcp 200 in 12 ms",
        "HTTP Request: GET http://127.0.0.1:8631/.well-known/oauth-protected-resource",
        "token_endpoint=https://auth.example.com/token",
        "http://127.0.0.1:8631/mcp answers 503, https://user@a.example:8443/x does too",
        "ASTRAVUE_VAULT_KEY_FILE=/run/keys/vault",
        "Error code: 401 - unauthorised",
        "max_tokens=100 tokens: 42",
        "the error code, which nobody knows, and the state, in short",
        "the tool failed: no such task (taskId=7)",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert redact(line) == line


def test_a_long_line_is_looked_through_once() -> None:
    line = "code_token-" * 100_000
    assert redact(line) == line


# The file


@pytest.fixture
def log(tmp_path: Path) -> Generator[Path, None, None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield tmp_path / "logs" / "astravue.log"
    for handler in root.handlers:
        if handler not in before[0]:
            handler.close()
    root.handlers[:], root.level = before
    logging.captureWarnings(False)


def test_a_line_is_written_without_its_secrets(log: Path) -> None:
    configure_logging(log, verbose=True)
    logging.getLogger("mcp").info("GET %s", "http://x/callback?code=abcdef123456&state=xyz987654")
    (line,) = log.read_text().splitlines()
    assert "INFO mcp: GET http://x/callback?code=[redacted]&state=[redacted]" in line


def test_a_traceback_is_written_without_its_secrets(log: Path) -> None:
    configure_logging(log, verbose=False)
    try:
        raise ValueError("bad answer: {'access_token': 'abcdef123456'}")
    except ValueError:
        logging.getLogger("x").exception("It failed")
    assert "Traceback" in log.read_text()
    assert "abcdef123456" not in log.read_text()


def test_only_the_user_can_read_it_after_it_was_turned_over_too(log: Path) -> None:
    configure_logging(log, verbose=False)
    for _ in range(30):
        logging.getLogger("x").warning("y" * 100_000)
    files = sorted(log.parent.iterdir())
    assert [file.name for file in files] == ["astravue.log", "astravue.log.1"]
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert log.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_to_write_makes_no_file(log: Path) -> None:
    configure_logging(log, verbose=False)
    logging.getLogger("x").info("not worth it")
    assert not log.parent.exists()


def test_details_of_libraries_are_written_only_when_asked_for(log: Path) -> None:
    configure_logging(log, verbose=False)
    logging.getLogger("x").info("detail")
    logging.getLogger("x").warning("trouble")
    assert "detail" not in log.read_text()
    assert "trouble" in log.read_text()


def test_half_of_a_character_is_written_as_a_code(log: Path) -> None:
    configure_logging(log, verbose=False)
    logging.getLogger("x").warning("caf\udce9")
    assert "caf\\udce9" in log.read_text()


PROGRAM = """
import logging, pathlib, sys, warnings
from agent.system.logs import configure_logging
configure_logging(pathlib.Path(sys.argv[1]), verbose=True)
logging.getLogger("x").error("an error")
warnings.warn("a warning")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("x").exception("a traceback")
logging.getLogger("x").warning("%d", "not a number")
"""


@pytest.mark.parametrize("place", ["astravue.log", "a file/astravue.log"])
def test_nothing_goes_to_the_screen_whether_the_log_can_be_written_or_not(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / place)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    if place == "astravue.log":
        written = (tmp_path / place).read_text()
        assert all(said in written for said in ("an error", "a warning", "a traceback"))


def test_a_log_file_is_closed_when_another_takes_its_place(log: Path) -> None:
    configure_logging(log, verbose=False)
    (former,) = logging.getLogger().handlers
    logging.getLogger("x").warning("something")
    assert isinstance(former, logging.FileHandler)
    file = former.stream
    assert file is not None
    assert not file.closed
    configure_logging(log.with_name("other.log"), verbose=False)
    assert file.closed
