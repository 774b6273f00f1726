"""Slash commands: how a line is read, and what is said of one that is none."""

import pytest

from agent.errors import UsageError
from agent.repl.commands import BOARD, parse_command
from tests.repl.driver_window import DriverWindow

TAB = "\t"


def hint_for(text: str) -> str:
    with pytest.raises(UsageError, match="There is no command") as refused:
        parse_command(text)
    return refused.value.hint


def test_a_command_is_read_whatever_its_case() -> None:
    assert parse_command("/Board  Office move ") == (BOARD, "Office move")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/them", "theme"), ("/halp", "help"), ("/tabel 3", "table"), ("/time", "timeline"), ("/Quitt", "quit")],
)
def test_the_command_that_was_meant_is_named(typed: str, meant: str) -> None:
    assert hint_for(typed) == f"Did you mean /{meant}?"


@pytest.mark.parametrize("typed", ["/xyzzy", "/", "/12"])
def test_nothing_is_named_where_nothing_is_near(typed: str) -> None:
    assert hint_for(typed) == ""


@pytest.mark.parametrize("command", ["board", "timeline", "hours"])
def test_projects_are_completed_by_a_part_of_their_names(window: DriverWindow, command: str) -> None:
    window.press(f"/{command} relau")
    window.wait_for("Marketing")
    window.press(TAB)
    window.wait_for(f"❯ /{command} Website relaunch")
