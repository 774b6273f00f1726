"""Engines run every trial once, many at a time, whatever becomes of one of them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from drawn_records import make_plans
from fake_setup import FakeSetup, environ, plan_to

from agent.errors import AgentError, LimitError
from evals.definitions.trial import Status, TrialPlan, TrialRecord
from evals.runs.engine import Engine, InProcess
from evals.runs.processes import Processes

pytestmark = pytest.mark.anyio


MakeEngine = Callable[[FakeSetup], Engine]


def in_process(setup: FakeSetup, concurrency: int = 4) -> Engine:
    return InProcess(setup, concurrency)


def in_processes(setup: FakeSetup, concurrency: int = 4, jobs: int = 2) -> Engine:
    return Processes(setup, jobs, concurrency, environ())


async def run(engine: Engine, plans: Iterable[TrialPlan]) -> list[TrialRecord]:
    return [record async for record in engine.run(plans)]


def read_environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


both = pytest.mark.parametrize("make", [in_process, in_processes])


@both
async def test_every_trial_is_run_once(tmp_path: Path, make: MakeEngine) -> None:
    setup = FakeSetup(tmp_path)
    plans = make_plans(50)
    records = await run(make(setup), plans)
    assert sorted(record.number for record in records) == list(range(1, 51))
    assert sorted(key for key, _, _ in setup.begun()) == sorted(plan.key for plan in plans)
    assert {record.status for record in records} == {Status.FINISHED}


@both
async def test_no_plans_are_no_records(tmp_path: Path, make: MakeEngine) -> None:
    assert await run(make(FakeSetup(tmp_path)), []) == []


@both
async def test_plans_are_drawn_as_there_is_room(tmp_path: Path, make: MakeEngine) -> None:
    drawn = count()

    def endless() -> Iterator[TrialPlan]:
        for plan in make_plans(1) * 10_000:
            number = next(drawn) + 1
            yield replace(plan, number=number)

    async with aclosing(make(FakeSetup(tmp_path)).run(endless())) as records:
        for _ in range(5):
            await anext(records)
    # Those that were handed over, those in hand, and those that wait to be handed over.
    assert next(drawn) < 40


@both
async def test_a_trial_that_fails_is_broken_and_the_others_go_on(tmp_path: Path, make: MakeEngine) -> None:
    records = await run(make(FakeSetup(tmp_path)), plan_to("", "fail", "", "print", ""))
    found = {record.case: record for record in records}
    assert len(found) == 5
    broken = found.pop("single-step/1")
    assert broken.status is Status.BROKEN
    assert broken.problem == "The program failed in this trial (ValueError: this was not foreseen)."
    assert {record.status for record in found.values()} == {Status.FINISHED}


@both
async def test_what_cannot_be_opened_ends_the_run_in_a_sentence(tmp_path: Path, make: MakeEngine) -> None:
    with pytest.raises(AgentError) as told:
        await run(make(FakeSetup(tmp_path, "There are no sockets.")), make_plans(9))
    assert str(told.value) == "There are no sockets. Do something."


@both
async def test_plans_that_cannot_be_made_end_the_run(tmp_path: Path, make: MakeEngine) -> None:
    def plans() -> Iterator[TrialPlan]:
        yield from make_plans(3)
        raise LimitError("It costs too much.")

    with pytest.raises(LimitError, match="It costs too much"):
        await run(make(FakeSetup(tmp_path)), plans())


@both
async def test_a_run_that_is_left_closes_what_it_opened(tmp_path: Path, make: MakeEngine) -> None:
    setup = FakeSetup(tmp_path)
    async with aclosing(make(setup).run(plan_to("", "wait", "", "wait"))) as records:
        await anext(records)
    assert {pid for _, pid, _ in setup.begun()} <= setup.closed()


async def test_one_process_runs_as_many_trials_at_once_as_it_may(tmp_path: Path) -> None:
    setup = FakeSetup(tmp_path)
    async with aclosing(in_process(setup, 100).run(plan_to(*["wait"] * 200))) as records:
        coming = asyncio.ensure_future(anext(records))
        await setup.full.wait()
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
    assert max(running for _, _, running in setup.begun()) == 100


async def test_processes_share_the_work_and_put_everything_away(tmp_path: Path) -> None:
    setup = FakeSetup(tmp_path)
    await run(in_processes(setup), make_plans(200))
    pids = {pid for _, pid, _ in setup.begun()}
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert setup.closed() == pids


async def test_a_process_that_dies_is_replaced_and_its_trials_are_tried_again(tmp_path: Path) -> None:
    setup = FakeSetup(tmp_path)
    plans = plan_to("", "", "die once", "", "", "", "")
    records = await run(in_processes(setup), plans)
    assert sorted(record.key for record in records) == sorted(plan.key for plan in plans)
    assert {record.status for record in records} == {Status.FINISHED}


async def test_a_trial_that_kills_its_process_twice_is_broken_and_drags_no_other_along(
    tmp_path: Path,
) -> None:
    plans = plan_to("", "", "die", "", "", "wait for nothing", "")
    records = await run(in_processes(FakeSetup(tmp_path), jobs=1), plans)
    found = {record.case: record for record in records}
    assert len(found) == len(records) == 7
    broken = found.pop("single-step/2")
    assert broken.status is Status.BROKEN
    assert broken.problem == "The process that ran this trial died 2 times."
    assert {record.status for record in found.values()} == {Status.FINISHED}


async def test_a_process_that_cannot_start_ends_the_run_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match=r"A process for trials could not start: .*no such luck"):
        await run(in_processes(FakeSetup(tmp_path, "crash")), make_plans(9))


async def test_keys_do_not_reach_the_environment_of_a_process(tmp_path: Path) -> None:
    engine = Processes(FakeSetup(tmp_path), 1, 1, environ() | {"OPENAI_API_KEY": "sk-secret"})
    async with aclosing(engine.run(plan_to("", "wait"))) as records:
        await anext(records)
        environment = read_environment(FakeSetup(tmp_path).begun()[0][1])
    assert b"PYTHONPATH" in environment
    assert b"sk-secret" not in environment


PARENT = """
import asyncio, pathlib, sys
from fake_setup import FakeSetup, environ, plan_to
from evals.runs.processes import Processes

async def main():
    engine = Processes(FakeSetup(pathlib.Path(sys.argv[1])), 2, 3, environ())
    async for record in engine.run(plan_to("", *["wait"] * 9)):
        print("going", flush=True)

asyncio.run(main())
"""


def test_processes_leave_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], env=environ(), stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"going\n"
        pids = {pid for _, pid, _ in FakeSetup(tmp_path).begun()}
        parent.send_signal(signal.SIGKILL)
    assert pids
    for pid in pids:
        # They end by themselves: the test does, too, only if they do.
        while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            os.sched_yield()
    assert FakeSetup(tmp_path).closed() == pids
