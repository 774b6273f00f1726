"""Lengths of time in words."""

import pytest

from agent.durations import describe_milliseconds


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 min"),
        (29_999, "0 min"),
        (60_000, "1 min"),
        (3_599_999, "1 h"),
        (3_600_000, "1 h"),
        (5_400_000, "1 h 30 min"),
        (90_000_000, "25 h"),
    ],
)
def test_milliseconds_are_told_in_hours_and_minutes(milliseconds: int, words: str) -> None:
    assert describe_milliseconds(milliseconds) == words
