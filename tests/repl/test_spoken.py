"""What is said of a turn to whoever has the screen read aloud."""

from dataclasses import replace

import pytest

from agent.conversation import ToolCall
from agent.events import CallOutcome, ToolCallFinished, ToolCallProgress, ToolCallStarted
from agent.repl.spoken import Spoken
from agent.tools.tool import Effect

CALL = ToolCall("1", "list_overdue_tasks", '{"projectId": 4}')
STARTED = ToolCallStarted(CALL, "List overdue tasks", {"projectId": 4}, Effect.READ)


class Ear:
    """Hears what is said, at a time that the test tells."""

    def __init__(self) -> None:
        self.now = 0.0
        self.heard: list[str] = []
        self.spoken = Spoken(self.heard.append, lambda: self.now)


def finished(outcome: CallOutcome, text: str = "") -> ToolCallFinished:
    return ToolCallFinished(CALL, "List overdue tasks", outcome, text, {"tasks": [1, 2]}, 0.24)


def test_a_call_is_said_when_it_begins_and_when_it_ends() -> None:
    ear = Ear()
    ear.spoken.start(STARTED)
    ear.spoken.finish(finished(CallOutcome.SUCCEEDED), named=False)
    assert ear.heard == ["Calling list overdue tasks, project ID: 4", "Done, 2 tasks, 0.2 seconds"]


@pytest.mark.parametrize(
    ("title", "said"),
    [("Update Task", "update task"), ("get_task_by_ID", "get task by ID"), ("PDF Export", "PDF export")],
)
def test_the_title_of_a_call_is_a_part_of_the_sentence(title: str, said: str) -> None:
    ear = Ear()
    ear.spoken.start(replace(STARTED, title=title, arguments={}))
    assert ear.heard == [f"Calling {said}"]


def test_why_a_call_failed_is_said_in_full() -> None:
    ear = Ear()
    reason = "The arguments do not fit the tool's schema: 'spaceId' is a required property."
    ear.spoken.finish(finished(CallOutcome.INVALID, reason), named=False)
    assert ear.heard == [f"Failed, {reason}"]


def test_a_call_that_ends_while_others_go_on_or_never_began_is_named() -> None:
    ear = Ear()
    ear.spoken.finish(finished(CallOutcome.SUCCEEDED), named=True)
    assert ear.heard == ["Done, List overdue tasks, 2 tasks, 0.2 seconds"]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (CallOutcome.FAILED, "Failed, No such project."),
        (CallOutcome.INVALID, "Failed, No such project."),
        (CallOutcome.DECLINED, "Declined"),
    ],
)
def test_how_a_call_ended_is_a_word_and_no_mark(outcome: CallOutcome, said: str) -> None:
    ear = Ear()
    ear.spoken.finish(finished(outcome, "No such project."), named=False)
    assert ear.heard == [said]


def test_a_write_of_which_nobody_knows_is_said_with_its_name_in_full() -> None:
    ear = Ear()
    ear.spoken.finish(finished(CallOutcome.UNKNOWN), named=False)
    assert ear.heard[0].startswith("Not known, List overdue tasks, no answer came, it may or may not")


def test_progress_is_said_at_each_quarter_and_not_in_between() -> None:
    ear = Ear()
    for done in range(101):
        ear.spoken.progress(ToolCallProgress(CALL, done, 100), "Import plan")
    assert ear.heard == [f"Import plan, {share} percent" for share in (25, 50, 75, 100)]


def test_what_a_call_does_is_said_now_and_then() -> None:
    ear = Ear()
    for second in range(12):
        ear.now = second
        ear.spoken.progress(ToolCallProgress(CALL, second, None, f"file {second}"), "Import plan")
    assert ear.heard == ["Import plan, 5 done, file 5", "Import plan, 10 done, file 10"]


def test_a_long_wait_is_said_rarely_and_ever_more_rarely() -> None:
    ear = Ear()
    times: list[float] = []
    for second in range(200):
        ear.now = second
        before = len(ear.heard)
        ear.spoken.remind("Thinking")
        times += [second] * (len(ear.heard) - before)
    assert times == [10, 30, 60, 120, 180]
    assert ear.heard[0] == "Thinking, 10 seconds so far"


def test_whatever_is_heard_puts_a_reminder_off() -> None:
    ear = Ear()
    for second in range(100):
        ear.now = second
        ear.spoken.remind("Thinking")
        if second % 5 == 0:
            ear.spoken.restart()
    assert ear.heard == []
