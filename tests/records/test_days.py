from datetime import UTC, date, timedelta, timezone

import pytest

from agent.jsontypes import JsonValue
from agent.records.days import (
    describe_day,
    describe_distance,
    describe_hours,
    read_day,
    read_due_day,
    read_period,
)

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-30", "2026-11-30"),
        ("2026-11-30T23:30:00-08:00", "2026-11-30"),
        (1_795_996_800, "2026-11-30"),
        (1_795_996_800_000, "2026-11-30"),
        ("1795996800000", "2026-11-30"),
        ({"date": "2026-11-30", "string": "Monday"}, "2026-11-30"),
        ({"dateTime": "2026-11-30T09:00:00", "timeZone": "UTC"}, "2026-11-30"),
        ("Monday", None),
        ("2026-13-45", None),
        (7, None),
        (None, None),
        (True, None),
        (10**40, None),
    ],
)
def test_a_due_day_is_read_however_it_is_written(value: JsonValue, day: str | None) -> None:
    read = read_due_day(value)
    assert (read and read.isoformat()) == day


def test_work_is_of_the_day_on_which_it_began_where_its_reader_is() -> None:
    assert read_day("2026-11-30T23:30:00Z", UTC) == date(2026, 11, 30)
    assert read_day("2026-11-30T23:30:00Z", timezone(timedelta(hours=2))) == date(2026, 12, 1)
    assert read_day("2026-11-30", timezone(timedelta(hours=-8))) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("PT1H30M", 1.5),
        ("PT90M", 1.5),
        ("P1DT1H", 25.0),
        ("1:30", 1.5),
        ("0:00:36", 0.01),
        ("soon", None),
        ("P", None),
    ],
)
def test_lengths_of_time_in_writing(text: str, hours: float | None) -> None:
    read = read_period(text)
    assert (read and read / 3_600_000) == hours


def test_a_day_names_its_year_where_that_is_another_one() -> None:
    assert describe_day(date(2026, 12, 3), TODAY) == "3 Dec"
    assert describe_day(date(2027, 1, 16), TODAY) == "16 Jan 2027"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (3, "in 3 days"),
        (28, "in 4 weeks"),
        (90, "in 3 months"),
        (800, "in 2 years"),
        (-1, "1 day late"),
        (-12, "12 days late"),
        (-28, "4 weeks late"),
    ],
)
def test_a_distance_is_said_as_people_say_it(days: int, words: str) -> None:
    assert describe_distance(TODAY + timedelta(days=days), TODAY) == words


def test_hours_are_figures_that_can_stand_in_a_column() -> None:
    assert [describe_hours(23_400_000), describe_hours(900_000), describe_hours(0)] == [
        "6:30",
        "0:15",
        "0:00",
    ]
