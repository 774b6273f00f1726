import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.jsontypes import JsonObject
from agent.repl.views.board import draw_board
from agent.repl.views.hours import draw_hours
from agent.repl.views.result import draw_result
from agent.repl.views.table import draw_table, short_people
from agent.repl.views.timeline import draw_timeline
from agent.repl.views.timesheet import draw_timesheet
from tests.records.record_samples import ENTRIES, LATE_TASK, NOW, TASKS, entry, person, records, task

COLOURED, PLAIN = Palette(), Palette(plain=True)


def draw(value: JsonObject, columns: int, palette: Palette = COLOURED, most_rows: int = 40) -> list[str]:
    drawn = draw_table(records(value), columns, palette, NOW, most_rows)
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()


def test_tasks_are_a_table_with_a_heading_a_rule_and_what_stands_out() -> None:
    assert draw(TASKS, 100) == [
        "Task                               Due             Status       Priority  Who         Project",
        "─────────────────────────────────  ──────────────  ───────────  ────────  ──────────  ───────────",
        "Sign the lease for the new office  ! 12 days late  IN-PROGRESS  High      Alex M. +1  Office move",
        "Order desks                        28 Nov          OPEN         High      Lena F.     Office move",
        "Measure the rooms                  9 Nov           COMPLETED    High      Alex M. +1  Office move",
        "Think about plants                                 OPEN         High                  Office move",
        "4 tasks · 1 late",
    ]


def test_the_least_important_columns_go_first_and_texts_get_shorter() -> None:
    assert draw(TASKS, 60) == [
        "Task                            Due             Status",
        "──────────────────────────────  ──────────────  ───────────",
        "Sign the lease for the new of…  ! 12 days late  IN-PROGRESS",
        "Order desks                     28 Nov          OPEN",
        "Measure the rooms               9 Nov           COMPLETED",
        "Think about plants                              OPEN",
        "4 tasks · 1 late",
    ]


def test_a_narrow_window_gets_a_block_for_each_record() -> None:
    assert draw(TASKS, 40)[:6] == [
        "Sign the lease for the new office",
        "  ! 13 Nov, 12 days late · IN-PROGRESS",
        "  Alex Morgan, Daniel Reed · High",
        "  Office move · Id: 1",
        "Order desks",
        "  28 Nov, in 3 days · OPEN",
    ]


def test_plain_tables_are_lines_of_label_and_value() -> None:
    assert draw({"tasks": [LATE_TASK]}, 60, PLAIN) == [
        "Task 1 of 1",
        "Task: Sign the lease for the new office",
        "Due: 13 Nov, 12 days late",
        "Status: IN-PROGRESS",
        "Who: Alex Morgan, Daniel Reed",
        "Priority: High",
        "Project: Office move",
        "Id: 1",
        "",
        "1 task, 1 late",
    ]


def test_what_is_late_is_red_and_says_so_with_a_mark_and_in_words() -> None:
    drawn = draw_table(records(TASKS), 120, COLOURED, NOW)
    assert COLOURED.bad("! 13 Nov, 12 days late") in drawn


def test_time_entries_have_their_hours_at_the_right_and_a_sum() -> None:
    assert draw(ENTRIES, 80) == [
        "Task            Project      Who          Day         Hours",
        "──────────────  ───────────  ───────────  ──────────  ─────",
        "Sign the lease  Office move  Tom Becker   Mon 23 Nov   6:30",
        "Order desks     Office move  Tom Becker   Tue 24 Nov   2:00",
        "Order desks     Office move  Julia Novak  Tue 24 Nov   0:15",
        "3 time entries · 8:45 hours in all",
    ]


def test_other_records_get_the_columns_that_they_have() -> None:
    value: JsonObject = {
        "tags": [{"tagId": 7, "tagName": "urgent", "taskCount": 12}, {"tagId": 8, "tagName": "legal"}]
    }
    assert draw(value, 80) == [
        "Id  Tag     Tasks",
        "──  ──────  ─────",
        "7   urgent     12",
        "8   legal",
        "2 tags",
    ]


