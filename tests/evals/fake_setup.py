"""Trials that do what their case's title says, in this process or in another one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from drawn_records import make_case, make_record

from agent.errors import AgentError
from evals.definitions.trial import Kind, TrialPlan, TrialRecord
from evals.runs.engine import RunTrial

HERE = Path(__file__).parent


def environ() -> dict[str, str]:
    """The environment in which a child finds this module."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}


def plan_to(*titles: str) -> list[TrialPlan]:
    """Trials that do what these say."""
    return [
        TrialPlan(replace(make_case(f"single-step/{number}"), title=title), Kind.ORACLE)
        for number, title in enumerate(titles)
    ]


@dataclass(frozen=True, slots=True)
class FakeSetup:
    """Opens nothing, and notes in a folder what is begun and by whom.

    Args:
        folder: The folder.
        problem: Why it cannot be opened; empty when it can.
        full: Set once as many trials run as may.
    """

    folder: Path
    problem: str = ""
    full: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def open(self, places: int) -> AsyncGenerator[RunTrial]:
        if self.problem == "crash":
            raise RuntimeError("no such luck")
        if self.problem:
            raise AgentError(self.problem, "Do something.")
        running = 0

        async def run(plan: TrialPlan) -> TrialRecord:
            nonlocal running
            running += 1
            assert running <= places
            if running == places:
                self.full.set()
            with (self.folder / "begun").open("a") as file:
                file.write(f"{plan.key} {os.getpid()} {running}\n")
            try:
                return await self._do(plan)
            finally:
                running -= 1

        try:
            yield run
        finally:
            (self.folder / f"closed-{os.getpid()}").touch()

    async def _do(self, plan: TrialPlan) -> TrialRecord:
        match plan.case.title:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die once":
                tried = self.folder / f"tried-{plan.number}"
                if not tried.exists():
                    tried.touch()
                    os._exit(3)
            case "fail":
                raise ValueError("this was\nnot foreseen")
            case "wait":
                await asyncio.Event().wait()
            case "print":
                sys.stdout.write("a library says something")
                sys.stdout.flush()
            case _:
                await asyncio.sleep(0)
        return make_record(plan)

    def closed(self) -> set[int]:
        """The processes that closed what they had opened."""
        return {int(path.name.removeprefix("closed-")) for path in self.folder.glob("closed-*")}

    def begun(self) -> list[tuple[str, int, int]]:
        """What was begun, in which process, and how many ran in it then."""
        lines = (self.folder / "begun").read_text().splitlines()
        return [(key, int(pid), int(count)) for key, pid, count in map(str.split, lines)]
