"""How far a run is: a line every now and then where there is no terminal."""

import asyncio
import io

import pytest

from agent.commands.eval_progress import RunProgress
from evals.runs.tally import Tally


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_log_gets_a_line_every_now_and_then() -> None:
    stream, clock = io.StringIO(), FakeClock()
    before = Tally(ended=50, passed=50, scored=50)
    with RunProgress(1_200, before, stream=stream, clock=clock) as progress:
        progress.show(Tally(ended=51, passed=51, scored=51))
        assert stream.getvalue() == ""
        clock.now += 60
        tally = Tally(ended=1_050, broken=10, passed=1_000, scored=1_050, cost=1.234)
        progress.show(tally)
        progress.show(tally)
    assert stream.getvalue() == (
        "1,050 of 1,200 trials: 1,000 passed, 40 failed, 10 broken, 16.7 a second, $1.23\n"
    )


def test_what_costs_nothing_and_breaks_nowhere_says_nothing_of_it() -> None:
    stream, clock = io.StringIO(), FakeClock()
    with RunProgress(2, Tally(), stream=stream, clock=clock) as progress:
        clock.now += 61
        progress.show(Tally(ended=1, passed=1, scored=1))
    assert stream.getvalue() == "1 of 2 trials: 1 passed, 0 failed, 0.0 a second\n"


@pytest.mark.anyio
async def test_a_run_in_which_no_trial_ends_for_long_tells_all_the_same() -> None:
    stream, clock = io.StringIO(), FakeClock()

    async def sleep(seconds: float) -> None:
        if clock.now > 200:
            raise asyncio.CancelledError
        clock.now += seconds

    progress = RunProgress(2, Tally(), stream=stream, clock=clock)
    with pytest.raises(asyncio.CancelledError):
        await progress.keep_showing(Tally(), sleep)
    assert stream.getvalue() == "0 of 2 trials: 0 passed, 0 failed, 0.0 a second\n" * 2
