"""Days, periods, times and durations in the user's words; today is Monday, 23 November 2026."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.embedded.dates import (
    Period,
    as_utc,
    find_day,
    find_duration,
    find_moment,
    find_period,
    find_time,
)

TODAY = date(2026, 11, 23)
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=BERLIN)
HEAP = (
    *("in", "next", "last", "3", "99999", "weeks", "months", "year", "day", "ago", "friday", "end", "of"),
    *("the", "31", "february", "12", "/", ".", "at", "25", ":", "61", "pm"),
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", "2026-11-23"),
        ("tomorrow", "2026-11-24"),
        ("by tomorrow", "2026-11-24"),
        ("the day after tomorrow", "2026-11-25"),
        ("yesterday", "2026-11-22"),
        ("Friday", "2026-11-27"),
        ("this Friday", "2026-11-27"),
        ("on fri", "2026-11-27"),
        ("next Friday", "2026-12-04"),
        ("Friday next week", "2026-12-04"),
        ("last Friday", "2026-11-20"),
        ("Monday", "2026-11-30"),
        ("next Monday", "2026-11-30"),
        ("in 3 days", "2026-11-26"),
        ("in three days", "2026-11-26"),
        ("in a week", "2026-11-30"),
        ("two weeks from now", "2026-12-07"),
        ("in a month", "2026-12-23"),
        ("3 days ago", "2026-11-20"),
        ("end of the month", "2026-11-30"),
        ("end of month", "2026-11-30"),
        ("the end of next month", "2026-12-31"),
        ("end of the week", "2026-11-29"),
        ("end of the year", "2026-12-31"),
        ("end of January", "2027-01-31"),
        ("12 December", "2026-12-12"),
        ("December 12th", "2026-12-12"),
        ("Dec 12, 2027", "2027-12-12"),
        ("the 3rd of March", "2027-03-03"),
        ("3 March", "2027-03-03"),
        ("1 November", "2026-11-01"),
        ("the 15th", "2026-12-15"),
        ("the 30th", "2026-11-30"),
        ("2026-12-24", "2026-12-24"),
        ("24.12.2026", "2026-12-24"),
        ("12/24/2026", "2026-12-24"),
        ("24/12", "2026-12-24"),
    ],
)
def test_words_for_days_are_read(words: str, day: str) -> None:
    assert find_day(words, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "words", ["", "soon", "31 February", "2026-13-40", "4/5/2026", "some day", "the login bug"]
)
def test_what_names_no_day_is_no_day(words: str) -> None:
    assert find_day(words, TODAY) is None


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("this week", "2026-11-23", "2026-11-29"),
        ("next week", "2026-11-30", "2026-12-06"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("the next 7 days", "2026-11-23", "2026-11-30"),
        ("the last two weeks", "2026-11-09", "2026-11-23"),
        ("tomorrow", "2026-11-24", "2026-11-24"),
        ("from 1 December to 5 December", "2026-12-01", "2026-12-05"),
        ("between Tuesday and Friday", "2026-11-24", "2026-11-27"),
        ("October 2026", "2026-10-01", "2026-10-31"),
    ],
)
def test_words_for_periods_are_read(words: str, first: str, last: str) -> None:
    assert find_period(words, TODAY) == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("tomorrow at 3pm", "2026-11-24T14:00:00Z"),
        ("next Friday at 17:30", "2026-12-04T16:30:00Z"),
        ("today at noon", "2026-11-23T11:00:00Z"),
        ("9am", "2026-11-23T08:00:00Z"),
        ("now", "2026-11-23T11:00:00Z"),
        ("2 hours ago", "2026-11-23T09:00:00Z"),
        ("tomorrow", "2026-11-24T00:00:00Z"),
        ("12 July at 9 am", "2026-07-12T07:00:00Z"),
    ],
)
def test_moments_are_the_users_and_leave_in_utc(words: str, moment: str) -> None:
    found = find_moment(words, NOW)
    if words.startswith("12 July"):
        # A day long past is next year's.
        moment = moment.replace("2026", "2027")
    assert found is not None
    assert as_utc(found) == moment


def test_a_longer_time_is_its_first_day_or_its_last() -> None:
    assert find_moment("next week", NOW) == date(2026, 11, 30)
    assert find_moment("next week", NOW, at_end=True) == date(2026, 12, 6)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("90 minutes", 90),
        ("2 hours", 120),
        ("1.5 h", 90),
        ("1h30", 90),
        ("2h 15m", 135),
        ("1 hour and 20 minutes", 80),
        ("an hour and a half", 90),
        ("half an hour", 30),
        ("a quarter of an hour", 15),
        ("45 min", 45),
        ("1:30", 90),
        ("two hours", 120),
    ],
)
def test_words_for_durations_are_read_in_minutes(words: str, minutes: int) -> None:
    assert find_duration(words) == minutes


@pytest.mark.parametrize("words", ["", "long", "the report", "3"])
def test_what_names_no_duration_is_none(words: str) -> None:
    assert find_duration(words) is None


@given(DAYS, DAYS)
def test_every_day_is_read_from_its_iso_form(day: date, today: date) -> None:
    assert find_day(f"by {day.isoformat()}", today) == day


@given(DAYS, DAYS)
def test_every_day_is_read_from_its_name_with_the_year(day: date, today: date) -> None:
    assert find_day(f"{day.day} {day:%B} {day.year}", today) == day
    assert find_day(f"{day:%b} {day.day}, {day.year}", today) == day


@given(DAYS, st.integers(1, 500))
def test_days_from_now_are_counted(today: date, count: int) -> None:
    assert find_day(f"in {count} days", today) == today + timedelta(days=count)
    assert find_day(f"{count} days ago", today) == today - timedelta(days=count)


@given(DAYS, st.sampled_from(range(7)))
def test_a_weekday_lies_in_the_week_to_come(today: date, weekday: int) -> None:
    name = f"{date(2026, 11, 23) + timedelta(days=weekday):%A}"
    day = find_day(name, today)
    assert day is not None
    assert day.weekday() == weekday
    assert timedelta(0) < day - today <= timedelta(7)
    following = find_day(f"next {name}", today)
    assert following is not None
    assert following.isocalendar()[:2] == (today + timedelta(weeks=1)).isocalendar()[:2]


@given(DAYS, st.sampled_from(["week", "month", "quarter", "year"]))
def test_periods_follow_each_other_without_a_gap(today: date, unit: str) -> None:
    last, this, following = (find_period(f"{word} {unit}", today) for word in ("last", "this", "next"))
    assert last is not None
    assert this is not None
    assert following is not None
    assert this.first <= today <= this.last
    assert last.last + timedelta(1) == this.first
    assert this.last + timedelta(1) == following.first


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_day_is_read(hour: int, minute: int) -> None:
    found = find_time(f"at {hour}:{minute:02}")
    assert found is not None
    assert (found.hour, found.minute) == (hour, minute)


@given(st.integers(1, 99), st.integers(1, 59))
def test_every_duration_is_read(hours: int, minutes: int) -> None:
    assert find_duration(f"{hours} hours and {minutes} minutes") == 60 * hours + minutes
    assert find_duration(f"{hours}h{minutes}") == 60 * hours + minutes


@given(st.text(max_size=60), DAYS)
def test_any_text_can_be_searched_for_dates(words: str, today: date) -> None:
    find_day(words, today)
    find_period(words, today)
    find_duration(words)
    find_moment(words, datetime(today.year, today.month, today.day, tzinfo=UTC))


@given(st.lists(st.sampled_from(HEAP), max_size=8), DAYS)
def test_any_heap_of_date_words_can_be_searched(words: list[str], today: date) -> None:
    find_moment(" ".join(words), datetime(today.year, today.month, today.day, tzinfo=UTC))
    find_period(" ".join(words), today)
    find_duration(" ".join(words))
