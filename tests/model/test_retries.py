"""How patiently a request is sent again."""

from datetime import UTC, datetime

import pytest

from agent.model.retries import Retries, read_retry_after

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC).timestamp()


def test_waits_double_until_there_are_enough() -> None:
    retries = Retries(most=3, first_wait=0.5, chance=lambda: 0.5)
    assert [retries.wait_before(number, None) for number in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, None]


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 0.75), (1.0, 1.25)])
def test_chance_keeps_many_clients_from_coming_back_together(chance: float, wait: float) -> None:
    assert Retries(first_wait=1.0, chance=lambda: chance).wait_before(1, None) == wait


def test_no_wait_of_ones_own_is_longer_than_the_longest() -> None:
    assert Retries(most=99, longest_wait=60, chance=lambda: 1.0).wait_before(50, None) == 60


def test_an_endpoint_is_waited_for_as_long_as_it_asks_and_not_if_that_is_too_long() -> None:
    retries = Retries(longest_wait=60)
    assert retries.wait_before(1, 60.0) == 60.0
    assert retries.wait_before(1, 0.0) == 0.0
    assert retries.wait_before(1, 60.1) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 25 Nov 2026 11:00:00 GMT"}, 0.0),
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_an_answer_says_in_several_ways_how_long_to_wait(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert read_retry_after(headers, lambda: NOW) == seconds
