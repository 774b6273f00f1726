"""What is left of a run is run, each trial is kept with its score, and nothing more is begun than may be."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from drawn_records import FAILED, PASSED, make_case, make_manifest, make_plans, make_record

from agent.model.protocol import Usage
from evals.definitions.trial import Kind, Status, TrialPlan, TrialRecord
from evals.runs.folder import RunFolder
from evals.runs.reading import read_run
from evals.runs.running import Bounds, Ending, plan_trials, run_plans
from evals.runs.scorer import Scorer
from evals.runs.tally import Tally
from evals.scoring.score import Score
from evals.state.changes import Change

pytestmark = pytest.mark.anyio


class FakeEngine:
    """Runs one trial after another, each of which costs as much, and can be made to wait.

    Args:
        cost: US dollars a trial; `None` where that is not known.
        waits_at: Before which trial it waits, counted from 1; 0 for none.
    """

    def __init__(self, cost: float | None = None, waits_at: int = 0) -> None:
        self._cost = cost
        self._waits_at = waits_at
        self.waits = asyncio.Event()
        self.go_on = asyncio.Event()
        self.begun: list[str] = []

    async def run(self, plans: Iterable[TrialPlan]) -> AsyncGenerator[TrialRecord, None]:
        for plan in plans:
            self.begun.append(plan.key)
            if len(self.begun) == self._waits_at:
                self.waits.set()
                await self.go_on.wait()
            yield replace(make_record(plan), usage=Usage(10, 2, cost=self._cost))


def passes(_: TrialRecord) -> Score:
    return PASSED


def keys(path: Path) -> list[str]:
    return [result.record.key for result in read_run(path).results]


async def test_every_trial_is_kept_with_its_score_and_told(tmp_path: Path) -> None:
    told: list[tuple[int, int, int]] = []

    def score(record: TrialRecord) -> Score:
        return FAILED if record.number == 2 else PASSED

    def note(tally: Tally) -> None:
        told.append((tally.ended, tally.passed, tally.failed))

    with RunFolder.create(tmp_path, make_manifest(trials=3)) as folder:
        assert await run_plans(folder, FakeEngine(), make_plans(3), score, on_progress=note) is Ending.DONE
    assert told == [(1, 1, 0), (2, 1, 1), (3, 2, 1)]
    assert [result.score for result in read_run(tmp_path).results] == [PASSED, FAILED, PASSED]


async def test_what_has_ended_is_not_run_again_and_what_has_no_score_gets_one(tmp_path: Path) -> None:
    plans = make_plans(4)
    with RunFolder.create(tmp_path, make_manifest(trials=4)) as folder:
        folder.add(make_record(plans[2]))
        folder.add_score(plans[2].key, FAILED)
        folder.add(make_record(plans[0]))
    engine = FakeEngine()
    with RunFolder.reopen(tmp_path) as folder:
        await run_plans(folder, engine, plans, passes)
    assert engine.begun == [plans[1].key, plans[3].key]
    assert [result.score for result in read_run(tmp_path).results] == [PASSED, PASSED, FAILED, PASSED]


async def test_a_run_stops_before_it_costs_more_than_it_may(tmp_path: Path) -> None:
    plans, bounds = make_plans(9), Bounds(cost=0.5)
    with RunFolder.create(tmp_path, make_manifest(trials=9)) as folder:
        assert await run_plans(folder, FakeEngine(0.2), plans, passes, bounds=bounds) is Ending.COST
        assert folder.tally.ended == 2
    with RunFolder.reopen(tmp_path) as folder:
        assert await run_plans(folder, FakeEngine(0.2), plans, passes, bounds=bounds) is Ending.COST
        assert folder.tally.ended == 2
        assert await run_plans(folder, FakeEngine(0.2), plans, passes, bounds=Bounds(2.0)) is Ending.DONE
        assert folder.tally.cost == pytest.approx(1.8)


async def test_a_cost_that_is_not_known_cannot_be_bounded(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path, make_manifest(trials=3)) as folder:
        ending = await run_plans(folder, FakeEngine(), make_plans(3), passes, bounds=Bounds(1.0))
        assert ending is Ending.UNPRICED
        assert folder.tally.ended == 1


async def test_a_run_that_is_interrupted_lets_what_is_in_progress_end_and_begins_nothing(
    tmp_path: Path,
) -> None:
    engine = FakeEngine(waits_at=2)
    with RunFolder.create(tmp_path, make_manifest(trials=5)) as folder:
        running = asyncio.create_task(run_plans(folder, engine, make_plans(5), passes))
        await engine.waits.wait()
        running.cancel()
        asyncio.get_running_loop().call_soon(engine.go_on.set)
        assert await running is Ending.INTERRUPTED
    assert engine.begun == keys(tmp_path) == [plan.key for plan in make_plans(2)]


async def test_a_run_that_is_interrupted_waits_for_nothing_that_does_not_end(tmp_path: Path) -> None:
    engine = FakeEngine(waits_at=2)
    with RunFolder.create(tmp_path, make_manifest(trials=5)) as folder:
        running = asyncio.create_task(
            run_plans(folder, engine, make_plans(5), passes, bounds=Bounds(grace=0.0))
        )
        await engine.waits.wait()
        running.cancel()
        assert await running is Ending.INTERRUPTED
    assert keys(tmp_path) == ["single-step/one#1"]


def test_half_a_run_has_tried_every_case() -> None:
    cases = [make_case("single-step/a"), make_case("single-step/b")]
    assert [plan.key for plan in plan_trials(iter(cases), Kind.LIVE, 2)] == [
        "single-step/a#1",
        "single-step/b#1",
        "single-step/a#2",
        "single-step/b#2",
    ]


def no_goal(_: object) -> tuple[Change, ...]:
    raise AssertionError("nobody needs a goal here")


def test_a_broken_trial_and_a_replay_need_no_goal() -> None:
    scorer = Scorer([make_case()], no_goal)
    record = make_record(make_plans(1)[0])
    assert scorer.score(replace(record, status=Status.BROKEN)) == Score(())
    replayed = replace(record, kind=Kind.REPLAY, difference="another request")
    assert [check.name for check in scorer.score(replayed).checks if not check.passed] == ["replay"]


class FakeWaves:
    """Runs four trials side by side, each of which costs as much; the first of all may be broken.

    Args:
        broken: How many break.
    """

    def __init__(self, broken: int = 0) -> None:
        self._broken = broken
        self.waves: list[int] = []

    async def run(self, plans: Iterable[TrialPlan]) -> AsyncGenerator[TrialRecord, None]:
        waiting = iter(plans)
        while wave := list(islice(waiting, 4)):
            self.waves.append(len(wave))
            for plan in wave:
                if self._broken:
                    self._broken -= 1
                    yield replace(make_record(plan), status=Status.BROKEN)
                else:
                    yield make_record(plan, cost=0.2)


async def test_what_a_trial_costs_is_learnt_from_one_before_several_run_at_once(tmp_path: Path) -> None:
    engine = FakeWaves()
    with RunFolder.create(tmp_path, make_manifest(trials=9)) as folder:
        ending = await run_plans(folder, engine, make_plans(9), passes, bounds=Bounds(cost=0.5))
        assert (ending, folder.tally.ended) == (Ending.COST, 2)
    assert engine.waves == [1, 1]


async def test_a_broken_trial_says_nothing_of_the_costs_and_many_are_not_waited_for(tmp_path: Path) -> None:
    engine = FakeWaves(broken=9)
    with RunFolder.create(tmp_path, make_manifest(trials=9)) as folder:
        await run_plans(folder, engine, make_plans(9), passes, bounds=Bounds(cost=0.5))
    assert engine.waves == [1, 1, 1, 4, 2]


async def test_a_run_without_a_bound_begins_with_several_trials(tmp_path: Path) -> None:
    engine = FakeWaves()
    with RunFolder.create(tmp_path, make_manifest(trials=9)) as folder:
        await run_plans(folder, engine, make_plans(9), passes)
    assert engine.waves == [4, 4, 1]
