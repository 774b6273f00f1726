import re

import pytest

from agent.drawing.palette import Palette
from agent.jsontypes import JsonObject, JsonValue
from agent.repl.views.result import draw_result
from tests.records.record_samples import LATE_TASK, NOW, OPEN, TASKS, entry, person

COLOURED = Palette()


def draw(structured: JsonValue, columns: int = 80, text: str = "", *, plain: bool = False) -> list[str]:
    drawn = draw_result(structured, text, columns, Palette(plain=plain), NOW)
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()


def test_records_are_a_table() -> None:
    assert draw(TASKS)[0].split() == ["Task", "Due", "Status", "Priority", "Who"]


def test_many_time_entries_are_a_timesheet() -> None:
    value: JsonObject = {"timeEntries": [entry(n, "a", f"2026-11-{n:02}", 1) for n in range(1, 15)]}
    assert draw(value)[-1].startswith("14 time entries · 14:00 hours")


def test_one_thing_is_lines_of_what_it_says() -> None:
    value: JsonObject = {
        "taskId": 1,
        "taskTitle": "Sign the lease",
        "status": OPEN,
        "dueDate": "2026-11-28T17:00:00Z",
        "owners": [person("Alex", "Morgan"), person("Daniel", "Reed", 2)],
        "counts": {"comments": 2},
        "parentTaskId": None,
    }
    assert draw(value) == [
        "Task id     1",
        "Task title  Sign the lease",
        "Status      OPEN",
        "Due date    28 Nov, in 3 days",
        "Owners      Alex Morgan, Daniel Reed",
        "Counts      comments 2",
    ]
    assert draw(value, 30)[3:6] == ["Due date: 28 Nov, in 3 days", "Owners: Alex Morgan, Daniel", "  Reed"]
    assert draw(value, plain=True)[1] == "Task title: Sign the lease"


def test_what_lies_in_an_envelope_comes_without_it() -> None:
    assert draw({"task": LATE_TASK})[1] == "Task title    Sign the lease for the new office"
    assert draw({"success": True, "data": {"name": "A"}}) == ["Success  yes", "Name     A"]


def test_totals_of_time_are_told_in_hours() -> None:
    assert draw({"billable": 3_600_000, "nonBillable": 0, "total": 3_600_000})[0].split("  ")[-1] == "1 h"


@pytest.mark.parametrize(
    ("structured", "text", "drawn"),
    [
        ({"timers": [], "total": 0}, "", ["No timers."]),
        ({"timeEntries": [], "total": 0}, "", ["No time entries."]),
        (None, "as it\x1b[2J is\n", ["as it is"]),
        ({}, "", ["Nothing."]),
        (7, "", ["7"]),
        (["a", "b"], "", ["a, b"]),
        ({"a": None}, "", ["Nothing."]),
    ],
)
def test_whatever_else_a_tool_answers_is_told_too(structured: JsonValue, text: str, drawn: list[str]) -> None:
    assert draw(structured, 80, text) == drawn


def test_many_names_are_counted() -> None:
    members: list[JsonValue] = [person(f"P{number}", "X", number) for number in range(20)]
    assert draw({"projectId": 1, "name": "A", "members": members}, 200)[2].endswith("P11 X and 8 more")
