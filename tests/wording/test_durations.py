"""Lengths of time in words."""

import pytest

from agent.wording.durations import describe_age, describe_milliseconds


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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3_599, "59 minutes ago"),
        (3_600, "1 hour ago"),
        (86_400 * 2, "2 days ago"),
        (86_400 * 13, "1 week ago"),
        (86_400 * 61, "2 months ago"),
        (86_400 * 800, "2 years ago"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(seconds: float, words: str) -> None:
    assert describe_age(seconds) == words
