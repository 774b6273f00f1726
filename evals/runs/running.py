"""Runs what is left of a run: gives trials out, keeps and scores what comes back, stops when it has to."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import TypeAlias

from evals.definitions.case import Case
from evals.definitions.trial import Kind, TrialPlan, TrialRecord
from evals.runs.engine import Engine
from evals.runs.folder import RunFolder
from evals.runs.tally import Tally
from evals.scoring.score import Score

ScoreTrial: TypeAlias = Callable[[TrialRecord], Score]
"""Scores a trial."""

_GRACE_SECONDS = 10.0
_MOST_ALONE = 3
"""Trials that are run alone to learn what one costs; where as many broke, the next may tell as little."""


class Ending(Enum):
    """Why a run ended."""

    DONE = auto()
    """Every trial has ended."""
    INTERRUPTED = auto()
    """The user stopped it."""
    COST = auto()
    """Another trial might have cost more than allowed."""
    UNPRICED = auto()
    """What trials cost is bounded, and cannot be told."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a run may use.

    Args:
        cost: US dollars for all its trials, those of earlier times included; 0 for any amount.
        grace: Seconds that trials in progress may still take once the user has stopped it.
    """

    cost: float = 0.0
    grace: float = _GRACE_SECONDS


def plan_trials(cases: Iterable[Case], kind: Kind, trials: int) -> Iterator[TrialPlan]:
    """All trials of a run: each case once, then each a second time, so that half a run knows all cases.

    Args:
        cases: What is tried.
        kind: Who plays.
        trials: How often each is tried.
    """
    cases = list(cases)
    return (TrialPlan(case, kind, number) for number in range(1, trials + 1) for case in cases)


async def run_plans(
    folder: RunFolder,
    engine: Engine,
    plans: Iterable[TrialPlan],
    score: ScoreTrial,
    *,
    bounds: Bounds | None = None,
    on_progress: Callable[[Tally], None] = lambda _: None,
) -> Ending:
    """Run the trials that have not ended yet.

    Args:
        folder: The run.
        engine: Runs trials.
        plans: All trials of the run.
        score: Scores one.
        bounds: What the run may use.
        on_progress: Told the numbers after each trial.

    Raises:
        AgentError: Nothing can be run or kept any more; what has ended before is kept.
    """
    bounds = bounds or Bounds()
    keeper = _Keeper(folder, score, on_progress)
    source = _Source(folder, plans, bounds.cost)
    running = asyncio.create_task(keeper.run(engine, source))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        source.stop()
        # What is in progress is paid for, and ends soon; what does not is given up.
        await asyncio.wait({running}, timeout=bounds.grace)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return Ending.INTERRUPTED
    return source.ending


class _Keeper:
    """Keeps trials with their scores."""

    def __init__(self, folder: RunFolder, score: ScoreTrial, on_progress: Callable[[Tally], None]) -> None:
        self._folder = folder
        self._score = score
        self._on_progress = on_progress

    async def run(self, engine: Engine, source: "_Source") -> None:
        for record in self._folder.unscored():
            self._folder.add_score(record.key, self._score(record))
        while not source.knows_costs:
            await self._take(engine, source.next_alone())
        await self._take(engine, source)

    async def _take(self, engine: Engine, plans: Iterable[TrialPlan]) -> None:
        async with aclosing(engine.run(plans)) as records:
            async for record in records:
                self._folder.add(record)
                self._folder.add_score(record.key, self._score(record))
                self._on_progress(self._folder.tally)


class _Source:
    """The trials that are to be given out, one after another, until there is a reason to stop."""

    def __init__(self, folder: RunFolder, plans: Iterable[TrialPlan], cost: float) -> None:
        self._folder = folder
        self._waiting = (plan for plan in plans if not folder.has(plan.key))
        self._cost = cost
        self._alone = 0
        self._stopped = False
        self.ending = Ending.DONE

    def stop(self) -> None:
        """Give nothing out any more."""
        self._stopped = True

    @property
    def knows_costs(self) -> bool:
        """Whether trials may run side by side: nothing is bounded, or one has told what a trial costs."""
        tally = self._folder.tally
        told = tally.ended > tally.broken or self._alone == _MOST_ALONE
        return not self._cost or told or self._stopped or self.ending is not Ending.DONE

    def next_alone(self) -> Iterator[TrialPlan]:
        """The next trial, with none beside it."""
        self._alone += 1
        return islice(self, 1)

    def __iter__(self) -> Iterator[TrialPlan]:
        ended = self._folder.tally.ended
        for given, plan in enumerate(self._waiting, 1):
            if self._stopped:
                return
            if self._cost and (ending := self._look_at_costs(ended + given)) is not Ending.DONE:
                self.ending = ending
                return
            yield plan

    def _look_at_costs(self, trials: int) -> Ending:
        """Whether so many trials may be paid for, if all cost what those do that have ended."""
        tally = self._folder.tally
        if tally.unpriced:
            return Ending.UNPRICED
        expected = tally.cost / tally.ended * trials if tally.ended else 0.0
        return Ending.COST if expected > self._cost else Ending.DONE
