"""Days, periods, times and durations in the user's words."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NUMBERS: Final = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20},
    **{"thirty": 30, "forty": 40, "fortyfive": 45, "forty-five": 45, "ninety": 90, "couple": 2, "few": 3},
}
_COUNT: Final = r"(\d+(?:[.,]\d+)?|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
_MONTH: Final = r"(" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + r"|sept)\.?"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from a first to a last, both included."""

    first: date
    last: date


def find_day(words: str, today: date) -> date | None:
    """The day that some words name, or `None` when they name none or a longer time.

    Args:
        words: Such as "next Friday", "in 3 days", "12 December", "2026-12-12".
        today: The user's day.
    """
    text = _normal(words)
    written = re.search(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", text)
    if written is not None:
        return _date(int(written[1]), int(written[2]), int(written[3]))
    for reader in (_relative_day, _weekday, _calendar_day):
        day = reader(text, today)
        if day is not None:
            return day
    return None


def find_period(words: str, today: date) -> Period | None:
    """The days that some words name: a week, a month, a quarter, a year, a range, or a single day."""
    text = _normal(words)
    halves = re.split(r"\s+(?:to|until|till|through|and|-|–)\s+", re.sub(r"^(?:from|between)\s+", "", text))
    if len(halves) == 2:
        first, last = find_day(halves[0], today), find_day(halves[1], today)
        if first is not None and last is not None and first <= last:
            return Period(first, last)
    named = re.search(r"\b(this|next|last|past|previous|coming|current)\s+(week|month|quarter|year)\b", text)
    if named is not None:
        step = {"next": 1, "coming": 1, "last": -1, "past": -1, "previous": -1}.get(named[1], 0)
        return _unit(named[2], step, today)
    span = re.search(rf"\b(next|coming|last|past|previous)\s+{_COUNT}\s+(day|week|month)s?\b", text)
    if span is not None:
        moved = _shift(today, span[3], _number(span[2]) * (1 if span[1] in ("next", "coming") else -1))
        return Period(today, moved) if moved >= today else Period(moved, today)
    day = find_day(text, today)
    if day is not None:
        return Period(day, day)
    month = re.search(rf"\b{_MONTH}(?:\s+(\d{{4}}))?\b", text)
    if month is not None:
        number, year = _month(month[1]), int(month[2]) if month[2] else today.year
        return Period(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))
    return None


def find_time(words: str) -> time | None:
    """The time of day that some words name, or `None`."""
    text = _normal(words)
    if re.search(r"\bnoon\b|\bmidday\b", text):
        return time(12)
    if re.search(r"\bmidnight\b", text):
        return time(0)
    found = re.search(r"\b(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)", text)
    if found is not None:
        hour = int(found[1]) % 12 + (12 if found[3].startswith("p") else 0)
        return _time(hour, int(found[2] or 0)) if int(found[1]) <= 12 else None
    found = re.search(r"(?<![\d-])(\d{1,2}):(\d{2})\b", text) or re.search(r"\bat\s+(\d{1,2})()\b", text)
    if found is None:
        found = re.fullmatch(r"(\d{1,2})()(?:\s*o'?clock)?", text)
    return _time(int(found[1]), int(found[2] or 0)) if found is not None else None


def find_moment(words: str, now: datetime, *, at_end: bool = False) -> datetime | date | None:
    """The moment that some words name: with a time of day a moment, without one a day.

    Args:
        words: Such as "tomorrow at 3pm" or "next week".
        now: The user's moment, with its time zone.
        at_end: Of a longer time take the last day instead of the first.
    """
    text = _normal(words)
    if re.search(r"\bnow\b", text):
        return now
    ago = re.search(rf"\b{_COUNT}\s+(hour|minute)s?\s+ago\b", text)
    if ago is not None:
        return now - timedelta(**{f"{ago[2]}s": _amount(ago[1])})
    clock_time = find_time(text)
    day = find_day(text, now.date())
    if day is None and (period := find_period(text, now.date())) is not None and clock_time is None:
        day = period.last if at_end else period.first
    if clock_time is not None:
        return datetime.combine(day or now.date(), clock_time, now.tzinfo)
    return day


def find_duration(words: str) -> int | None:
    """The minutes that some words name, or `None`: "1h30", "an hour and a half", "90 minutes", "1.5 h"."""
    text = _normal(words)
    compact = re.search(r"\b(\d+)\s*(?:h|hours?|hrs?)\s*(?:and\s+)?(\d+)\s*(?:m|mins?|minutes?)?\b", text)
    if compact is None:
        compact = re.fullmatch(r"(\d{1,2}):(\d{2})(?:\s*h(?:ours?)?)?", text)
    if compact is not None:
        return int(compact[1]) * 60 + int(compact[2])
    if re.search(r"\bhalf an? hour\b", text):
        return 30
    if re.search(r"\bquarter of an hour\b", text):
        return 15
    total, found = 0.0, False
    for amount, unit in re.findall(rf"(?<![\w.,]){_COUNT}\s*(h|hours?|hrs?|m|mins?|minutes?|days?)\b", text):
        factor = {"h": 60, "m": 1, "d": 8 * 60}[unit[0]]
        total, found = total + _amount(amount) * factor, True
    if found and re.search(r"\band a half\b", text):
        total += 30
    return round(total) if found else None


