"""What one turn may use, and what is said when it has used it up."""

import pytest

from agent.errors import LimitError
from agent.limits import Limits, Spent, make_limits
from agent.model.protocol import Usage

LIMITS = Limits(steps=3, tokens=100, cost=0.5, seconds=60)


@pytest.mark.parametrize(
    ("spent", "says"),
    [
        (Spent(steps=3), "after 3 steps"),
        (Spent(usage=Usage(80, 20)), "at 100 tokens (the limit is 100)"),
        (Spent(usage=Usage(1, 1, cost=0.5)), "at $0.50 (the limit is $0.50)"),
        (Spent(seconds=60.0), "after 60 s"),
    ],
)
def test_a_limit_that_is_reached_is_named_with_the_way_to_go_on(spent: Spent, says: str) -> None:
    with pytest.raises(LimitError) as raised:
        LIMITS.check(spent)
    assert raised.value.message == f"The turn was stopped {says}; what was done and said is kept."
    assert raised.value.hint == "Say “go on” to continue; [limits] in the settings raises it."


@pytest.mark.parametrize(
    "spent",
    [
        Spent(),
        Spent(steps=2),
        Spent(usage=Usage(80, 19)),
        Spent(usage=Usage(1, 1, cost=0.49)),
        Spent(seconds=59),
    ],
)
def test_below_its_limits_a_turn_goes_on(spent: Spent) -> None:
    LIMITS.check(spent)


def test_a_cost_that_is_not_known_reaches_no_limit() -> None:
    Limits(tokens=0, cost=0.01).check(Spent(usage=Usage(10**9, 1)))


def test_zero_is_no_limit() -> None:
    endless = Limits(steps=0, tokens=0, cost=0, seconds=0)
    endless.check(Spent(10**6, Usage(10**9, 1, cost=10**6), 10**6))
    assert endless.seconds_left(Spent(seconds=10**6)) is None


def test_what_is_left_of_the_time_is_never_less_than_nothing() -> None:
    assert LIMITS.seconds_left(Spent(seconds=20)) == 40
    assert LIMITS.seconds_left(Spent(seconds=90)) == 0


def test_the_settings_choose_some_limits_and_leave_the_others() -> None:
    usual = Limits()
    chosen = make_limits({"steps": 5, "cost": 0.1})
    assert (chosen.steps, chosen.cost) == (5, 0.1)
    assert (chosen.tokens, chosen.seconds) == (usual.tokens, usual.seconds)
    assert make_limits({}) == usual
