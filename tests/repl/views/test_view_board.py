import re

from agent.drawing.palette import Palette
from agent.jsontypes import JsonObject
from agent.repl.views.board import draw_board, initials
from tests.records.record_samples import DOING, DONE, NOW, OPEN, TASKS, records, task

COLOURED, PLAIN = Palette(), Palette(plain=True)


def draw(value: JsonObject, columns: int, palette: Palette = COLOURED, most_cards: int = 12) -> list[str]:
    drawn = draw_board(records(value), columns, palette, NOW, most_cards)
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()


def test_statuses_stand_side_by_side_in_the_order_of_the_work() -> None:
    assert draw(TASKS, 80) == [
        "OPEN 2                     IN-PROGRESS 1              COMPLETED 1",
        "─────────────────────────  ─────────────────────────  ─────────────────────────",
        "• Order desks              ! Sign the lease for the   ✓ Measure the rooms",
        "  28 Nov · LF                new office                 9 Nov · AM DR",
        "• Think about plants         12 days late · AM DR",
        "",
        "4 tasks · 1 late",
    ]


def test_a_narrow_window_puts_them_below_one_another() -> None:
    assert draw(TASKS, 40) == [
        "OPEN 2",
        "─" * 39,
        "• Order desks",
        "  28 Nov · LF",
        "• Think about plants",
        "",
        "IN-PROGRESS 1",
        "─" * 39,
        "! Sign the lease for the new office",
        "  12 days late · AM DR",
        "",
        "COMPLETED 1",
        "─" * 39,
        "✓ Measure the rooms",
        "  9 Nov · AM DR",
        "",
        "4 tasks · 1 late",
    ]


def test_plain_boards_are_read_status_by_status() -> None:
    drawn = draw(TASKS, 60, PLAIN)
    assert drawn[:8] == [
        "Status OPEN: 2 tasks",
        "",
        "Task 1 of 2",
        "Task: Order desks",
        "Due: 28 Nov, in 3 days",
        "Who: Lena Fischer",
        "Priority: High",
        "Project: Office move",
    ]
    assert not {"─", "•", "✓", "!"} & set("".join(drawn))
    assert "Due: 9 Nov" in drawn


def test_a_column_without_tasks_and_tasks_without_a_status_have_their_place() -> None:
    value: JsonObject = {
        "statuses": [OPEN, DOING, DONE],
        "tasks": [task(1, "a", state=DOING), task(2, "b", state={})],
    }
    assert draw(value, 120)[0].split("  ")[0] == "OPEN 0"
    assert draw(value, 120)[0].endswith("No status 1")


def test_long_columns_are_cut_and_counted() -> None:
    value: JsonObject = {"tasks": [task(number, f"Task {number}") for number in range(20)]}
    assert "and 15 more" in draw(value, 60, most_cards=5)


def test_where_a_table_shows_the_rest_it_is_named() -> None:
    several = records({"tasks": [task(number, f"Task {number}") for number in range(20)]})
    assert "and 8 more: /table" in draw_board(several, 60, COLOURED, NOW, in_table=True)
    assert "and 8 more: /table" in draw_board(several, 24, COLOURED, NOW, in_table=True)
    assert "And 8 more in OPEN: /table." in draw_board(several, 60, PLAIN, NOW, in_table=True)
    assert "/table" not in draw_board(several, 60, PLAIN, NOW, most_cards=20, in_table=True)


def test_people_are_initials() -> None:
    assert initials(("Alex Morgan", "Ada", "Li Wei", "Tom Becker")) == "AM A LW …"
    assert initials(()) == ""