def as_utc(moment: datetime | date) -> str:
    """Write a moment in UTC; a day as its midnight in UTC, which is how Astravue keeps days."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{moment.isoformat()}T00:00:00Z"


def _normal(words: str) -> str:
    text = re.sub(r"\s+", " ", words.casefold()).strip(" .,!?\"'")
    return re.sub(r"^(?:due|by|on|before|until|till|since|after|for)\s+", "", text)


def _relative_day(text: str, today: date) -> date | None:
    if re.search(r"\bday after tomorrow\b", text):
        return today + timedelta(days=2)
    if re.search(r"\bday before yesterday\b", text):
        return today - timedelta(days=2)
    for word, days in (("tomorrow", 1), ("yesterday", -1), ("today", 0), ("tonight", 0)):
        if re.search(rf"\b{word}\b", text):
            return today + timedelta(days=days)
    if re.search(r"\bthis (?:morning|afternoon|evening)\b", text):
        return today
    found = re.search(rf"\b{_COUNT}(?: of)? (day|week|month|year)s?\b(?: (ago|from now|from today))?", text)
    if found is not None and (found[3] or re.search(r"\bin\b|\bwithin\b", text)):
        return _shift(today, found[2], _number(found[1]) * (-1 if found[3] == "ago" else 1))
    ending = re.search(r"\bend of (?:the |this )?(next )?(day|week|month|quarter|year)\b", text)
    if ending is not None:
        return today if ending[2] == "day" else _unit(ending[2], 1 if ending[1] else 0, today).last
    ending = re.search(rf"\bend of {_MONTH}\b", text)
    if ending is not None:
        number = _month(ending[1])
        year = today.year + (number < today.month)
        return date(year, number, calendar.monthrange(year, number)[1])
    return None


def _weekday(text: str, today: date) -> date | None:
    names = "|".join(f"{name[:3]}(?:{name[3:]})?|{name[:4]}|{name[:5]}" for name in _WEEKDAYS)
    found = re.search(rf"\b(?:(this|next|last|past|coming)\s+)?({names})\b(\s+(?:in a|next)\s+week)?", text)
    if found is None or (found[2] in ("sun", "sat", "mon") and found[2] != text.rsplit(maxsplit=1)[-1]):
        return None
    wanted = next(i for i, name in enumerate(_WEEKDAYS) if name.startswith(found[2][:3]))
    ahead = (wanted - today.weekday()) % 7
    if found[1] in ("last", "past"):
        return today - timedelta(days=7 - ahead if ahead else 7)
    if found[1] == "next" or found[3]:
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + wanted)
    return today + timedelta(days=ahead or 7)


def _calendar_day(text: str, today: date) -> date | None:
    suffix = r"(?:st|nd|rd|th)?"
    found = re.search(rf"\b(\d{{1,2}}){suffix}(?: of)? {_MONTH}(?:,? (\d{{4}}))?\b", text)
    if found is not None:
        return _next_date(int(found[1]), _month(found[2]), found[3], today)
    found = re.search(rf"\b{_MONTH} (?:the )?(\d{{1,2}}){suffix}(?:,? (\d{{4}}))?\b", text)
    if found is not None:
        return _next_date(int(found[2]), _month(found[1]), found[3], today)
    found = re.search(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})?(?!\d)", text)
    if found is not None:
        return _next_date(int(found[1]), int(found[2]), found[3], today)
    found = re.search(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}))?\b", text)
    if found is not None and (int(found[1]) > 12) != (int(found[2]) > 12):
        day, month = sorted((int(found[1]), int(found[2])), reverse=True)
        return _next_date(day, month, found[3], today)
    found = re.search(r"\bthe (\d{1,2})(?:st|nd|rd|th)\b", text)
    if found is not None:
        day = _date(today.year, today.month, int(found[1]))
        if day is not None and day >= today:
            return day
        following = _shift(today.replace(day=1), "month", 1)
        return _date(following.year, following.month, int(found[1]))
    return None


def _next_date(day: int, month: int, year: str | None, today: date) -> date | None:
    """A day of the calendar; without a year the nearest one, which is rarely long past."""
    if year:
        return _date(int(year), month, day)
    found = _date(today.year, month, day)
    if found is not None and found < today - timedelta(days=90):
        return _date(today.year + 1, month, day)
    return found


def _unit(unit: str, step: int, today: date) -> Period:
    """The week, month, quarter or year that lies some steps from today's."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return Period(monday, monday + timedelta(days=6))
    if unit == "year":
        return Period(date(today.year + step, 1, 1), date(today.year + step, 12, 31))
    length = 3 if unit == "quarter" else 1
    begin = today.replace(day=1, month=(today.month - 1) // length * length + 1)
    first = _shift(begin, "month", step * length)
    return Period(first, _shift(first, "month", length) - timedelta(days=1))


def _shift(day: date, unit: str, count: int) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _month(text: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(text[:3]))


def _amount(text: str) -> float:
    return float(_NUMBERS[text]) if text in _NUMBERS else float(text.replace(",", "."))


def _number(text: str) -> int:
    return min(round(_amount(text)), 1500)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None
