import re

import pytest

from agent.drawing.palette import Palette
from agent.jsontypes import JsonObject
from agent.repl.views.timeline import draw_timeline
from tests.records.record_samples import DONE, NOW, TASKS, UNDATED_TASK, records, task

COLOURED, PLAIN = Palette(), Palette(plain=True)


def draw(value: JsonObject, columns: int, palette: Palette = COLOURED, most_rows: int = 60) -> list[str]:
    drawn = draw_timeline(records(value), columns, palette, NOW, most_rows)
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()


def test_tasks_stand_on_an_axis_with_today_marked_and_what_is_late_before_it() -> None:
    assert draw(TASKS, 80) == [
        "                            9 Nov        16 Nov          today",
        "                            ┴────────────┴───────────────┼─────",
        "Measure the rooms           ○                            │       9 Nov",
        "Sign the lease for the ne…         ●─────────────────────│       ! 12 days late",
        "Order desks                                              │    ●  28 Nov",
        "3 tasks by due date · 1 late · 1 without a due date",
    ]


def test_a_long_time_is_told_in_months() -> None:
    value: JsonObject = {"tasks": [task(1, "a", "2026-10-03", DONE), task(2, "b", "2027-03-20")]}
    scale = draw(value, 90)[0]
    assert "Feb" in scale
    assert "Jan 2027" in scale


def test_what_is_far_away_does_not_squeeze_the_rest() -> None:
    value: JsonObject = {"tasks": [task(1, "a", "2016-10-03"), task(2, "b", "2026-11-30")]}
    scale, _, first, second, _ = draw(value, 90)
    assert "2 Nov" in scale
    assert first.split("●")[0].strip() == "a"
    assert second.index("●") > second.index("│") + 1


def test_a_narrow_window_gets_stretches_of_time() -> None:
    value: JsonObject = {
        "tasks": [
            *[task(number, f"Task {number}", f"2026-11-{13 + number}") for number in (0, 12, 14, 17)],
            task(5, "Next month", "2026-12-24"),
            task(6, "Next year", "2027-01-02"),
            task(7, "Finished", "2026-11-01", DONE),
        ]
    }
    assert draw(value, 40) == [
        "Done earlier: 1",
        "Late",
        "! Task 0",
        "  13 Nov, 12 days late",
        "Today",
        "• Task 12",
        "  25 Nov, today",
        "This week",
        "• Task 14",
        "  27 Nov, in 2 days",
        "Next week",
        "• Task 17",
        "  30 Nov, in 5 days",
        "December",
        "• Next month",
        "  24 Dec, in 4 weeks",
        "January 2027",
        "• Next year",
        "  2 Jan 2027, in 5 weeks",
        "7 tasks by due date · 1 late",
    ]


def test_plain_timelines_say_today_and_then_stretch_by_stretch() -> None:
    assert draw(TASKS, 60, PLAIN)[:8] == [
        "Today: 25 Nov",
        "",
        "Done earlier: 1 task",
        "",
        "Late: 1 task",
        "",
        "Task 1 of 1",
        "Task: Sign the lease for the new office",
    ]


@pytest.mark.parametrize("columns", [40, 80])
def test_without_any_due_date_that_is_all_there_is_to_say(columns: int) -> None:
    assert " ".join(draw({"tasks": [UNDATED_TASK]}, columns)) == "0 tasks by due date · 1 without a due date"


def test_what_is_due_first_and_open_is_kept_when_there_are_many() -> None:
    value: JsonObject = {
        "tasks": [task(number, f"Task {number}", f"2026-12-{number:02}") for number in range(1, 20)],
        "total": 100,
    }
    drawn = draw(value, 80, most_rows=3)
    assert [line.split()[1] for line in drawn[2:5]] == ["1", "2", "3"]
    assert drawn[-1] == "3 tasks by due date and 16 more · 81 more at the server"
