"""Days and lengths of time: read from what servers write, and said as people say them.

Source: ISO 8601-1:2019, 5.4.2 (date and time) and 5.5.2 (durations).
"""

import re
from datetime import UTC, date, datetime, tzinfo

from agent.jsontypes import JsonValue, is_object

_DAY_MILLISECONDS = 86_400_000
# Numbers from here on are milliseconds since 1970, numbers from there on seconds; less is no moment.
_MILLISECONDS_FROM = 100_000_000_000
_SECONDS_FROM = 100_000_000
_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d{9,14}")
_PERIOD = re.compile(r"P(?:(\d+)D)?T?(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?")
_CLOCK = re.compile(r"(\d+):(\d{2})(?::(\d{2}))?")
_FEW_DAYS = 21
_FEW_WEEKS = 60
_WEEK = 7
_MONTH = 30.44
_YEAR = 365.25
_FEW_MONTHS = 730


def read_moment(value: JsonValue) -> datetime | None:
    """A moment as servers write it: ISO 8601, seconds or milliseconds since 1970, or an object of one."""
    if is_object(value):
        held = (value.get(key) for key in ("date", "dateTime", "datetime", "value"))
        return next((moment for each in held if (moment := read_moment(each))), None)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value)
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value) if _WRITTEN_DAY.match(value) else None
        if isinstance(value, int | float) and value >= _SECONDS_FROM:
            return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def read_due_day(value: JsonValue) -> date | None:
    """The day of a due date: the day as it is written, whatever zone its time is in."""
    moment = read_moment(value)
    return moment.date() if moment else None


def read_day(value: JsonValue, zone: tzinfo) -> date | None:
    """The day on which something happened, in the zone of whoever looks at it."""
    moment = read_moment(value)
    if moment is None:
        return None
    return moment.astimezone(zone).date() if moment.tzinfo else moment.date()


def read_period(text: str) -> float | None:
    """Milliseconds of a length of time in writing, such as `PT1H30M` or `1:30`."""
    if match := _CLOCK.fullmatch(text.strip()):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000
    match = _PERIOD.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * _DAY_MILLISECONDS + ((hours * 60 + minutes) * 60 + seconds) * 1000


def describe_day(day: date, today: date) -> str:
    """A day as “13 Nov”, with its year where that is not the present one."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")


def describe_distance(day: date, today: date) -> str:
    """How far away a day is that something is due on: “in 3 days”, “today”, “2 days late”."""
    days = (day - today).days
    if days < 0:
        return f"{_length(-days)} late"
    return ("today", "tomorrow")[days] if days < 2 else f"in {_length(days)}"


def describe_hours(milliseconds: float) -> str:
    """A length of time as “6:30”, for columns of figures."""
    hours, minutes = divmod(round(milliseconds / 60_000), 60)
    return f"{hours}:{minutes:02d}"


def _length(days: int) -> str:
    if days < _FEW_DAYS:
        return f"{days} {'day' if days == 1 else 'days'}"
    if days < _FEW_WEEKS:
        return f"{round(days / _WEEK)} weeks"
    if days < _FEW_MONTHS:
        return f"{round(days / _MONTH)} months"
    return f"{round(days / _YEAR)} years"
