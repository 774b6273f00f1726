"""A trial passes if the workspace, the calls, the answers and the end are what its case wants."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.jsontypes import JsonObject, JsonValue, dump
from evals.definitions.case import (
    AnswerRule,
    CallRule,
    Case,
    Category,
    Expectation,
    Turn,
    WorkspaceDefinition,
)
from evals.definitions.trial import Kind, Status, TrialRecord, Verdict
from evals.scoring.answers import find_faults
from evals.scoring.calls import holds
from evals.scoring.score import Check, Score, score
from evals.state.changes import Change, ChangeKind

RENAMED = Change(ChangeKind.CHANGED, "tasks", "task 1 “A”", {"task_title": "B"}, {"task_title": "A"})
CREATE = "astravue_create_task"


def case_with(expect: Expectation) -> Case:
    workspace = WorkspaceDefinition("demo", datetime(2026, 11, 23, 9, tzinfo=UTC))
    return Case(
        "single-step/rename", Path("x.yaml"), "Rename", Category.SINGLE_STEP, workspace, (Turn("Hi"),), expect
    )


def call(
    tool: str,
    arguments: JsonObject | None = None,
    outcome: str = "succeeded",
    edited: JsonObject | None = None,
    call_id: str = "1",
) -> list[JsonObject]:
    given = arguments or {}
    return [
        {"type": "tool_call_started", "call_id": call_id, "name": tool, "arguments": given},
        {
            "type": "tool_call_finished",
            "call": {"id": call_id, "name": tool, "arguments": dump(given)},
            "outcome": outcome,
            "edited": edited,
        },
    ]


def answered(text: str, *calls: Sequence[JsonObject]) -> list[JsonObject]:
    started: JsonObject = {"type": "turn_started", "text": "Hi"}
    finished: JsonObject = {"type": "turn_finished", "text": text}
    return [started, *(line for lines in calls for line in lines), finished]


def failed(exit_code: int) -> list[JsonObject]:
    error: JsonObject = {"kind": "ModelError", "message": "The model is gone.", "exit_code": exit_code}
    return [{"type": "turn_started", "text": "Hi"}, {"type": "turn_failed", "error": error}]


def record_of(*turns: Sequence[JsonObject], kind: Kind = Kind.LIVE, **more: object) -> TrialRecord:
    events: tuple[JsonObject, ...] = ({"type": "session"}, *(line for turn in turns for line in turn))
    return replace(TrialRecord("single-step/rename", "d", kind, 1, events=events), **more)


def checks(expect: Expectation, record: TrialRecord, goal: tuple[Change, ...] = ()) -> dict[str, Check]:
    return {check.name: check for check in score(case_with(expect), record, goal).checks}


def test_state_and_end_are_always_looked_at() -> None:
    found = score(case_with(Expectation()), record_of(answered("Done.")), ())

    assert [check.name for check in found.checks] == ["state", "end"]
    assert found.passed


def test_changes_that_are_not_the_goals_fail() -> None:
    record = record_of(answered("Done."), changes=(RENAMED,))

    assert checks(Expectation(), record, (RENAMED,))["state"].passed
    state = checks(Expectation(), record)["state"]
    assert not state.passed
    assert state.detail.startswith("unexpected: changed task 1 “A”")


def test_a_null_trial_fails_where_something_was_to_be_done() -> None:
    assert not score(
        case_with(Expectation()), record_of(answered("Done."), kind=Kind.NULL), (RENAMED,)
    ).passed


def test_columns_may_be_ignored() -> None:
    expect = Expectation(ignores=("tasks.task_title",))

    assert checks(expect, record_of(answered("Done."), changes=(RENAMED,)))["state"].passed


def test_a_broken_trial_is_not_scored() -> None:
    broken = score(case_with(Expectation()), record_of(status=Status.BROKEN), ())

    assert broken == Score(())
    assert not broken.passed


def test_a_strict_replay_is_only_compared_with_its_recording() -> None:
    same, other = record_of(kind=Kind.REPLAY), record_of(kind=Kind.REPLAY, difference="- a\n+ b")

    assert score(case_with(Expectation()), same, (RENAMED,)) == Score((Check("replay", True),))
    assert score(case_with(Expectation()), other, ()) == Score((Check("replay", False, "- a\n+ b"),))


def test_a_call_that_has_to_be_made_has_to_succeed() -> None:
    expect = Expectation(calls=(CallRule(CREATE, {"priority": "High"}),))

    made = record_of(answered("Done.", call(CREATE, {"priority": "high", "taskTitle": "X"})))
    assert checks(expect, made)["calls"].passed
    refused = checks(expect, record_of(answered("No.", call(CREATE, {"priority": "High"}, "failed"))))[
        "calls"
    ]
    assert refused.detail.splitlines() == [
        'wanted: astravue_create_task with priority: "High"',
        'found: astravue_create_task with priority: "High", failed',
    ]


def test_no_call_at_all_is_said() -> None:
    found = checks(Expectation(calls=(CallRule("astravue_get_*", {}),)), record_of(answered("Done.")))[
        "calls"
    ]

    assert found.detail == "wanted: astravue_get_*\nfound: no call at all"


def test_a_call_counts_with_the_arguments_that_the_user_put_in_place() -> None:
    expect = Expectation(calls=(CallRule(CREATE, {"priority": "Low"}),))
    edited = call(CREATE, {"priority": "High"}, edited={"priority": "Low"})

    assert checks(expect, record_of(answered("Done.", edited)))["calls"].passed


def test_a_call_that_the_user_declined_was_not_made() -> None:
    expect = Expectation(never=(CallRule("astravue_delete_*", {}),))

    declined = record_of(answered("All right.", call("astravue_delete_task", {"taskId": 1}, "declined")))
    assert checks(expect, declined)["never"].passed
    made = checks(expect, record_of(answered("Gone.", call("astravue_delete_task", {"taskId": 1}))))["never"]
    assert made.detail == "wanted: never astravue_delete_*; found: astravue_delete_task with taskId: 1"


def test_calls_of_all_turns_count() -> None:
    expect = Expectation(calls=(CallRule("a", {"n": 1}), CallRule("a", {"n": 2})))
    turns = [answered("One.", call("a", {"n": 1})), answered("Two.", call("a", {"n": 2}))]

    assert checks(expect, record_of(*turns))["calls"].passed


def test_a_call_whose_arguments_were_no_json_is_no_call() -> None:
    line: JsonObject = {
        "type": "tool_call_finished",
        "call": {"id": "1", "name": CREATE, "arguments": "{"},
        "outcome": "invalid",
    }

    found = checks(Expectation(calls=(CallRule(CREATE, {}),)), record_of(answered("Hm.", [line])))["calls"]
    assert found.detail.endswith("found: astravue_create_task with no arguments, invalid")


@pytest.mark.parametrize(
    ("wanted", "found", "is_held"),
    [
        (None, "anything", True),
        (3, 3.0, True),
        (3, "3", False),
        (1, True, False),
        (True, True, True),
        ("High", " high ", True),
        ("High", "Higher", False),
        ([1, 2], [2, 1, 1], True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": None}, {"b": 2}, False),
        ({"a": 1}, None, False),
    ],
)
def test_arguments_hold_what_is_wanted(wanted: JsonValue, found: JsonValue, is_held: bool) -> None:
    assert holds(wanted, found) is is_held


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_every_value_holds_itself(value: JsonValue) -> None:
    assert holds(value, value)


@pytest.mark.parametrize(
    ("contains", "answer"),
    [
        ("Check the release notes", "I created “**Check** the _release_ notes”."),
        ("“Check”", 'Done: "check"'),
        ("6", "There are 6 tasks, not 16."),
        ("6", "There are **6**."),
        ("6.5 hours", "It took 6.5\u00a0hours"),
        ("1600", "The budget is 1,600 euros."),
        ("1,600", "The budget is 1600 euros."),
        ("Lease High", "| Task | Priority |\n| --- | :-: |\n| Lease | High |"),
        ("café", "Cafe\u0301"),
        ("don't", "I don’t know"),
        ("task_id", "Its task_id is 4"),
        ("141383", "Task `141383`"),
        ("next week", "next\nweek"),
        ("high-priority", "a high‑priority task"),
    ],
)
def test_an_answer_says_something_however_it_is_written(contains: str, answer: str) -> None:
    assert list(find_faults(AnswerRule(contains=(contains,)), answer)) == []
    assert list(find_faults(AnswerRule(lacks=(contains,)), answer)) == [f'it must not say "{contains}"']


@pytest.mark.parametrize(
    ("contains", "answer"),
    [
        ("6", "16 tasks"),
        ("6", "60 tasks"),
        ("6", "6.5 hours"),
        ("5", "6.5 hours"),
        ("Priya", "Prya"),
        ("6", "1,600"),
    ],
)
def test_an_answer_does_not_say_what_only_looks_like_it(contains: str, answer: str) -> None:
    assert list(find_faults(AnswerRule(contains=(contains,)), answer)) == [f'it has to say "{contains}"']


def test_a_pattern_is_found_in_the_answer_as_it_is_read_or_written() -> None:
    assert list(find_faults(AnswerRule(matches=(r"done .* 3 tasks",)), "**Done**\nwith 3 tasks")) == []
    assert list(find_faults(AnswerRule(matches=(r"“\w+”",)), "It is “Lease”.")) == []
    assert list(find_faults(AnswerRule(matches=(r"^never",)), "Done")) == ["it has to match ^never"]


@given(st.text(min_size=1, max_size=30))
def test_every_answer_says_itself(text: str) -> None:
    assert list(find_faults(AnswerRule(contains=(text,)), text)) == []


def test_marks_of_markdown_alone_are_looked_for_as_they_are_written() -> None:
    assert list(find_faults(AnswerRule(lacks=("|", "**")), "No table here.")) == []
    assert list(find_faults(AnswerRule(lacks=("|",)), "| a | b |")) == ['it must not say "|"']


def test_the_last_answer_is_looked_at_unless_another_is_named() -> None:
    record = record_of(answered("First."), answered("Second."))

    assert checks(Expectation(answers=(AnswerRule(contains=("second",)),)), record)["answer"].passed
    assert checks(Expectation(answers=(AnswerRule(1, contains=("first",)),)), record)["answer"].passed
    wrong = checks(Expectation(answers=(AnswerRule(1, contains=("second",)),)), record)["answer"]
    assert wrong.detail.splitlines() == [
        'wanted of the answer of turn 1: it has to say "second"',
        "found: First.",
    ]
    missing = checks(Expectation(answers=(AnswerRule(3, contains=("third",)),)), record)["answer"]
    assert missing.detail.endswith("found: no answer")


def test_with_a_simulated_user_any_answer_may_say_it() -> None:
    record = record_of(answered("It is 14:30."), answered("Bye."), kind=Kind.SIMULATED)

    assert checks(Expectation(answers=(AnswerRule(2, contains=("14:30",)),)), record)["answer"].passed
    assert not checks(Expectation(answers=(AnswerRule(lacks=("14:30",)),)), record)["answer"].passed


def test_the_last_turn_ends_with_the_wanted_code() -> None:
    assert checks(Expectation(ends=3), record_of(failed(3)))["end"].passed
    found = checks(Expectation(), record_of(answered("Well."), failed(3)))["end"]
    assert found.detail == "wanted: the last turn ends with 0; found: 3 (The model is gone.)"


def test_a_turn_without_an_end_is_no_end() -> None:
    found = checks(Expectation(), record_of([{"type": "turn_started", "text": "Hi"}]))["end"]

    assert found.detail == "wanted: the last turn ends with 0; found: it did not end"
    assert "no turn at all" in checks(Expectation(), record_of())["end"].detail


def test_more_steps_than_allowed_fail() -> None:
    assert checks(Expectation(steps=3), record_of(answered("Done."), steps=3))["steps"].passed
    found = checks(Expectation(steps=3), record_of(answered("Done."), steps=4))["steps"]
    assert found.detail == "wanted: at most 3 steps; found: 4"


def test_a_judge_counts_only_if_asked_and_never_alone() -> None:
    expect = Expectation(judge="Was it polite?")

    assert "judge" not in checks(expect, record_of(answered("Done.")))
    rude = record_of(answered("Done."), verdict=Verdict(False, "It swore."))
    assert checks(expect, rude)["judge"].detail == "wanted: yes to “Was it polite?”; found: no: It swore."
    assert not score(case_with(expect), rude, ()).passed
    silent = record_of(answered("Done."), verdict=Verdict(False, "It left.", broken=True))
    assert (
        checks(expect, silent)["judge"].detail
        == "wanted: yes to “Was it polite?”; found: no verdict: It left."
    )
    polite = record_of(answered("Done."), verdict=Verdict(True))
    assert score(case_with(expect), polite, ()).passed
    assert not score(case_with(expect), polite, (RENAMED,)).passed
