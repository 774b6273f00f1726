"""What a worker of a distributed engine does for a run: it keeps what trials need open from one to the next.

A worker calls `run_in_worker` in a thread for each trial. All of them share one event loop, in a thread of
its own, so that the worker goes on talking to its scheduler whatever the trials do.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeAlias

from agent.errors import AgentError, UsageError
from agent.wording.addresses import hide_user
from evals.definitions.selection import shipped_cases
from evals.definitions.trial import TrialPlan, TrialRecord
from evals.runs.engine import RunTrial, SandboxSetup, Setup, run_safely
from evals.runs.manifest import installed_versions

KEY = "OPENAI_API_KEY"
"""The variable of a worker's environment that holds the endpoint's key."""

_KEPT_BACK = "kept-back"
_IDLE_SECONDS = 120.0
_CLOSING_SECONDS = 10.0
_LOGGER = logging.getLogger(__name__)
_Opened: TypeAlias = "tuple[asyncio.AbstractEventLoop, RunTrial, asyncio.Event]"


@dataclass(frozen=True, slots=True)
class Job:
    """What all trials of a run need, as it is sent along with each.

    Args:
        id: Tells the run from others.
        setup: What trials need; it has no keys.
        needs_key: The endpoint of its models wants one.
        versions: Of whoever runs it.
    """

    id: str
    setup: Setup
    needs_key: bool
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Task:
    """One trial, as it is sent.

    Args:
        plan: The trial.
        is_shipped: Its case came with the program, and is found wherever that is installed.
    """

    plan: TrialPlan
    is_shipped: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a worker cannot run trials.

    Args:
        problem: In one sentence.
        hint: What helps.
    """

    problem: str
    hint: str = ""


def make_job(id: str, setup: Setup) -> Job:
    """Describe a run for its workers, without the keys that it was given.

    Raises:
        UsageError: The address of an endpoint holds a password.
    """
    needs_key = False
    if isinstance(setup, SandboxSetup):
        players = setup.players
        if any(hide_user(address) != address for address in players.addresses):
            raise UsageError(
                "The address of the model's endpoint holds a password, which is never sent to workers.",
                f"Give a key in {KEY} of each worker, or run without --scheduler.",
            )
        needs_key = players.has_key
        setup = replace(setup, players=players.with_key(_KEPT_BACK))
    return Job(id, setup, needs_key, installed_versions())


def make_task(plan: TrialPlan) -> Task:
    """Describe a trial for a worker that has its files elsewhere."""
    return Task(plan, plan.case.path.is_relative_to(shipped_cases()))


def why_refused(job: Job, environ: Mapping[str, str] = os.environ) -> Refused | None:
    """Say why this process cannot run trials of a job, if that is so.

    Args:
        job: The job.
        environ: The environment of this process.
    """
    own = _own_versions()
    differing = [
        f"{name} {own.get(name, 'none')} there, {job.versions.get(name, 'none')} here"
        for name in sorted({*own, *job.versions})
        if own.get(name) != job.versions.get(name)
    ]
    if differing:
        return Refused(
            f"A worker has other versions ({'; '.join(differing)}), so its trials would not be alike.",
            "Install the same on every machine.",
        )
    if job.needs_key and not environ.get(KEY):
        return Refused(
            "A worker has no key for the endpoint of the model; keys are never sent to workers.",
            f"Start each worker with {KEY} in its environment.",
        )
    return None


def run_in_worker(job: Job, task: Task, places: int) -> TrialRecord | Refused:
    """Run a trial in a thread of a worker.

    Args:
        job: What it needs.
        task: The trial.
        places: How many run at once in this process.
    """
    refused = why_refused(job)
    if refused is not None:
        return refused
    resident = _enter(job, places)
    try:
        return resident.run(_at_home(task))
    except AgentError as error:
        return Refused(error.message, error.hint)
    finally:
        resident.leave()


def leave_job(id: str) -> None:
    """Close what a job has open in this process, once none of its trials runs any more."""
    with _LOCK:
        resident = _RESIDENTS.get(id)
    if resident is not None:
        resident.close()


def _at_home(task: Task) -> TrialPlan:
    """The plan of a task, with its case where this process has it."""
    case = task.plan.case
    if not task.is_shipped:
        return task.plan
    return replace(task.plan, case=replace(case, path=shipped_cases() / f"{case.id}.yaml"))


class _Resident:
    """What trials of a job need, open in a thread with an event loop of its own.

    Args:
        job: The job.
        places: How many trials run at once.
    """

    def __init__(self, job: Job, places: int) -> None:
        self._job = job
        self._places = places
        self._opened: Future[_Opened] = Future()
        self._users = 0
        self._served = 0
        self._closing = False
        self._thread = threading.Thread(target=self._main, name=f"trials {job.id}", daemon=True)
        self._thread.start()

    def enter(self) -> None:
        """Count one user more; the lock is held."""
        self._users += 1
        self._served += 1

    def run(self, plan: TrialPlan) -> TrialRecord:
        """Run a trial, and wait until it has ended.

        Raises:
            AgentError: What it needs cannot be opened.
        """
        loop, run, _ = self._opened.result()
        return asyncio.run_coroutine_threadsafe(run_safely(run, plan), loop).result()

    def leave(self) -> None:
        """Count one user less."""
        with _LOCK:
            self._users -= 1
            closing = self._closing
        if closing:
            self._stir()

    def close(self) -> None:
        """Close it once nobody uses it, and wait for that."""
        self._closing = True
        self._stir()
        self._thread.join(_CLOSING_SECONDS)

    def _stir(self) -> None:
        with suppress(Exception):
            loop, _, stirred = self._opened.result()
            loop.call_soon_threadsafe(stirred.set)

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if self._opened.done():
                _LOGGER.exception("what trials need could not be closed")
            else:
                self._opened.set_exception(error)
        finally:
            with _LOCK:
                _forget(self._job.id, self)

    async def _serve(self) -> None:
        async with setup_here(self._job, os.environ).open(self._places) as run:
            stirred = asyncio.Event()
            self._opened.set_result((asyncio.get_running_loop(), run, stirred))
            served = -1
            # Whoever began the run may be gone without a word.
            while not self._leaves(served):
                served = self._served
                stirred.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stirred.wait(), _IDLE_SECONDS)

    def _leaves(self, served: int) -> bool:
        with _LOCK:
            leaves = not self._users and (self._closing or self._served == served)
            if leaves:
                _forget(self._job.id, self)
        return leaves


def setup_here(job: Job, environ: Mapping[str, str]) -> Setup:
    """What the trials of a job need, with the key that this process has.

    Args:
        job: The job, which is not refused.
        environ: The environment of this process.
    """
    setup = job.setup
    if job.needs_key and isinstance(setup, SandboxSetup):
        return replace(setup, players=setup.players.with_key(environ[KEY]))
    return setup


# Reading them takes as long as a good part of a trial.
_own_versions = cache(installed_versions)
_LOCK = threading.Lock()
_RESIDENTS: dict[str, _Resident] = {}


def _enter(job: Job, places: int) -> _Resident:
    with _LOCK:
        resident = _RESIDENTS.get(job.id)
        if resident is None:
            resident = _RESIDENTS[job.id] = _Resident(job, places)
        resident.enter()
    return resident


def _forget(id: str, resident: _Resident) -> None:
    if _RESIDENTS.get(id) is resident:
        del _RESIDENTS[id]
