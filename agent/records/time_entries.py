"""Time entries out of what a server answers: how long, on which day, on what and by whom.

How a length of time is written is told by the name of its field, by start and end, or by how large it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from agent.drawing.sanitize import strip_line
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.records.days import read_day, read_moment, read_period
from agent.records.fields import fields_of, people_of, plain, text_of
from agent.tools.names import kind_of

_HOUR = 3_600_000.0
_MINUTE = 60_000.0
_SECOND = 1_000.0
# How many milliseconds one of a field's units has.
_UNITS: Mapping[str, float] = {
    **dict.fromkeys(("hours", "hoursspent", "hoursworked", "durationhours", "loggedhours"), _HOUR),
    **dict.fromkeys(("minutes", "durationminutes", "minutesspent", "timespentminutes", "mins"), _MINUTE),
    **dict.fromkeys(("seconds", "timespentseconds", "durationseconds", "elapsedseconds"), _SECOND),
    **dict.fromkeys(("durationms", "durationmillis", "durationmilliseconds", "milliseconds"), 1.0),
}
_BARE = ("duration", "timespent", "timelogged", "loggedtime", "time", "amount")
_STARTS = (
    "starttime",
    "start",
    "startedat",
    "startdate",
    "date",
    "spentdate",
    "spenton",
    "day",
    "started",
    "at",
)
_ENDS = ("endtime", "end", "endedat", "stop", "stoppedat", "enddate")
_TASKS = ("tasktitle", "taskname", "task", "issue", "title", "description", "notes")
_PROJECTS = ("projectname", "projecttitle", "project")
_PEOPLE = ("user", "person", "member", "author", "employee", "username")
_KINDS = frozenset({"timer", "timeentry", "entry", "worklog", "timelog", "timesheetentry"})
_LISTS = frozenset({"timeentries", "entries", "worklogs", "timers", "timelogs", "timesheet"})
# No entry is longer than a day: larger numbers than seconds of a day are milliseconds.
_DAY_SECONDS = 86_400
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """A piece of work and how long it took.

    Args:
        milliseconds: How long.
        day: The day on which it began.
        task: What was worked on.
        project: What that belongs to.
        person: Who worked.
        is_running: It goes on.
    """

    milliseconds: float
    day: date | None = None
    task: str = ""
    project: str = ""
    person: str = ""
    is_running: bool = False


def is_time_entry(row: JsonObject, noun: str) -> bool:
    """Say whether an object tells of time that somebody spent.

    Args:
        row: The object.
        noun: What the list it stands in is called.
    """
    fields = fields_of(row)
    if not any(fields.get(key) is not None for key in (*_UNITS, *_BARE)):
        return False
    kind = next((kind for key in row if (kind := kind_of(key)) is not None), None)
    if kind in _KINDS or plain(noun) in _LISTS:
        return True
    return kind is None and any(read_moment(fields.get(key)) for key in _STARTS) and "status" not in fields


def read_entries(
    rows: Sequence[JsonObject], outer: Sequence[JsonObject], zone: tzinfo
) -> tuple[TimeEntry, ...]:
    """Read time entries.

    Args:
        rows: The entries.
        outer: For each of them what it lies in: a group of a timesheet may say whose it is, or the day.
        zone: Of whoever looks at them.
    """
    unit = _bare_unit(rows)
    return tuple(
        _read(fields_of(row), fields_of(around), unit, zone) for row, around in zip(rows, outer, strict=True)
    )


def _read(fields: JsonObject, outer: JsonObject, unit: float, zone: tzinfo) -> TimeEntry:
    def first(keys: Sequence[str]) -> str:
        return next((name for held in (fields, outer) for key in keys if (name := _name(held.get(key)))), "")

    start = next((value for held in (fields, outer) for key in _STARTS if (value := held.get(key))), None)
    ended = any(fields.get(key) for key in _ENDS)
    person = first(_PEOPLE) or next(iter(people_of([fields])), "") or next(iter(people_of([outer])), "")
    return TimeEntry(
        _length(fields, unit),
        read_day(start, zone),
        first(_TASKS),
        first(_PROJECTS),
        strip_line(person),
        fields.get("running", fields.get("isrunning")) is True and not ended,
    )


def _name(value: JsonValue) -> str:
    if is_object(value) or isinstance(value, str):
        fields = fields_of(value) if is_object(value) else {}
        named = next(iter(people_of(value)), "") or text_of(fields, ("title", "tasktitle", "projectname"))
        return strip_line(named)
    return ""


def _length(fields: JsonObject, bare_unit: float) -> float:
    for key, unit in _UNITS.items():
        value = fields.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return max(0.0, value * unit)
    start = next((moment for key in _STARTS if (moment := read_moment(fields.get(key)))), None)
    end = next((moment for key in _ENDS if (moment := read_moment(fields.get(key)))), None)
    if start and end and (start.tzinfo is None) == (end.tzinfo is None):
        return max(0.0, (end - start).total_seconds() * _SECOND)
    for key in _BARE:
        value = fields.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return max(0.0, value * bare_unit)
        if isinstance(value, str) and (period := read_period(value)) is not None:
            return period
    return 0.0


def _bare_unit(rows: Sequence[JsonObject]) -> float:
    values = [
        value
        for row in rows
        for key, value in fields_of(row).items()
        if key in _BARE and isinstance(value, int | float) and not isinstance(value, bool)
    ]
    largest = max(values, default=0)
    if largest > _DAY_SECONDS:
        return 1.0
    return _HOUR if largest <= _DAY_HOURS and any(value != int(value) for value in values) else _SECOND
