"""The program of a process that a drill starts: windows that do as they are told.

    python -m evals.drills.child URL WINDOWS [PAUSE [KEYCHAIN_BOUND]]

Reads orders from standard input, one JSON object a line, and answers each with one. With PAUSE, “before
write” or “after write”, it tells of the first write of the vault and then stands still in it for ever.
"""

import asyncio
import errno
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from agent.errors import AgentError, SignInError
from evals.drills.window import PausingVault, Window


class _Child:
    def __init__(self, url: str, count: int, pause: str, keychain_bound: float) -> None:
        self._offset = 0.0
        self._home = Path(os.environ["ASTRAVUE_HOME"])
        on_write = _stand_still_at(pause) if pause else None
        self._windows = [
            Window(url, os.environ, PausingVault(os.environ, on_write, keychain_bound), lambda: self._now())
            for _ in range(count)
        ]

    def _now(self) -> float:
        return time.time() + self._offset

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            for window in self._windows:
                await stack.enter_async_context(window)
            while line := await asyncio.to_thread(sys.stdin.readline):
                _tell(await self._obey(json.loads(line)))

    async def _obey(self, order: dict[str, Any]) -> dict[str, Any]:
        match order["do"]:
            case "call":
                return await self._call(float(order.get("clock_offset", self._offset)))
            case "fill disk":
                _fill(self._home / "filler")
                return {}
            case "free disk":
                (self._home / "filler").unlink()
                return {}
            case "limit files":
                resource.setrlimit(resource.RLIMIT_FSIZE, (order["bytes"], resource.RLIM_INFINITY))
                return {}
            case _:
                raise ValueError(order["do"])

    async def _call(self, offset: float) -> dict[str, Any]:
        self._offset = offset
        begun = time.monotonic()
        ended = await asyncio.gather(*(window.call() for window in self._windows), return_exceptions=True)
        failures = [error for error in ended if isinstance(error, BaseException)]
        for error in failures:
            if not isinstance(error, AgentError):
                raise error
        return {
            "calls": len(ended),
            "failures": [str(error) for error in failures],
            "sign_ins_asked": sum(isinstance(error, SignInError) for error in failures),
            "warnings": [warning for window in self._windows for warning in window.warnings],
            "seconds": time.monotonic() - begun,
        }


def _stand_still_at(pause: str) -> Callable[[str], None]:
    def on_write(moment: str) -> None:
        if moment == pause:
            _tell({"paused": moment})
            threading.Event().wait()

    return on_write


def _fill(path: Path) -> None:
    """Write a file until the disk is full, to the last byte."""
    size = 65_536
    with path.open("wb", buffering=0) as file:
        while size:
            try:
                file.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(
        _Child(
            sys.argv[1],
            int(sys.argv[2]),
            sys.argv[3] if len(sys.argv) > 3 else "",
            float(sys.argv[4]) if len(sys.argv) > 4 else 5.0,
        ).run()
    )
