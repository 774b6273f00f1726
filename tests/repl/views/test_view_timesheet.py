import re

from agent.drawing.palette import Palette
from agent.jsontypes import JsonObject
from agent.repl.views.timesheet import draw_timesheet
from tests.records.record_samples import ENTRIES, NOW, entry, records

COLOURED, PLAIN = Palette(), Palette(plain=True)


def draw(value: JsonObject, columns: int, palette: Palette = COLOURED) -> list[str]:
    drawn = draw_timesheet(records(value), columns, palette, NOW)
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()


def test_people_stand_against_days_with_totals_of_both() -> None:
    assert draw(ENTRIES, 80) == [
        "Who          Mon 23  Tue 24  Total",
        "───────────  ──────  ──────  ─────",
        "Tom Becker     6:30    2:00   8:30",
        "Julia Novak            0:15   0:15",
        "Total          6:30    2:15   8:45",
        "3 time entries · 8:45 hours in all · by day",
    ]


def test_the_time_of_one_person_is_told_by_task() -> None:
    value: JsonObject = {
        "timeEntries": [entry(1, "Count", "2026-11-23", 1), entry(2, "Weigh", "2026-11-24", 2)]
    }
    assert [line.split()[0] for line in draw(value, 80)[2:5]] == ["Count", "Weigh", "Total"]


def test_days_that_do_not_fit_become_weeks_and_then_months() -> None:
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 12) for day in range(1, 29, 7)]
    some: JsonObject = {"timeEntries": [entry(n, "a", day, 1) for n, day in enumerate(days[:12] * 2)]}
    assert draw(some, 80)[-1].endswith("by week") or draw(some, 80)[-1].endswith("by month")
    many: JsonObject = {"timeEntries": [entry(n, "a", day, 1) for n, day in enumerate(days)]}
    drawn = draw(many, 80)
    assert "Before" in drawn[0]
    assert drawn[0].split()[-2:] == ["Nov", "Total"]
    assert drawn[-2].split()[-1] == "44:00"


def test_narrow_and_plain_timesheets_are_read_person_by_person() -> None:
    assert draw(ENTRIES, 40)[:4] == ["Tom Becker", "  Mon 23: 6:30", "  Tue 24: 2:00", "  Total: 8:30"]
    assert draw(ENTRIES, 60, PLAIN)[:5] == [
        "Tom Becker",
        "Mon 23: 6 h 30 min",
        "Tue 24: 2 h",
        "Total: 8 h 30 min",
        "",
    ]


def test_time_without_a_day_is_counted_too() -> None:
    undated: JsonObject = {**entry(1, "a", "2026-11-23", 2), "startTime": None}
    drawn = draw({"timeEntries": [undated, entry(2, "a", "2026-11-24", 1)]}, 80)
    assert "No day" in drawn[0]
    assert drawn[-2].split()[-1] == "3:00"
