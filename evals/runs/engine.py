"""Runs trials, many at once, and hands each over as it ends."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from agent.system.long_imports import long_imports
from evals.definitions.trial import SECONDS, Status, TrialPlan, TrialRecord
from evals.trials.players import Players

_LOGGER = logging.getLogger(__name__)

RunTrial: TypeAlias = Callable[[TrialPlan], Awaitable[TrialRecord]]
Records: TypeAlias = "asyncio.Queue[TrialRecord]"


class Engine(Protocol):
    """Runs trials somewhere."""

    def run(self, plans: Iterable[TrialPlan]) -> AsyncGenerator[TrialRecord, None]:
        """Run them.

        Args:
            plans: What is to be tried; looked at one after another as there is room, so that a million of
                them cost nothing in advance.

        Returns:
            What came of each, in the order in which they end.

        Raises:
            AgentError: Nothing can be run.
        """
        ...


class Setup(Protocol):
    """What trials need in a process; small enough to be sent to another one."""

    def open(self, places: int) -> AbstractAsyncContextManager[RunTrial]:
        """Make it ready.

        Args:
            places: How many trials run at once.

        Raises:
            AgentError: That cannot be done.
        """
        ...


@dataclass(frozen=True, slots=True)
class SandboxSetup:
    """Sandboxes in memory for the trials of a process.

    Args:
        players: Who plays in the trials.
        seconds: How long a trial may take.
    """

    players: Players = field(default_factory=Players)
    seconds: float = SECONDS

    @asynccontextmanager
    async def open(self, places: int) -> AsyncGenerator[RunTrial]:
        """Listen at the addresses of the sandboxes.

        Raises:
            AgentError: The system gives no more sockets or no folder.
        """
        # These take a second to import, and a process that only hands out plans needs neither.
        with long_imports():
            from evals.trials.running import run_trial
            from evals.workspaces.host import Host

        async with Host(places) as host, self.players.open() as make_play:

            async def run(plan: TrialPlan) -> TrialRecord:
                return await run_trial(plan, host, make_play, seconds=self.seconds)

            yield run


class InProcess:
    """Runs trials in this process.

    Args:
        setup: What they need.
        concurrency: How many run at once.
    """

    def __init__(self, setup: Setup, concurrency: int) -> None:
        self._setup = setup
        self._concurrency = concurrency

    async def run(self, plans: Iterable[TrialPlan]) -> AsyncGenerator[TrialRecord, None]:
        """Run them; see `Engine.run`."""
        waiting = iter(plans)
        async with self._setup.open(self._concurrency) as run:

            async def work(records: Records) -> None:
                for plan in waiting:
                    await records.put(await run_safely(run, plan))

            async with aclosing(collect([work] * self._concurrency)) as records:
                async for record in records:
                    yield record


async def run_safely(run: RunTrial, plan: TrialPlan) -> TrialRecord:
    """Run a trial so that the others go on whatever happens in it.

    Args:
        run: Runs it.
        plan: What is tried.
    """
    try:
        return await run(plan)
    except Exception as error:
        _LOGGER.exception("the trial %s failed", plan.key)
        return broken(plan, f"The program failed in this trial ({type(error).__name__}: {error}).")


def broken(plan: TrialPlan, problem: str) -> TrialRecord:
    """The record of a trial of which nothing is known but why.

    Args:
        plan: What was to be tried.
        problem: Why, in one sentence.
    """
    return TrialRecord(
        plan.case.id, plan.case.digest, plan.kind, plan.number, Status.BROKEN, " ".join(problem.split())
    )


async def collect(
    workers: Sequence[Callable[[Records], Coroutine[None, None, None]]],
) -> AsyncGenerator[TrialRecord, None]:
    """Hand over what workers put into a queue, until all have ended.

    Args:
        workers: Each is given the queue; it waits there while nobody takes what is in it.
    """
    records: Records = asyncio.Queue(maxsize=len(workers))

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker(records))

    working = asyncio.create_task(work())
    coming = asyncio.create_task(records.get())
    try:
        while not (working.done() and records.empty() and not coming.done()):
            await asyncio.wait({working, coming}, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                yield coming.result()
                coming = asyncio.create_task(records.get())
        await working
    except ExceptionGroup as failures:
        # The first failure has ended the others.
        raise failures.exceptions[0] from None
    finally:
        for task in (working, coming):
            task.cancel()
        await asyncio.gather(working, coming, return_exceptions=True)
