"""Runs the real program in a home of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio

from agent.demo.consent import approve_as
from agent.demo.sandbox_process import DemoUser

ASTRAVUE = [sys.executable, "-P", "-m", "agent"]
_BOUND = 120.0


class Program:
    """The command line with an empty home and no settings from outside.

    Args:
        home: `ASTRAVUE_HOME`; also the working folder and `HOME`.
        base_url: The model endpoint; a closed port when empty.
    """

    def __init__(self, home: Path, base_url: str = "") -> None:
        home.mkdir(exist_ok=True)
        self.home = home
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TERM") if name in os.environ}
        self.environ = {
            **kept,
            "HOME": str(home),
            "ASTRAVUE_HOME": str(home / "state"),
            "ASTRAVUE_VAULT_KEY": "a1" * 32,
            "OPENAI_BASE_URL": base_url or "http://127.0.0.1:9/v1",
            "OPENAI_API_KEY": "sk-test-not-a-real-key",
            "PYTHONWARNINGS": "error",
        }

    def run(
        self, *arguments: str, stdin: str | None = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end, without a terminal."""
        return subprocess.run(
            [*ASTRAVUE, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_BOUND,
            cwd=self.home,
            env={**self.environ, **environ},
            check=False,
        )

    @property
    def state(self) -> Path:
        """Where everything is kept."""
        return self.home / "state"

    def audit(self) -> list[dict[str, Any]]:
        """The lines of the audit log."""
        path = self.state / "logs" / "audit.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@contextmanager
def sandbox(folder: Path, *options: str) -> Generator[dict[str, Any]]:
    """The real sandbox as a process of its own; yields its ready line."""
    command = [sys.executable, "-P", "-m", "agent.sandbox", "--port", "0", "--data", str(folder)]
    with subprocess.Popen(
        [*command, "--exit-with-parent", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(_BOUND)


def sign_in(program: Program, user: dict[str, Any]) -> None:
    """Run `astravue login` and be the person in the browser."""
    with subprocess.Popen(
        [*ASTRAVUE, "login", "--no-browser"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=program.home,
        env=program.environ,
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        address = next(line.strip() for line in process.stderr if line.strip().startswith("http"))
        anyio.run(approve_as, DemoUser(user["email"], user["name"], user["password"]), address)
        assert "Signed in" in process.stdout.read()
