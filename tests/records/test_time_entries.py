from datetime import date

import pytest

from agent.jsontypes import JsonObject, JsonValue
from tests.records.record_samples import ENTRIES, records


def test_an_entry_says_how_long_on_which_day_on_what_and_who() -> None:
    first = records(ENTRIES).entries[0]
    assert (first.milliseconds / 3_600_000, first.day, first.is_running) == (6.5, date(2026, 11, 23), False)
    assert (first.task, first.project, first.person) == ("Sign the lease", "Office move", "Tom Becker")


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        ({"hours": 1.5}, 1.5),
        ({"durationMinutes": 90}, 1.5),
        ({"timeSpentSeconds": 5400}, 1.5),
        ({"duration": 5400}, 1.5),
        ({"duration": 5_400_000}, 1.5),
        ({"duration": "PT1H30M"}, 1.5),
        ({"duration": "1:30"}, 1.5),
        ({"duration": 1.5}, 1.5),
        ({"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:30:00Z", "duration": 1}, 1.5),
        ({"duration": -5400}, 0),
        ({"duration": "soon"}, 0),
    ],
)
def test_a_length_is_read_in_whatever_unit_it_comes(fields: JsonObject, hours: float) -> None:
    read = records({"worklogs": [{"start": "2026-11-23T09:00:00Z", **fields}]}).entries[0]
    assert read.milliseconds / 3_600_000 == hours


def test_what_a_group_says_holds_for_its_entries() -> None:
    sheet: JsonValue = {
        "days": [{"date": "2026-11-23", "user": {"name": "Ada"}, "entries": [{"task": "Count", "hours": 2}]}]
    }
    read = records(sheet).entries[0]
    assert (read.day, read.person, read.task) == (date(2026, 11, 23), "Ada", "Count")


def test_a_timer_that_runs_is_said_to_run() -> None:
    timer: JsonObject = {
        "timerId": 1,
        "taskTitle": "Count",
        "startTime": "2026-11-25T20:00:00Z",
        "duration": 3_600_000,
    }
    assert records({"timers": [{**timer, "running": True}]}).entries[0].is_running
