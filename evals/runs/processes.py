"""Runs trials in several processes of this machine.

Each process is given as many plans as it runs at once. When one dies, another takes its place and tries what
it had in hand again, one after another, so that only a trial that kills its process is given up.
"""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Self

from agent.errors import AgentError
from agent.system.child_process import start_attached
from evals.definitions.trial import TrialPlan, TrialRecord
from evals.runs.engine import Records, Setup, broken, collect
from evals.runs.messages import Assignment, Ready, pack, receive_message

_LOGGER = logging.getLogger(__name__)
_MOST_DEATHS = 2
_STOP_SECONDS = 10.0


class Processes:
    """Runs trials in processes of their own.

    Args:
        setup: What they need.
        jobs: How many processes.
        concurrency: How many trials run at once in each.
        environ: The environment to start them in.
    """

    def __init__(
        self, setup: Setup, jobs: int, concurrency: int, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._assignment = Assignment(setup, concurrency)
        self._jobs = jobs
        self._environ = environ

    async def run(self, plans: Iterable[TrialPlan]) -> AsyncGenerator[TrialRecord, None]:
        """Run them; see `evals.runs.engine.Engine.run`."""
        waiting = iter(plans)

        async def work(records: Records) -> None:
            await _Slot(self._assignment, self._environ, waiting, records).run()

        async with aclosing(collect([work] * self._jobs)) as records:
            async for record in records:
                yield record


class _Slot:
    """One process at a time, until there is nothing left to do.

    Args:
        assignment: What it is told first.
        environ: The environment to start it in.
        waiting: Plans that nobody has yet.
        records: Where records go.
    """

    def __init__(
        self,
        assignment: Assignment,
        environ: Mapping[str, str],
        waiting: Iterator[TrialPlan],
        records: Records,
    ) -> None:
        self._assignment = assignment
        self._environ = environ
        self._waiting = waiting
        self._records = records
        self._in_hand: dict[str, TrialPlan] = {}
        # What a process that died had in hand, and how often that happened to each.
        self._suspects: list[TrialPlan] = []
        self._deaths: dict[str, int] = {}

    async def run(self) -> None:
        while (plan := self._next()) is not None:
            async with _Worker(self._assignment, self._environ) as worker:
                try:
                    await self._feed(worker, plan)
                except EOFError:
                    _LOGGER.warning("a process died with %d trials in hand", len(self._in_hand))
                    await self._take_back(worker.last_words)

    def _next(self) -> TrialPlan | None:
        return self._suspects.pop() if self._suspects else next(self._waiting, None)

    async def _feed(self, worker: "_Worker", first: TrialPlan) -> None:
        plan: TrialPlan | None = first
        while plan is not None or self._in_hand:
            if plan is not None:
                self._in_hand[plan.key] = plan
                await worker.send(plan)
            suspected = any(key in self._deaths for key in self._in_hand)
            if suspected or plan is None or len(self._in_hand) >= self._assignment.places:
                record = await worker.receive()
                del self._in_hand[record.key]
                self._deaths.pop(record.key, None)
                await self._records.put(record)
            # Suspects are tried alone, one after another.
            plan = self._next() if not self._in_hand or not self._suspects else None
        await worker.finish()

    async def _take_back(self, last_words: str) -> None:
        for key, plan in self._in_hand.items():
            self._deaths[key] = self._deaths.get(key, 0) + 1
            if self._deaths[key] < _MOST_DEATHS:
                self._suspects.append(plan)
                continue
            said = f": {last_words}" if last_words else "."
            await self._records.put(
                broken(plan, f"The process that ran this trial died {_MOST_DEATHS} times{said}")
            )
        self._in_hand.clear()


class _Worker:
    """A process that runs trials, for as long as the context is open.

    Args:
        assignment: What it is told first.
        environ: The environment to start it in.
    """

    def __init__(self, assignment: Assignment, environ: Mapping[str, str]) -> None:
        self._assignment = assignment
        self._environ = environ
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self.last_words = ""

    async def __aenter__(self) -> Self:
        """Start it and wait until it is ready.

        Raises:
            AgentError: It cannot be started, or cannot run trials.
        """
        starting = asyncio.create_task(self._start())
        try:
            self._process = process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            # Half of a start cannot be taken back.
            self._process = await starting
            await self._stop()
            raise
        except OSError as error:
            raise AgentError(f"No process for trials can be started: {error.strerror}.") from error
        try:
            await self._begin(process)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _start(self) -> asyncio.subprocess.Process:
        process = await start_attached("evals.runs.worker", environ=self._environ)
        self._listening = asyncio.create_task(self._listen(process))
        return process

    async def _begin(self, process: asyncio.subprocess.Process) -> None:
        try:
            await self._tell(process, self._assignment)
            ready = await _receive(process)
        except EOFError:
            await self._wait_for_words()
            reason = self.last_words or "it left without a word"
            raise AgentError(f"A process for trials could not start: {reason}") from None
        assert isinstance(ready, Ready)
        if ready.problem:
            raise AgentError(ready.problem, ready.hint)

    async def send(self, plan: TrialPlan) -> None:
        """Have a trial run.

        Raises:
            EOFError: The process has died.
        """
        assert self._process is not None
        await self._tell(self._process, plan)

    async def receive(self) -> TrialRecord:
        """The next trial that has ended.

        Raises:
            EOFError: The process has died.
        """
        assert self._process is not None
        try:
            record = await _receive(self._process)
        except EOFError:
            await self._wait_for_words()
            raise
        assert isinstance(record, TrialRecord)
        return record

    async def finish(self) -> None:
        """Say that there is nothing more to do, and wait until it has put everything away."""
        assert self._process is not None
        with suppress(EOFError, TimeoutError):
            await self._tell(self._process, None)
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)

    async def _tell(self, process: asyncio.subprocess.Process, message: object) -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(pack(message))
            await process.stdin.drain()
        except ConnectionError as error:
            await self._wait_for_words()
            raise EOFError from error

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Remember the last line that it writes to standard error, which names what it died of."""
        assert process.stderr is not None
        while line := await process.stderr.readline():
            text = line.decode(errors="replace").strip()
            _LOGGER.debug("a process for trials says: %s", text)
            self.last_words = text or self.last_words

    async def _wait_for_words(self) -> None:
        assert self._listening is not None
        # A child of the dead process may have kept the pipe.
        await asyncio.wait({self._listening}, timeout=1.0)

    async def _stop(self) -> None:
        stopping = asyncio.create_task(self._put_away())
        try:
            await asyncio.shield(stopping)
        except asyncio.CancelledError:
            # Another process may have failed meanwhile, which is no reason to leave this one behind.
            await stopping
            raise

    async def _put_away(self) -> None:
        assert self._process is not None
        assert self._listening is not None
        assert self._process.stdin is not None
        # It leaves when the pipe is closed, what it has in hand or not.
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)


async def _receive(process: asyncio.subprocess.Process) -> object:
    assert process.stdout is not None
    return await receive_message(process.stdout)
