"""Twenty conversations at once share one login whose access tokens live for two seconds.

    python -m evals.bench.soak [SECONDS]

Four processes with five windows each. As a benchmark it runs for a short while, and as long again with
tokens that live for an hour, which tells what the refreshes cost a turn. As a program of its own it runs
for ten minutes unless told, prints turns, refreshes, sign-ins and memory, and ends with status 1 when a
turn was lost, a sign-in was needed or memory grew by more than a quarter.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from agent.conversation import Conversation, ToolCall, ToolMessage
from agent.events import CallOutcome
from agent.loop import Loop
from agent.model.protocol import ModelRequest, StreamItem
from agent.model.scripted import say
from agent.system.child_process import python_command
from agent.tools.policy import Policy
from evals.bench.figures import Figure, Target, summarise
from evals.bench.processes import resident
from evals.drills.home import Home
from evals.drills.sandbox import DrillSandbox, Ledger
from evals.drills.turns import DrillModel, run_turn
from evals.drills.window import READ, PausingVault, Window

_PROCESSES = 4
_WINDOWS = 5
_TURNS_OF_A_CONVERSATION = 10
_PAUSE = 1.0
_MOST_GROWTH = 1.25
_SHORT_SECONDS = 20.0
_SHORT_LIFE = 2
_LONG_LIFE = 3600
# The first tenth is for imports and caches to settle.
_LOOKS = (0.1, 0.5, 0.97)


@dataclass(slots=True)
class Told:
    """What a process tells of its windows.

    Args:
        turns: The seconds of each turn.
        calls: How many tools were called.
        lost: Why turns were lost.
    """

    turns: list[float] = field(default_factory=list[float])
    calls: int = 0
    lost: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Soaked:
    """How a soak went.

    Args:
        told: What its processes told.
        ledger: What the sandbox knows of sign-ins.
        memory: MiB of the clients and of the sandbox, at several moments.
    """

    told: Sequence[Told]
    ledger: Ledger
    memory: Sequence[tuple[float, float]]

    @property
    def turns(self) -> list[float]:
        """The seconds of all turns."""
        return [seconds for each in self.told for seconds in each.turns]

    @property
    def lost(self) -> list[str]:
        """Why turns were lost, of all."""
        return [reason for each in self.told for reason in each.lost]

    @property
    def sign_ins(self) -> int:
        """How many sign-ins the first one did not save."""
        return self.ledger.families - 1

    @property
    def is_well(self) -> bool:
        """No turn was lost, and nobody had to sign in again."""
        return len(self.told) == _PROCESSES and not (self.lost or self.sign_ins or self.ledger.revoked)


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


async def _talk(url: str, environ: dict[str, str], until: float, told: Told) -> None:
    """One window: conversations of ten turns, one after the other."""
    async with Window(url, environ, PausingVault(environ)) as window:
        loop, turns = _new_loop(window), 0
        while time.time() < until:
            if turns == _TURNS_OF_A_CONVERSATION:
                loop, turns = _new_loop(window), 0
            begun = time.perf_counter()
            report = await run_turn(loop.turn("Who am I?"))
            turns += 1
            told.turns.append(time.perf_counter() - begun)
            told.calls += len(report.outcomes)
            if report.lost or report.outcomes != [CallOutcome.SUCCEEDED]:
                told.lost.append(str(report.error or report.outcomes))
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
    told = Told()
    async with asyncio.TaskGroup() as group:
        for _ in range(_WINDOWS):
            group.create_task(_talk(url, environ, until, told))
    sys.stdout.write(json.dumps(asdict(told)))


async def soak(seconds: float, life: int = _SHORT_LIFE) -> Soaked:
    """Let the conversations run for so many seconds, with access tokens of such a life."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        async with DrillSandbox(Path(folder, "sandbox"), "--access-ttl", str(life)) as sandbox:
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
            memory: list[tuple[float, float]] = []
            for share in _LOOKS:
                await asyncio.sleep(max(0.0, until - seconds * (1 - share) - time.time()))
                memory.append((sum(resident(child.pid) for child in children), resident(sandbox.pid)))
            answers = [(await child.communicate())[0] for child in children]
            ledger = await sandbox.ledger()
    return Soaked([Told(**json.loads(answer)) for answer in answers if answer], ledger, memory)


def measure() -> list[Figure]:
    """Soak for a short while, with tokens of a short life and of a long one."""
    long = asyncio.run(soak(_SHORT_SECONDS, _LONG_LIFE))
    short = asyncio.run(soak(_SHORT_SECONDS))
    base = summarise("a turn of 20 at once, tokens of an hour", "s", long.turns)
    none = Target(0)
    return [
        base,
        summarise("a turn of 20 at once, tokens of 2 s", "s", short.turns, base=base),
        summarise("refreshes meanwhile", "", [short.ledger.refreshes]),
        summarise("turns lost while refreshing", "", [len(short.lost)], target=none),
        summarise("further sign-ins while refreshing", "", [short.sign_ins], target=none),
    ]


def report(seconds: float) -> bool:
    """Soak for so long, print the figures and say whether all is well."""
    found = asyncio.run(soak(seconds))
    print(f"{_PROCESSES * _WINDOWS} conversations in {len(found.told)} processes for {seconds:.0f} s")
    print(f"turns {len(found.turns)}, lost {len(found.lost)}")
    print(f"tool calls {sum(each.calls for each in found.told)}")
    print(f"refreshes {found.ledger.refreshes}, families revoked {found.ledger.revoked}")
    print(f"sign-ins after the first {found.sign_ins}")
    for name, column in (("clients", 0), ("sandbox", 1)):
        start, middle, end = (sample[column] for sample in found.memory)
        print(f"memory of {name}: {start:.0f}, {middle:.0f}, {end:.0f} MiB; end to start {end / start:.2f}")
    for reason in found.lost[:10]:
        print(f"lost: {reason}")
    return found.is_well and found.memory[-1][0] / found.memory[0][0] <= _MOST_GROWTH


def main() -> int:
    """Run one child, or all of it."""
    if sys.argv[1:2] == ["--child"]:
        url, home, key, until = sys.argv[2:]
        asyncio.run(_child(url, home, key, float(until)))
        return 0
    return 0 if report(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0) else 1


if __name__ == "__main__":
    sys.exit(main())
