"""The sandbox as one test module sees it: a company that can be broken, stopped, and put back as it was."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

_BOUND = 60.0
# A working day, so that no date on a screen depends on the day of the run.
_START = "2026-03-02T09:00:00+00:00"


@dataclass(frozen=True, slots=True)
class SignIns:
    """What the company knows of sign-ins.

    Args:
        refreshes: Refresh tokens that were spent.
        revoked: Sign-ins that were revoked.
    """

    refreshes: int
    revoked: int


class Town:
    """The real sandbox in a process of its own, with its control API.

    Args:
        folder: Where its database lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._control = httpx2.Client()
        self._port, self._control_port = "0", "0"
        self.url = ""
        self.users: list[dict[str, str]] = []

    def start(self) -> None:
        """Start it, at the address that it had before if it had one."""
        command = [sys.executable, "-P", "-m", "agent.sandbox", "--data", str(self._folder)]
        ports = ["--port", self._port, "--control-port", self._control_port]
        self._process = subprocess.Popen(
            [*command, *ports, "--rate-limit", "0", "--start-time", _START, "--exit-with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.url, self.users = ready["url"], ready["users"]
        self._control = httpx2.Client(
            base_url=ready["control"]["url"],
            headers={"Authorization": f"Bearer {ready['control']['token']}"},
            timeout=_BOUND,
            trust_env=False,
        )
        self._port = str(httpx2.URL(self.url).port)
        self._control_port = str(httpx2.URL(ready["control"]["url"]).port)

    def kill(self) -> None:
        """End it without a warning, as a crash does."""
        self._control.close()
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.kill()
            self._process.wait(_BOUND)
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    @property
    def port(self) -> str:
        """Where it serves."""
        return self._port

    @property
    def is_running(self) -> bool:
        """Whether it was started and not ended since."""
        return self._process is not None

    def snapshot(self) -> bytes:
        """All that it holds, sign-ins included."""
        return self._control.get("/snapshot").raise_for_status().content

    def restore(self, snapshot: bytes) -> None:
        """Put everything back as it was, and take back the faults that wait."""
        self._control.put("/snapshot", content=snapshot).raise_for_status()
        self._control.delete("/faults").raise_for_status()
        self._control.delete("/requests").raise_for_status()

    def fault(self, path: str, **what: object) -> None:
        """Let requests to a path fail, wait or break off; see docs/sandbox.md."""
        self._control.post("/faults", json={"path": path, **what}).raise_for_status()

    def expire(self) -> None:
        """Let every access token expire, ahead of the time that clients were told."""
        self._control.post("/tokens/expire", json={"kind": "access"}).raise_for_status()

    def revoke(self) -> None:
        """Revoke every sign-in."""
        answer = self._control.post("/tokens/revoke", json={}).raise_for_status()
        assert answer.json()["revoked"] >= 1

    def wait_for_request(self, **wanted: object) -> None:
        """Wait until a request came in whose entry holds this; its status is None while it is under way."""
        deadline = time.monotonic() + _BOUND
        while not any(wanted.items() <= entry.items() for entry in self.requests()):
            assert time.monotonic() < deadline, f"no such request came: {wanted}"

    def requests(self) -> list[Mapping[str, object]]:
        """The requests since it was last restored."""
        return self._control.get("/requests").raise_for_status().json()["requests"]

    def sign_ins(self) -> SignIns:
        """Count refreshes and revoked sign-ins."""
        return SignIns(
            self._count("SELECT count(*) FROM refresh_tokens WHERE used_time IS NOT NULL"),
            self._count("SELECT count(*) FROM token_families WHERE revoked_time IS NOT NULL"),
        )

    def tasks(self, title: str) -> int:
        """Count the tasks of a title."""
        return self._count("SELECT count(*) FROM tasks WHERE task_title = ?", title)

    def _count(self, question: str, *values: str) -> int:
        database = sqlite3.connect(":memory:")
        try:
            database.deserialize(self.snapshot())
            found: tuple[Any] = database.execute(question, values).fetchone()
            return int(found[0])
        finally:
            database.close()
