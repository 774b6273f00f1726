"""A handle on windows in a process of their own; see `evals.drills.child`."""

import asyncio
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from agent.system.child_process import python_command
from evals.drills.figures import Figures

_ANSWER_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class CallReport:
    """How a round of calls went, one from each window of a process.

    Args:
        calls: How many.
        failures: What those that failed were told.
        sign_ins_asked: How many of these want a sign-in.
        warnings: What the windows were warned of so far.
        seconds: How long it took.
    """

    calls: int
    failures: list[str]
    sign_ins_asked: int
    warnings: list[str]
    seconds: float

    def add_to(self, figures: Figures) -> None:
        """Count it."""
        figures.turns_lost += len(self.failures)
        figures.sign_ins_asked += self.sign_ins_asked


class WindowProcess:
    """Windows of one installation in a process of their own, for as long as a context is open.

    Args:
        url: The MCP endpoint.
        environ: What the process finds in its environment beside this one's.
        windows: How many.
        pause: “before write” or “after write”: stand still there for ever.
        keychain_bound: Seconds for one call to the keychain.
        wrapper: A command that starts the process.
    """

    def __init__(
        self,
        url: str,
        environ: Mapping[str, str],
        *,
        windows: int = 1,
        pause: str = "",
        keychain_bound: float = 5.0,
        wrapper: Sequence[str] = (),
    ) -> None:
        arguments = (url, str(windows), pause, str(keychain_bound))
        self._command = [*wrapper, *python_command("evals.drills.child", *arguments)]
        self._environ = {**os.environ, **environ}
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start it."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command, env=self._environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let it end, and kill it if it does not."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _ANSWER_SECONDS)
        finally:
            await self.kill()

    async def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def tell(self, do: str, **order: object) -> None:
        """Give an order without waiting for its answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}).encode() + b"\n")
        await self._process.stdin.drain()

    async def answer(self) -> dict[str, Any]:
        """The next answer."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), _ANSWER_SECONDS)
        if not line:
            raise RuntimeError("a window's process has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def order(self, do: str, **order: object) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        await self.tell(do, **order)
        return await self.answer()

    async def call(self, **order: object) -> CallReport:
        """Have every window call a tool, all at once."""
        return CallReport(**await self.order("call", **order))
