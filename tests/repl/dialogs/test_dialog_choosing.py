"""One of many things, found by typing."""

import pytest

from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.repl.dialogs.choosing import Choosing, Option
from agent.repl.dialogs.dialog import Key
from agent.repl.dialogs.filling import Left

PLAIN = Palette(plain=True)
OPTIONS = [
    Option("list_tasks", "Tasks of a project"),
    Option("get_task", "One task"),
    Option("delete_task", "Delete a task for good"),
    Option("task_count"),
]


def choosing() -> Choosing:
    return Choosing("Which tool?", OPTIONS)


def names(dialog: Choosing) -> list[str]:
    return [line.split()[-1] if "❯" in line else line.split()[0] for line in drawn(dialog)[1:-1]]


def drawn(dialog: Choosing, columns: int = 30, rows: int = 10) -> list[str]:
    return dialog.draw(columns, rows, PLAIN).split("\n")


def test_enter_takes_the_marked_one() -> None:
    dialog = choosing()
    for key in (Key.DOWN, Key.DOWN, Key.UP, Key.ENTER):
        dialog.take_key(key)
    assert dialog.answer == 1


def test_escape_leaves_without_a_choice() -> None:
    dialog = choosing()
    dialog.take_key(Key.ESCAPE)
    assert dialog.answer is Left.CANCELLED


def test_typing_finds_by_all_words_in_name_and_summary_names_that_begin_so_first() -> None:
    dialog = choosing()
    dialog.type("task")
    assert names(dialog) == ["task_count", "list_tasks", "get_task", "delete_task"]
    dialog.type("TASK good")
    dialog.take_key(Key.ENTER)
    assert dialog.answer == 2


def test_what_all_names_begin_with_finds_nothing_and_the_best_is_marked() -> None:
    tools = ("update_space", "list_tags", "update_task", "update_tag")
    options = [Option(f"astravue_{name}", "Of astravue", name.replace("_", " ")) for name in tools]
    dialog = Choosing("Which tool?", options)
    dialog.type("update t")
    dialog.take_key(Key.ENTER)
    assert dialog.answer == 2
    dialog.type("astravue_update_tag")
    dialog.take_key(Key.ENTER)
    assert dialog.answer == 3


@pytest.mark.parametrize(
    ("columns", "end"), [(40, "2 hours ago · aaaa"), (80, "2 hours ago · 3 turns · 2026-aaaa")]
)
def test_things_that_are_called_alike_can_be_told_apart(columns: int, end: str) -> None:
    title = "Which of my tasks are overdue?"
    dialog = Choosing(
        "Go on with",
        [
            Option(title, f"2 hours ago · 3 turns · 2026-{mark}", mark=f"2 hours ago · {mark}")
            for mark in ("aaaa", "bbbb")
        ],
    )
    lines = drawn(dialog, columns)
    assert lines[1].endswith(end)
    assert max(map(width, lines)) <= columns


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_how_to_leave_is_always_said(columns: int) -> None:
    assert drawn(choosing(), columns)[-1].endswith("Esc leaves")


def test_where_nothing_is_found_enter_takes_nothing() -> None:
    dialog = choosing()
    dialog.type("invoice")
    for key in (Key.DOWN, Key.PAGE_DOWN, Key.ENTER):
        dialog.take_key(key)
    assert dialog.answer is None
    assert "  (nothing is called so)" in drawn(dialog)
    assert "0 of 4" in drawn(dialog)[0]


def test_the_marked_one_stays_in_sight() -> None:
    dialog = Choosing("Which?", [Option(f"option{number:02}") for number in range(50)])
    for _ in range(30):
        lines = drawn(dialog, rows=8)
        assert len(lines) == 8
        assert sum("❯" in line for line in lines) == 1
        dialog.take_key(Key.DOWN)
    dialog.take_key(Key.PAGE_DOWN)
    dialog.take_key(Key.ENTER)
    assert dialog.answer == 36


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_choice_fits_the_window_and_steers_nothing(columns: int) -> None:
    options = [Option("a_name_that_is_longer_than_twenty", "説明 " * 30), Option("b", "\x1b[2Jx")]
    lines = drawn(Choosing("What shall it be this time?", options), columns)
    assert max(map(width, lines)) <= columns
    assert "\x1b" not in "".join(lines)
