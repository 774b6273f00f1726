"""What happens within a minute of a trial happens at one moment, and the clock can be moved all the same."""

from datetime import UTC, datetime

from evals.workspaces.steady import SteadyTime

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


class FakeClock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_stands_still_for_a_minute_and_goes_on_by_one() -> None:
    clock = FakeClock()
    time = SteadyTime(START, clock)
    clock.now += 59.9
    assert time() == START.timestamp()
    clock.now += 0.2
    assert time() == START.timestamp() + 60
    clock.now += 3600
    assert time() == START.timestamp() + 3660


def test_it_is_moved_by_as_much_as_it_is_told() -> None:
    time = SteadyTime(START, FakeClock())
    time.advance(1800.5)
    assert time() == START.timestamp() + 1800.5
