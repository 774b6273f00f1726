"""A sandbox in a process of its own, and the hand that makes it misbehave."""

import asyncio
import itertools
import json
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from agent.demo.sandbox_process import DemoUser
from agent.system.child_process import child_environment, python_command

_READY_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.005
_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the sandbox knows of sign-ins.

    Args:
        refreshes: Refresh tokens that were spent.
        families: Sign-ins that were approved.
        revoked: Sign-ins that were revoked.
    """

    refreshes: int
    families: int
    revoked: int


class DrillSandbox:
    """The real sandbox with its control API, for as long as a context is open.

    Args:
        folder: Where its database lies; it survives a restart.
        options: Further options of `astravue sandbox`.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self._options = ("--data", str(folder), "--rate-limit", "0", *options)
        self._process: asyncio.subprocess.Process | None = None
        self._control: httpx2.AsyncClient | None = None
        self._ports = ("0", "0")
        self.url = ""
        self.user = DemoUser("", "", "")

    async def __aenter__(self) -> Self:
        """Start it and wait until it serves."""
        await self._start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.kill()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    async def _start(self) -> None:
        port, control_port = self._ports
        self._process = await asyncio.create_subprocess_exec(
            *python_command("agent.sandbox", *self._options, "--exit-with-parent"),
            *("--port", port, "--control-port", control_port),
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), _READY_SECONDS)
        if not line:
            raise RuntimeError("the sandbox did not start; its reason is on standard error")
        ready: dict[str, Any] = json.loads(line)
        user: dict[str, str] = ready["users"][0]
        self.url = ready["url"]
        self.user = DemoUser(user["email"], user["name"], user["password"])
        self._control = httpx2.AsyncClient(
            base_url=ready["control"]["url"],
            headers={"Authorization": f"Bearer {ready['control']['token']}"},
            timeout=_WAIT_SECONDS,
            trust_env=False,
        )
        self._ports = (_port(ready["url"]), _port(ready["control"]["url"]))

    async def kill(self) -> None:
        """End it without a warning, as a crash does."""
        if self._control is not None:
            await self._control.aclose()
            self._control = None
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            self._process = None

    async def restart(self) -> None:
        """Kill it and start it again at the same address, with the database that it left."""
        await self.kill()
        await self._start()

    async def expire(self) -> None:
        """Let every access token expire at the server, ahead of the time that clients were told."""
        await self._post("/tokens/expire", {"kind": "access"})

    async def advance(self, seconds: int) -> None:
        """Move the server's clock forward."""
        await self._post("/clock", {"advance_seconds": seconds})

    async def fault(self, path: str, **what: object) -> None:
        """Let requests to a path fail, wait or break off; see the control API."""
        await self._post("/faults", {"path": path, **what})

    async def clear_faults(self) -> None:
        """Take back the faults that wait."""
        assert self._control is not None
        (await self._control.delete("/faults")).raise_for_status()

    async def requests(self) -> list[dict[str, Any]]:
        """The requests since `forget_requests`, at most 10,000."""
        assert self._control is not None
        answer = await self._control.get("/requests")
        listed: list[dict[str, Any]] = answer.raise_for_status().json()["requests"]
        return listed

    async def forget_requests(self) -> None:
        """Begin the list of requests anew."""
        assert self._control is not None
        (await self._control.delete("/requests")).raise_for_status()

    async def wait_for_request(self, wanted: Mapping[str, object]) -> None:
        """Wait until a request is in the list.

        Args:
            wanted: What its entry holds, among other things; a status of None while it is under way.
        """
        async with asyncio.timeout(_WAIT_SECONDS):
            for _ in itertools.count():
                if any(wanted.items() <= entry.items() for entry in await self.requests()):
                    return
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def ledger(self) -> Ledger:
        """Count sign-ins and refreshes in the database."""
        database = await self.database()
        try:
            return Ledger(
                _number(database, "SELECT count(*) FROM refresh_tokens WHERE used_time IS NOT NULL"),
                _number(database, "SELECT count(*) FROM token_families"),
                _number(database, "SELECT count(*) FROM token_families WHERE revoked_time IS NOT NULL"),
            )
        finally:
            database.close()

    async def tasks(self, title: str) -> int:
        """Count the tasks of a title."""
        database = await self.database()
        try:
            return _number(database, "SELECT count(*) FROM tasks WHERE task_title = ?", title)
        finally:
            database.close()

    async def database(self) -> sqlite3.Connection:
        """A copy of the database as it is now."""
        assert self._control is not None
        snapshot = await self._control.get("/snapshot")
        database = sqlite3.connect(":memory:")
        database.deserialize(snapshot.raise_for_status().content)
        return database

    async def _post(self, path: str, body: dict[str, object]) -> None:
        assert self._control is not None
        (await self._control.post(path, json=body)).raise_for_status()


def _port(url: str) -> str:
    return str(httpx2.URL(url).port)


def _number(database: sqlite3.Connection, question: str, *values: str) -> int:
    found: tuple[int] = database.execute(question, values).fetchone()
    return found[0]
