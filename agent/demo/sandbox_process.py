"""Starts the sandbox as a process of its own, which dies with this one."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from agent.errors import AgentError, ExitCode, UsageError
from agent.jsontypes import JsonValue, is_object
from agent.system.child_process import start_attached

_READY_SECONDS = 60.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can sign in to the sandbox."""

    email: str
    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ControlAddress:
    """Where a sandbox serves its control API, if it was asked to."""

    url: str = ""
    token: str = field(default="", repr=False)


class SandboxProcess:
    """The sandbox for as long as a context is open.

    The child holds the other end of a pipe to this process and leaves when the pipe closes, which
    it does even when this process is killed.

    Args:
        options: Further options of `astravue sandbox`.
    """

    def __init__(self, options: Sequence[str]) -> None:
        self._options = options
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""
        self.users: tuple[DemoUser, ...] = ()
        self.control = ControlAddress()

    async def __aenter__(self) -> Self:
        """Start it and wait until it serves.

        Raises:
            UsageError: An option cannot be used.
            AgentError: It could not start; the message is its own.
        """
        self._process = await start_attached("agent.sandbox", *self._options, "--exit-with-parent")
        try:
            await asyncio.wait_for(self._read_ready_line(self._process), _READY_SECONDS)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _read_ready_line(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        line = await process.stdout.readline()
        try:
            ready: JsonValue = json.loads(line)
        except ValueError:
            said = (await process.stderr.read()).decode(errors="replace").strip()
            reason = said.splitlines()[-1] if said else "it left without a word"
            if await process.wait() == int(ExitCode.USAGE):
                raise UsageError(reason.removeprefix("astravue: ")) from None
            raise AgentError(f"The sandbox could not start: {reason}") from None
        if not is_object(ready) or not isinstance(url := ready.get("url"), str):
            raise AgentError("The sandbox started, but did not say where it serves.")
        self.url = url
        control = ready.get("control")
        if is_object(control):
            self.control = ControlAddress(str(control["url"]), str(control["token"]))
        users = ready.get("users")
        self.users = tuple(
            DemoUser(str(user["email"]), str(user["name"]), str(user["password"]))
            for user in (users if isinstance(users, list) else [])
            if is_object(user)
        )

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
