"""Twenty conversations at once share one login whose access tokens live for two seconds.

    python -m evals.bench.soak [SECONDS]

Four processes with five windows each; ten minutes unless told. Prints turns, refreshes, sign-ins and memory,
and ends with status 1 when a turn was lost, a sign-in was needed or memory grew by more than a quarter.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from agent.conversation import Conversation, ToolCall, ToolMessage
from agent.events import CallOutcome
from agent.loop import Loop
from agent.model.protocol import ModelRequest, StreamItem
from agent.model.scripted import say
from agent.system.child_process import python_command
from agent.tools.policy import Policy
from evals.drills.home import Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel, run_turn
from evals.drills.window import READ, PausingVault, Window

_PROCESSES = 4
_WINDOWS = 5
_TURNS_OF_A_CONVERSATION = 10
_PAUSE = 1.0
_MOST_GROWTH = 1.25


class _TwoStepModel:
    """Calls a tool at the first step of a turn, and says so at the second."""

    @property
    def name(self) -> str:
        return "soak"

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        answered = isinstance(request.messages[-1], ToolMessage)
        call = ToolCall(f"call_{len(request.messages)}", READ, "{}")
        for item in say("Done.") if answered else say("", call):
            await asyncio.sleep(0.01)
            yield item

    async def aclose(self) -> None:
        pass


async def _talk(url: str, environ: dict[str, str], until: float, told: dict[str, Any]) -> None:
    """One window: conversations of ten turns, one after the other."""
    async with Window(url, environ, PausingVault(environ)) as window:
        loop, turns = _new_loop(window), 0
        while time.time() < until:
            if turns == _TURNS_OF_A_CONVERSATION:
                loop, turns = _new_loop(window), 0
            report = await run_turn(loop.turn("Who am I?"))
            turns += 1
            told["turns"] += 1
            told["calls"] += len(report.outcomes)
            if report.lost or report.outcomes != [CallOutcome.SUCCEEDED]:
                told["lost"].append(str(report.error or report.outcomes))
            await asyncio.sleep(_PAUSE)


def _new_loop(window: Window) -> Loop:
    return Loop(
        model=_TwoStepModel(),
        toolbox=window.workspace,
        policy=Policy(),
        conversation=Conversation(),
        system="You are being tested.",
    )


async def _child(url: str, home: str, key: str, until: float) -> None:
    environ = {"ASTRAVUE_HOME": home, "ASTRAVUE_VAULT_KEY": key}
    told: dict[str, Any] = {"turns": 0, "calls": 0, "lost": []}
    async with asyncio.TaskGroup() as group:
        for _ in range(_WINDOWS):
            group.create_task(_talk(url, environ, until, told))
    sys.stdout.write(json.dumps(told))


def _memory(pids: list[int]) -> float:
    """The resident memory of processes, in MiB (Linux)."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return sum(pages) * 4096 / 2**20


async def soak(seconds: float) -> bool:
    """Run it, print the figures and say whether all is well."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        async with DrillSandbox(Path(folder, "sandbox"), "--access-ttl", "2") as sandbox:
            home = Home(Path(folder, "home"), sandbox.url)
            await home.sign_in(sandbox, DrillModel())
            until = time.time() + seconds
            arguments = (sandbox.url, home.environ["ASTRAVUE_HOME"], home.environ["ASTRAVUE_VAULT_KEY"])
            children = [
                await asyncio.create_subprocess_exec(
                    *python_command("evals.bench.soak", "--child", *arguments, str(until)),
                    stdout=subprocess.PIPE,
                )
                for _ in range(_PROCESSES)
            ]
            pids = [child.pid for child in children]
            memory: list[tuple[float, float]] = []
            # The first tenth is for imports and caches to settle.
            for share in (0.1, 0.5, 0.97):
                await asyncio.sleep(max(0.0, until - seconds * (1 - share) - time.time()))
                memory.append((_memory(pids), _memory([sandbox.pid])))
            answers = [(await child.communicate())[0] for child in children]
            ledger = await sandbox.ledger()
    told: list[dict[str, Any]] = [json.loads(answer) for answer in answers if answer]
    lost = [reason for each in told for reason in each["lost"]]
    growth = memory[-1][0] / memory[0][0]
    print(f"{_PROCESSES * _WINDOWS} conversations in {len(told)} processes for {seconds:.0f} s")
    print(f"turns {sum(each['turns'] for each in told)}, lost {len(lost)}")
    print(f"tool calls {sum(each['calls'] for each in told)}")
    print(f"refreshes {ledger.refreshes}, families revoked {ledger.revoked}")
    print(f"sign-ins after the first {ledger.families - 1}")
    for name, column in (("clients", 0), ("sandbox", 1)):
        start, middle, end = (sample[column] for sample in memory)
        print(f"memory of {name}: {start:.0f}, {middle:.0f}, {end:.0f} MiB; end to start {end / start:.2f}")
    for reason in lost[:10]:
        print(f"lost: {reason}")
    well = len(told) == _PROCESSES and not lost and ledger.families == 1 and ledger.revoked == 0
    return well and growth <= _MOST_GROWTH


def main() -> int:
    """Run one child, or all of it."""
    if sys.argv[1:2] == ["--child"]:
        url, home, key, until = sys.argv[2:]
        asyncio.run(_child(url, home, key, float(until)))
        return 0
    return 0 if asyncio.run(soak(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)) else 1


if __name__ == "__main__":
    sys.exit(main())
