import pytest

from agent.conversation import ToolCall
from agent.drawing.widths import shorten, width
from agent.events import CallOutcome, ToolCallFinished, ToolCallStarted
from agent.jsontypes import JsonObject, JsonValue
from agent.repl.lines import (
    describe_arguments,
    describe_duration,
    describe_outcome,
    describe_result,
    describe_stopped,
)
from agent.tools.tool import Effect

CALL = ToolCall("1", "astravue_list_tasks", '{"projectId": 4, "status": "open"}')


def finished(outcome: CallOutcome, text: str = "", structured: JsonValue = None) -> ToolCallFinished:
    return ToolCallFinished(CALL, "List tasks", outcome, text, structured, 0.14)


@pytest.mark.parametrize(
    ("outcome", "text", "line"),
    [
        (
            CallOutcome.FAILED,
            "\nNo such project.\n",
            "✗ List tasks · project ID: 4, status: open · No such project. · 0.1 s",
        ),
        (
            CallOutcome.INVALID,
            "limit is too big",
            "✗ List tasks · project ID: 4, status: open · limit is too big",
        ),
        (CallOutcome.DECLINED, "", "⊘ List tasks · project ID: 4, status: open · declined"),
    ],
)
def test_an_outcome_is_one_line(outcome: CallOutcome, text: str, line: str) -> None:
    assert describe_outcome(finished(outcome, text)) == line


def test_a_reason_that_does_not_fit_stands_whole_below_the_line() -> None:
    reason = "No such project, or it was\ndeleted meanwhile; list the projects and take one of those."
    line, *below = describe_outcome(finished(CallOutcome.FAILED, reason), 40).split("\n")
    assert line == "✗ List tasks · project… · failed · 0.1 s"
    assert " ".join(each.strip() for each in below) == " ".join(reason.split())
    assert all(each.startswith("  ") and len(each) <= 40 for each in below)


def test_of_a_very_long_reason_the_beginning_is_shown() -> None:
    reason = "and so on " * 100
    assert describe_outcome(finished(CallOutcome.FAILED, reason), 40).count("\n") == 4
    whole = describe_outcome(finished(CallOutcome.FAILED, reason))
    assert whole.count("\n") == 1
    assert whole.endswith("…")


def test_a_long_result_of_a_call_that_succeeded_stays_one_line() -> None:
    assert "\n" not in describe_outcome(finished(CallOutcome.SUCCEEDED, "long " * 100), 40)


@pytest.mark.parametrize(
    ("structured", "words"),
    [
        ({"total": 35, "open": 20, "done": 15}, "3 values"),
        ({"total": 35}, ""),
        (None, ""),
    ],
)
def test_what_is_written_for_a_program_is_not_shown_as_an_outcome(structured: JsonValue, words: str) -> None:
    assert describe_result(structured, '{"total":35}') == words


def test_what_was_cut_before_is_cut_with_one_ellipsis() -> None:
    arguments: JsonObject = {"title": "a" * 40, "description": "b" * 40}
    assert describe_arguments(arguments) == f"title: {'a' * 31}…, description: {'b' * 9}…"
    assert shorten(describe_arguments(arguments), 40) == f"title: {'a' * 31}…"


def test_a_stopped_write_says_that_nobody_knows_unless_it_was_still_asked_about() -> None:
    write = ToolCallStarted(CALL, "Create task", {}, Effect.WRITE)
    read = ToolCallStarted(CALL, "List tasks", {}, Effect.READ)
    assert "may or may not have happened" in describe_stopped(write, asking=False)
    assert describe_stopped(write, asking=True) == "⊘ Create task · not made"
    assert describe_stopped(read, asking=False) == "⊘ List tasks · stopped"


def test_a_lost_answer_says_that_nobody_knows() -> None:
    assert "may or may not have happened" in describe_outcome(finished(CallOutcome.UNKNOWN))


@pytest.mark.parametrize(
    ("structured", "words"),
    [
        ([1, 2], "2 items"),
        ({"tasks": [1]}, "1 task"),
        ({"entries": [1]}, "1 entry"),
        ({"timeEntries": []}, "0 time entries"),
        (
            {"groups": [{"entries": [{"timerId": 1, "duration": 1}, {"timerId": 2, "duration": 1}]}]},
            "2 time entries",
        ),
        ({"groups": [{"tasks": [{"title": "a"}]}], "total": 9}, "1 task of 9"),
        ({"tasks": [1, 2], "total": 9}, "2 tasks of 9"),
        ({"success": True, "data": {"title": "Write report", "tags": []}}, "“Write report”"),
        ({"task": {"name": "Send\x1b[2J it"}}, "“Send it”"),
        ({"taskId": 7, "taskTitle": "Send it", "projectName": "Office"}, "“Send it”"),
        ({"success": True}, "text instead"),
        (None, "text instead"),
    ],
)
def test_a_result_is_counted_or_named(structured: JsonValue, words: str) -> None:
    assert describe_result(structured, "\n text  instead\nand more") == words


@pytest.mark.parametrize("columns", [10, 20, 30, 40, 60])
def test_lines_stay_within_the_window(columns: int) -> None:
    line = describe_outcome(finished(CallOutcome.SUCCEEDED, structured={"tasks": [1, 2]}), columns)
    assert width(line) <= columns


def test_the_arguments_give_way_before_the_outcome() -> None:
    line = describe_outcome(finished(CallOutcome.SUCCEEDED, structured={"tasks": [1, 2]}), 45)
    assert line.endswith("· 2 tasks · 0.1 s")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tags": ["a", "b"], "empty": None, "none": []}, "tags: a + b"),
        ({"text": "line\none\x1b[2J"}, "text: line one"),
        ({"due": {"before": "x"}}, 'due: {"before":"x"}'),
    ],
)
def test_arguments_in_short(arguments: JsonObject, words: str) -> None:
    assert describe_arguments(arguments) == words


def test_durations_are_in_the_unit_people_would_use() -> None:
    assert describe_duration(0.04) == "0.0 s"
    assert describe_duration(61) == "1 min 01 s"


def test_wide_and_combining_characters_are_counted_as_terminals_do() -> None:
    assert width("日本e\u0301") == 5
    assert shorten("日本語", 4) == "日…"
