"""The sandbox as a process of its own: the ready line, how it stops, what it says when it cannot start."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

SECONDS = 60


@contextmanager
def started(*arguments: str) -> Generator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    command = [sys.executable, "-m", "agent.sandbox", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def failed(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "agent.sandbox", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    return done.returncode, done.stderr


def test_it_says_when_it_is_ready_and_stops_on_sigterm(tmp_path: Path) -> None:
    with started("--data", str(tmp_path)) as (process, ready):
        assert ready["event"] == "ready"
        assert ready["pid"] == process.pid
        assert ready["seed"] == "demo"
        assert ready["url"] == f"{ready['issuer']}/mcp"
        assert ready["users"][0] == {
            "email": "alex@demo.astravue.example",
            "name": "Alex Morgan",
            "role": "Manager",
            "password": "astravue-demo",
        }
        assert {user["role"] for user in ready["users"]} == {
            "Account Admin",
            "Admin",
            "Manager",
            "Member",
            "Guest",
        }
        assert httpx2.get(f"{ready['issuer']}/.well-known/oauth-authorization-server").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0


def test_it_leaves_when_its_parents_end_of_the_pipe_closes(tmp_path: Path) -> None:
    with started("--data", str(tmp_path), "--seed", "empty", "--exit-with-parent") as (process, ready):
        assert ready["seed"] == "empty"
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(SECONDS) == 0


def test_the_workspace_outlives_the_process_and_keeps_its_seed(tmp_path: Path) -> None:
    with started("--data", str(tmp_path), "--seed", "empty") as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
    code, message = failed("--data", str(tmp_path), "--seed", "demo")
    assert code == 1
    assert "--reset" in message
    with started("--data", str(tmp_path)) as (_, ready):
        assert ready["seed"] == "empty"
        code, message = failed("--data", str(tmp_path))
        assert code == 1
        assert "Another sandbox uses the folder" in message
    with started("--data", str(tmp_path), "--seed", "demo", "--reset") as (_, ready):
        assert ready["seed"] == "demo"


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, message = failed("--data", str(tmp_path), "--port", str(port))
    assert code == 1
    assert message.count("\n") == 1
    assert f"Port {port}" in message


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, message = failed("--data", str(tmp_path / "file" / "folder"))
    assert code == 1
    assert message.count("\n") == 1
    assert "cannot be written" in message


def test_a_damaged_database_is_kept_aside(tmp_path: Path) -> None:
    damage = b"this is no database, but somebody may still want it" * 20
    (tmp_path / "astravue.db").write_bytes(damage)
    code, message = failed("--data", str(tmp_path))
    assert code == 1
    assert message.count("\n") == 1
    (kept,) = tmp_path.glob("astravue.db.corrupt-*")
    assert kept.name in message
    assert kept.read_bytes() == damage
    with started("--data", str(tmp_path)) as (_, ready):
        assert ready["event"] == "ready"
    assert kept.read_bytes() == damage


@pytest.mark.parametrize(
    "arguments",
    [
        ("--host", "192.0.2.1"),
        ("--port", "70000"),
        ("--access-ttl", "0"),
        ("--seed", "other"),
        ("--rate-limit", "-1"),
    ],
)
def test_wrong_arguments_are_usage_errors(arguments: tuple[str, str]) -> None:
    code, message = failed(*arguments)
    assert code == 2
    assert message.startswith(f"astravue: {arguments[0]}: ")
    assert message.count("\n") == 1


def test_the_users_of_a_seed_can_be_listed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "agent.sandbox", "--users", "--data", str(tmp_path / "unused")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0
    assert "priya@demo.astravue.example" in done.stdout
    assert not (tmp_path / "unused").exists()


def test_the_clock_can_start_at_another_moment(tmp_path: Path) -> None:
    start = "2024-02-29T12:00:00+00:00"
    with started("--data", str(tmp_path), "--start-time", start):
        with sqlite3.connect(tmp_path / "astravue.db") as database:
            newest = database.execute("SELECT max(created_time) FROM tasks").fetchone()[0]
        database.close()
        assert newest <= datetime.fromisoformat(start).timestamp() * 1000


@pytest.mark.parametrize("moment", ["2024-02-30T12:00:00+00:00", "2024-02-29T12:00:00", "noon"])
def test_a_moment_that_is_none_is_a_usage_error(moment: str) -> None:
    code, said = failed("--start-time", moment)
    assert code == 2
    assert "--start-time" in said
