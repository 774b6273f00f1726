"""Runs trials on the workers of a Dask cluster, on however many machines.

Each trial is one task, and only as many are handed out as keep every worker busy: a million plans cost
nothing in advance. The scheduler gives the trials of a worker that is lost to others. Records come back one
by one, to be kept where the run was begun; a worker keeps nothing.

Source: Dask `distributed`, the documentation of its client, of worker resilience and of TLS.
"""

import asyncio
import importlib
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from agent.errors import AgentError, UsageError
from agent.wording.addresses import hide_user
from evals.definitions.trial import TrialPlan, TrialRecord
from evals.runs.engine import Setup, broken
from evals.runs.remote import Job, Refused, Task, leave_job, make_job, make_task, run_in_worker, why_refused

_ADDRESS = ("tcp://", "tls://", "ucx://", "ws://", "wss://", "inproc://")
_INSTALL = "Install it: pip install 'astravue-agent[distributed]'"
_SAME = "Install the same astravue-agent with its extra “distributed” on every machine."
_CONNECT_SECONDS = 10.0
_WORKERS_SECONDS = 60.0
_COUNT_SECONDS = 5.0
_CLOSING_SECONDS = 15.0
_GOODBYE_SECONDS = 2.0
_AHEAD = 2
"""Trials in flight for each that runs: while one ends and the next is sent, a worker has another one."""

# It has them written to standard error.
_LOGS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application")
_LOGGER = logging.getLogger(__name__)


class Distributed:
    """Runs trials on the workers of a scheduler; each runs as many at once as it has threads.

    Args:
        setup: What they need.
        address: The scheduler's.
        resume: The command that goes on with the run.
        wait_seconds: How long to wait for the first worker.
        connect_seconds: How long to wait for the scheduler.
    """

    def __init__(
        self,
        setup: Setup,
        address: str,
        *,
        resume: str = "astravue eval run --resume last",
        wait_seconds: float = _WORKERS_SECONDS,
        connect_seconds: float = _CONNECT_SECONDS,
    ) -> None:
        self._job = make_job(uuid.uuid4().hex[:12], setup)
        self._address = address
        self._resume = resume
        self._wait_seconds = wait_seconds
        self._connect_seconds = connect_seconds

    async def run(self, plans: Iterable[TrialPlan]) -> AsyncGenerator[TrialRecord, None]:
        """Run them; see `evals.runs.engine.Engine.run`."""
        library = import_library()
        client = await self._connect(library)
        try:
            await self._look_at_workers(client)
            handing = _Handing(library, client, self._job, self._lost, iter(plans))
            try:
                async for record in handing.records():
                    yield record
            finally:
                await handing.give_up()
        finally:
            await self._leave(client)

    def _lost(self) -> AgentError:
        address = hide_user(self._address)
        return AgentError(
            f"The scheduler at {address} was lost; the trials that had ended are kept.",
            f"Once it is there again, go on with the run: {self._resume} --scheduler {address}",
        )

    async def _connect(self, library: Any) -> Any:
        try:
            return await library.Client(
                self._address, asynchronous=True, set_as_default=False, timeout=self._connect_seconds
            )
        except (OSError, TimeoutError, ValueError) as error:
            _LOGGER.warning("the scheduler cannot be reached", exc_info=error)
            raise AgentError(
                f"The scheduler at {hide_user(self._address)} cannot be reached; nothing was run.",
                "Start it: dask scheduler. One that wants TLS has an address that begins with tls://.",
            ) from error

    async def _look_at_workers(self, client: Any) -> None:
        """Refuse workers that cannot run trials; one that comes later refuses by itself."""
        try:
            await client.wait_for_workers(1, timeout=self._wait_seconds)
        except TimeoutError:
            raise AgentError(
                f"The scheduler at {hide_user(self._address)} has no worker; nothing was run.",
                f"Start one: dask worker {hide_user(self._address)}",
            ) from None
        try:
            answers: dict[str, Refused | None] = await client.run(why_refused, self._job)
        except Exception as error:
            raise _unable(error) from error
        for refused in filter(None, answers.values()):
            raise AgentError(refused.problem, refused.hint)

    async def _leave(self, client: Any) -> None:
        # Workers of a scheduler that is lost close by themselves what nobody uses.
        if client.status == "running":
            with suppress(Exception):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await client.run(leave_job, self._job.id, on_error="ignore")
        with suppress(Exception):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await client.close(timeout=_GOODBYE_SECONDS)


