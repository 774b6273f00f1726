"""`/compact`: what may follow it, and what is said of it."""

import pytest

from agent.errors import UsageError
from agent.events import Compacted, CompactionUndone
from agent.repl.compacting import describe_compaction, is_undo
from tests.repl.driver_window import DriverWindow


@pytest.mark.parametrize(("rest", "undo"), [("", False), ("undo", True), ("--undo", True), ("UNDO", True)])
def test_it_is_made_or_taken_back(rest: str, undo: bool) -> None:
    assert is_undo(rest) is undo


def test_nothing_else_may_follow() -> None:
    with pytest.raises(UsageError, match="/compact takes nothing"):
        is_undo("all of it")


def test_what_became_shorter_is_said_in_one_line() -> None:
    assert describe_compaction(Compacted("…", 12, 98_000, 21_000)) == (
        "The first 12 messages are summarised for the model: about 98,000 tokens became 21,000. Nothing is "
        "deleted; /compact undo takes it back."
    )


@pytest.mark.parametrize(
    ("covers", "says"),
    [(0, "the model reads the whole conversation again"), (8, "still stands for 8 messages")],
)
def test_what_stands_after_it_was_taken_back_is_said(covers: int, says: str) -> None:
    assert says in describe_compaction(CompactionUndone(covers))


def test_the_chat_shows_the_summary_and_takes_it_back(window: DriverWindow) -> None:
    window.press("/compact\r")
    window.wait_for("Task 7 (Report) was made.")
    assert "The first 12 messages are summarised for the model" in window.text
    window.press("/compact undo\r")
    window.wait_for("reads the whole conversation again")
    window.press("/compact everything\r")
    window.wait_for("/compact takes nothing, or “undo”.")
