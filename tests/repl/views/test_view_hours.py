import re

import pytest

from agent.drawing.palette import Palette
from agent.errors import UsageError
from agent.jsontypes import JsonObject
from agent.repl.slash.hours import parse
from agent.repl.views.hours import bar, draw_hours
from tests.records.record_samples import ENTRIES, NOW, entry, records

COLOURED, PLAIN = Palette(), Palette(plain=True)


def draw(value: JsonObject, columns: int, palette: Palette = COLOURED, grouping: str = "") -> list[str]:
    drawn = draw_hours(records(value), columns, palette, NOW, grouping)
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()


def test_bars_stand_for_what_tells_most_apart_the_longest_first() -> None:
    assert draw(ENTRIES, 60) == [
        "Hours by person · 23 Nov to 24 Nov",
        "Tom Becker   8:30  ████████████████████████████████████████",
        "Julia Novak  0:15  █▏",
        "8:45 hours in all",
    ]


def test_bars_may_stand_for_days_in_their_order() -> None:
    assert draw(ENTRIES, 60, grouping="day")[1:3] == [
        "Mon 23 Nov  6:30  █████████████████████████████████████████",
        "Tue 24 Nov  2:15  ██████████████▎",
    ]


def test_a_narrow_window_has_the_bar_below_its_name() -> None:
    assert draw(ENTRIES, 40) == [
        "Hours by person · 23 Nov to 24 Nov",
        "Tom Becker",
        "  8:30  ███████████████████████████████",
        "Julia Novak",
        "  0:15  ▉",
        "8:45 hours in all",
    ]


def test_plain_bars_are_ascii_behind_the_words() -> None:
    assert draw(ENTRIES, 60, PLAIN) == [
        "Hours by person, 23 Nov to 24 Nov",
        "Tom Becker: 8 h 30 min, 97%  ####################",
        "Julia Novak: 15 min, 3%  #",
        "8 h 45 min in all",
    ]


def test_many_bars_are_cut_and_what_is_left_is_one() -> None:
    value: JsonObject = {
        "timeEntries": [entry(n, f"Task {n}", "2026-11-23", n + 1) for n in range(20)],
        "total": 90,
    }
    drawn = draw(value, 80, grouping="task")
    assert len(drawn) == 18
    assert drawn[-2].startswith("5 others")
    assert drawn[-1] == "210:00 hours in all · 70 more entries at the server"


def test_many_days_become_weeks() -> None:
    value: JsonObject = {"timeEntries": [entry(n, "a", f"2026-10-{n:02}", 1) for n in range(1, 29)]}
    assert [line.split("  ")[0] for line in draw(value, 80, grouping="day")[1:-1]] == [
        "week of 28 Sep",
        "week of 5 Oct",
        "week of 12 Oct",
        "week of 19 Oct",
        "week of 26 Oct",
    ]


@pytest.mark.parametrize(
    ("share", "room", "drawn"),
    [(1, 4, "████"), (0.5, 4, "██"), (0.25, 2, "▌"), (0.001, 4, "▏"), (0, 4, ""), (1 / 3, 3, "█")],
)
def test_a_bar_is_exact_to_an_eighth_of_a_column_and_never_quite_nothing(
    share: float, room: int, drawn: str
) -> None:
    assert bar(share, room) == drawn


def test_time_without_length_draws_no_bar() -> None:
    assert draw({"timeEntries": [entry(1, "a", "2026-11-23", 0)]}, 60)[1].rstrip().endswith("0:00")


@pytest.mark.parametrize(
    ("rest", "grouping", "project"),
    [
        ("", "", ""),
        ("by Person", "person", ""),
        ("day", "day", ""),
        ("Office move", "", "Office move"),
        ("Office move by task", "task", "Office move"),
        ("Stand by me", "", "Stand by me"),
    ],
)
def test_what_bars_stand_for_follows_the_project(rest: str, grouping: str, project: str) -> None:
    assert parse(rest) == (grouping, project)


def test_bars_by_anything_else_are_refused_before_anything_is_asked() -> None:
    with pytest.raises(UsageError) as refused:
        parse("by moon")
    assert refused.value.message == "Hours are drawn by project, person, task or day, not by “moon”."
    assert refused.value.hint == "Such as: /hours by person"
    with pytest.raises(UsageError, match="Hours are drawn by project, person, task or day"):
        parse("by")
