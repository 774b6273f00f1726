"""Starts and stops the child process that evaluates the weights."""

import asyncio
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.errors import EndpointError
from agent.model.embedded import install_command, is_available
from agent.system.child_process import child_environment, python_command
from agent.system.private_files import make_private, open_private, private_folder

# Threads that wait for each other spin before they sleep. On cores that other programs use too, the runtime's
# own measure of spinning makes the evaluation five times slower; this one costs an eighth on idle cores.
_SPIN = {"GOMP_SPINCOUNT": "2000"}

CONTEXT = 8192
"""Tokens that a prompt and its answer may have together."""


def missing_extra() -> EndpointError:
    """The error when the runtime is not installed."""
    return EndpointError(
        "The embedded model needs the extra `local`, which is not installed.",
        f"Install it with `{install_command()}`, or name an endpoint with OPENAI_BASE_URL.",
    )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the child listens.

    Args:
        url: Its address, on loopback.
        api_key: What every request must carry.
        runtime: The runtime's version; saved prompt states belong to it.
    """

    url: str
    api_key: str = field(repr=False)
    runtime: str


def thread_count() -> int:
    """Threads for the evaluation: the physical cores as far as they can be told, four at most."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return available if available <= 2 else min(4, max(2, available // 2))


class ChildProcess:
    """The running child; it ends when this object is closed or this process is gone.

    Args:
        process: The child.
        endpoint: Where it listens.
    """

    def __init__(self, process: asyncio.subprocess.Process, endpoint: Endpoint) -> None:
        self._process = process
        self.endpoint = endpoint

    @property
    def process_id(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """The child has not ended."""
        return self._process.returncode is None

    async def aclose(self) -> None:
        """Close the child's standard input, which ends it, and wait; kill it when it does not leave."""
        await _stop(self._process)


async def start_child(
    model: Path, states: Path, log: Path, *, command: Sequence[str] | None = None
) -> ChildProcess:
    """Start the child and wait until it listens.

    Args:
        model: The weights.
        states: Folder of saved prompt states; made when missing.
        log: File for what the runtime prints; begun anew.
        command: The program with its first arguments, by default this package's server.

    Raises:
        ModelError: The runtime is not installed, or the child ended before it listened.
    """
    if command is None:
        if not is_available():
            raise missing_extra()
        command = python_command("agent.model.embedded.server")
    _prepare(states)
    api_key = secrets.token_urlsafe(24)
    with open_private(log) as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            *("--model", str(model), "--states", str(states)),
            *("--threads", str(thread_count()), "--context", str(CONTEXT)),
            env=_SPIN | child_environment(),
            # Ctrl-C in the terminal is for this process; the child leaves when it does.
            start_new_session=True,
            # The states that it saves hold what was said.
            umask=0o077,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        line = b""
        try:
            process.stdin.write(json.dumps({"api_key": api_key}).encode() + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
            ready = json.loads(line)
            endpoint = Endpoint(str(ready["url"]), api_key, str(ready["runtime"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            await _stop(process)
            raise EndpointError(
                f"The embedded model could not be started: {_reason(log, process.returncode)}.",
                f"Its log is {log}.",
            ) from error
    except BaseException:
        await _stop(process)
        raise
    return ChildProcess(process, endpoint)


def _prepare(states: Path) -> None:
    private_folder(states)
    make_private(states.iterdir())


def _reason(log: Path, status: int | None) -> str:
    """Why the child ended: the exception that it ended with, else its exit status."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if "libgomp" in (last := lines[-1].strip() if lines else ""):
        return "the system library libgomp is missing (Debian: apt install libgomp1)"
    if re.match(r"[\w.]*(?:Error|Exception): ", last):
        return last.rstrip(".")
    return f"its process ended with {status}"


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(asyncio.shield(process.wait()), 3.0)
    except BaseException as error:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if not isinstance(error, TimeoutError):
            raise