def test_ids_and_what_is_the_same_in_each_row_go_before_anything_is_cut() -> None:
    value: JsonObject = {
        "projects": [
            {
                "projectId": number,
                "projectName": f"A project with a name of its own, the {number}th",
                "spaceName": "Product",
                "dueDate": f"2027-01-0{number}T17:00:00Z",
                "completion": number,
            }
            for number in (4, 5)
        ]
    }
    assert draw(value, 80) == [
        "Project                                    Due                     % done",
        "─────────────────────────────────────────  ──────────────────────  ──────",
        "A project with a name of its own, the 4th  4 Jan 2027, in 6 weeks       4",
        "A project with a name of its own, the 5th  5 Jan 2027, in 6 weeks       5",
        "2 projects",
    ]


def test_many_rows_are_cut_and_counted_with_those_at_the_server() -> None:
    many: JsonObject = {"tasks": [task(number, f"Task {number}") for number in range(30)], "total": 240}
    drawn = draw(many, 80, most_rows=10)
    assert len(drawn) == 13
    assert drawn[-1] == "10 tasks and 230 more"


def test_wide_and_right_to_left_titles_keep_the_columns_in_line() -> None:
    value: JsonObject = {
        "tasks": [
            task(1, "日本語のタイトルはとても長いので切られます", "2026-11-28"),
            task(2, "שלום", "2026-11-28"),
            task(3, "e\u0301tude", "2026-11-28"),
        ]
    }
    rows = draw(value, 60)[2:5]
    assert rows[1].startswith("\u2068שלום\u2069 ")
    assert {width(row[: row.index("28 Nov")]) for row in rows} == {width(rows[0][: rows[0].index("28 Nov")])}


def test_people_in_short_are_a_name_and_how_many_more() -> None:
    assert [
        short_people(people) for people in ((), ("Ada",), ("Alex Morgan",), ("Alex Morgan", "Ada", "Li"))
    ] == [
        "",
        "Ada",
        "Alex M.",
        "Alex M. +2",
    ]


TITLES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1, max_size=50)
DAYS = st.dates().map(str) | st.none()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TITLES, DAYS), min_size=1, max_size=4), st.sampled_from([20, 40, 59, 80, 120]))
def test_no_drawing_of_tasks_is_wider_than_the_window(
    titles: list[tuple[str, str | None]], columns: int
) -> None:
    tasks: list[JsonObject] = [
        task(place, title, day, projectName=title, owners=[person(title, title)])
        for place, (title, day) in enumerate(titles)
    ]
    # A title of blanks alone is none, and what has none is no task.
    found = records({"tasks": [each for each in tasks if str(each["taskTitle"]).strip()] or [LATE_TASK]})
    for palette in (COLOURED, PLAIN):
        drawn = [
            draw_table(found, columns, palette, NOW),
            draw_result({"tasks": [*tasks]}, "", columns, palette, NOW),
            draw_result({"task": tasks[0]}, "", columns, palette, NOW),
        ]
        if found.tasks:
            drawn += [draw_board(found, columns, palette, NOW), draw_timeline(found, columns, palette, NOW)]
        check(drawn, columns)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(TITLES, st.dates().map(str)), min_size=1, max_size=6),
    st.sampled_from([20, 40, 59, 80, 120]),
)
def test_no_drawing_of_time_is_wider_than_the_window(titles: list[tuple[str, str]], columns: int) -> None:
    value: JsonObject = {
        "timeEntries": [
            {**entry(place, title, day, place), "projectName": title}
            for place, (title, day) in enumerate(titles)
        ]
    }
    for palette in (COLOURED, PLAIN):
        drawn = [
            draw_hours(records(value), columns, palette, NOW),
            draw_hours(records(value), columns, palette, NOW, "day"),
            draw_timesheet(records(value), columns, palette, NOW),
            draw_table(records(value), columns, palette, NOW),
        ]
        check(drawn, columns)


def check(drawings: list[str], columns: int) -> None:
    for drawn in drawings:
        lines = re.sub(r"\x1b\[[0-9;]*m", "", drawn).split("\n")
        assert [line for line in lines if width(line) >= columns] == []


@pytest.mark.parametrize("palette", [COLOURED, PLAIN])
def test_without_colours_nothing_is_lost(palette: Palette) -> None:
    drawn = draw_table(records(TASKS), 120, palette, NOW)
    assert "12 days late" in drawn
    assert ("\x1b" in drawn) is (palette is COLOURED)