class _Handing:
    """Hands trials out and takes records back.

    Args:
        library: Dask `distributed`.
        client: Its client.
        job: What the trials need.
        lost: Makes the error of a scheduler that is lost.
        waiting: Plans that nobody has yet.
    """

    def __init__(
        self,
        library: Any,
        client: Any,
        job: Job,
        lost: Callable[[], AgentError],
        waiting: Iterator[TrialPlan],
    ) -> None:
        self._library = library
        self._client = client
        self._job = job
        self._lost = lost
        self._waiting = waiting
        self._in_hand: dict[asyncio.Task[TrialRecord | None], TrialPlan] = {}
        # Trials that were there each time that several workers died; one of them may be the reason.
        self._suspects: list[TrialPlan] = []
        self._places = 0
        self._counted = float("-inf")

    async def records(self) -> AsyncGenerator[TrialRecord, None]:
        while await self._fill():
            done, _ = await asyncio.wait(
                self._in_hand, timeout=_COUNT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                plan = self._in_hand.pop(task)
                record = task.result()
                if record is None:
                    self._suspects.append(plan)
                else:
                    yield record
        for plan in self._suspects:
            yield await self._try(plan) or broken(plan, "Every worker that ran this trial died.")

    async def give_up(self) -> None:
        """Leave what is still out."""
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    async def _fill(self) -> bool:
        """Hand out as many trials as there is room for, and say whether any is out."""
        await self._count()
        while len(self._in_hand) < max(1, _AHEAD * self._places):
            plan = next(self._waiting, None)
            if plan is None:
                break
            self._in_hand[asyncio.create_task(self._try(plan))] = plan
        return bool(self._in_hand)

    async def _count(self) -> None:
        """Count the threads of all workers, which come and go."""
        if time.monotonic() - self._counted < _COUNT_SECONDS:
            return
        self._counted = time.monotonic()
        with suppress(OSError, TimeoutError):
            threads: dict[str, int] = await self._client.nthreads()
            self._places = sum(threads.values())

    async def _try(self, plan: TrialPlan) -> TrialRecord | None:
        """Have a trial run; `None` where worker after worker died meanwhile."""
        future = self._client.submit(
            run_in_thread,
            self._job,
            make_task(plan),
            key=f"trial-{self._job.id}-{uuid.uuid4().hex}",
            pure=False,
        )
        try:
            answer: TrialRecord | Refused = await future.result()
        except self._library.KilledWorker:
            return None
        except self._library.client.FutureCancelledError as error:
            raise self._lost() from error
        except (OSError, TimeoutError) as error:
            raise self._lost() from error
        except Exception as error:
            raise _unable(error) from error
        finally:
            with suppress(Exception):
                future.release()
        if isinstance(answer, Refused):
            raise AgentError(answer.problem, answer.hint)
        return answer


def check_address(address: str) -> None:
    """Look at the address of a scheduler before anything is begun.

    Raises:
        UsageError: It is none.
        AgentError: Dask `distributed` is not installed.
    """
    if not address.startswith(_ADDRESS):
        raise UsageError(
            f"{hide_user(address)} is no address of a scheduler.", "Give one like tcp://10.0.0.5:8786."
        )
    import_library()


def run_in_thread(job: Job, task: Task) -> TrialRecord | Refused:
    """Run a trial in a thread of a worker, beside as many others as it has threads."""
    worker: Any = importlib.import_module("distributed").get_worker()
    return run_in_worker(job, task, worker.state.nthreads)


def import_library() -> Any:
    """Import Dask `distributed`, and let its messages go where those of this program go.

    Raises:
        AgentError: It is not installed.
    """
    try:
        library = importlib.import_module("distributed")
    except ImportError as error:
        raise AgentError("The extra “distributed” is not installed.", _INSTALL) from error
    for name in _LOGS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    return library


def _unable(error: Exception) -> AgentError:
    said = " ".join(str(error).split())[:200]
    return AgentError(f"A worker cannot run trials ({type(error).__name__}: {said}).", _SAME)
