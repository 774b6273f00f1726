"""Mistakes that a case has to notice are made, and those that come to the same are not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.sandbox.clock import Clock
from agent.sandbox.database import Database, open_database
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import read_seed
from evals.definitions.case import Case
from evals.definitions.reading import read_case
from evals.trials.alternatives import Alternatives
from evals.trials.mutants import mutants
from evals.trials.wrong_answers import EMPTY_HANDED, alter

CREATE = (
    "{tool: astravue_create_task, arguments: {spaceId: 502, projectId: 11274, taskTitle: Check the notes, "
    "priority: High}, name: new}"
)
COMMENT = "{tool: astravue_add_task_comment, arguments: {taskId: $new.taskId, comment: It is urgent}}"
READ = "{tool: astravue_list_spaces}"


def case_of(folder: Path, *turns: tuple[list[str], str], expect: str = "{}", more: str = "") -> Case:
    """A case of turns, each with its golden calls and what else stands there."""
    path = folder / "multi-step" / "case.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    written = [
        f"  - say: Do it\n    calls: [{', '.join(calls)}]\n" + (f"    {rest}\n" if rest else "")
        for calls, rest in turns
    ]
    head = f"version: 1\ntitle: A case\ncategory: multi-step\n{more}turns:\n"
    path.write_text(f"{head}{''.join(written)}expect: {expect}\n", encoding="utf-8")
    return read_case(path, folder)


def mistakes(case: Case) -> list[str]:
    return [mutant.description.replace(" of line 6", "") for mutant in mutants(case)]


def calls_of(case: Case, description: str) -> list[tuple[str, JsonObject]]:
    (mutant,) = [each for each in mutants(case) if each.description.startswith(description)]
    return [(call.tool, call.arguments) for turn in mutant.turns for call in turn.calls]


# Writes


def test_each_write_is_left_out_and_made_otherwise(tmp_path: Path) -> None:
    case = case_of(tmp_path, ([CREATE, READ, COMMENT], ""))
    assert mistakes(case)[:4] == [
        "leaves out astravue_create_task",
        'calls astravue_create_task with priority: "Critical"',
        "leaves out astravue_add_task_comment",
        'calls astravue_add_task_comment with comment: "It is something"',
    ]


def test_what_needs_the_result_of_a_call_goes_with_it(tmp_path: Path) -> None:
    case = case_of(tmp_path, ([CREATE, COMMENT], ""), ([READ, COMMENT], ""))
    assert calls_of(case, "leaves out astravue_create_task") == [("astravue_list_spaces", {})]


def test_of_many_writes_some_are_tried_from_the_first_to_the_last(tmp_path: Path) -> None:
    titles = [f"{{tool: astravue_create_space, arguments: {{spaceName: S{number}}}}}" for number in range(9)]
    found = mutants(case_of(tmp_path, (titles, "")))
    left_out = [each for each in found if each.description.startswith("leaves out")]
    missing = [
        {f"S{number}" for number in range(9)}
        - {str(call.arguments["spaceName"]) for turn in each.turns for call in turn.calls}
        for each in left_out
    ]
    assert missing == [{"S0"}, {"S3"}, {"S5"}, {"S8"}]


def test_a_mistake_that_a_later_call_corrects_is_none(tmp_path: Path) -> None:
    lower = "{tool: astravue_update_task, arguments: {taskId: $new.taskId, priority: Low}}"
    case = case_of(tmp_path, ([CREATE], ""), ([lower], ""))
    assert 'calls astravue_create_task with taskTitle: "Check the something"' in mistakes(case)
    assert not any("create_task with priority" in each for each in mistakes(case))


def test_a_mistake_in_a_column_that_may_hold_anything_is_none(tmp_path: Path) -> None:
    first = "{tool: astravue_add_task_comment, arguments: {taskId: 141383, comment: Hello there}}"
    case = case_of(tmp_path, ([first], ""), expect="{ignores: [comments.comment]}")
    assert mistakes(case)[:2] == [
        "leaves out astravue_add_task_comment",
        "calls astravue_add_task_comment with taskId: 141384",
    ]


def test_a_mistake_that_the_user_edits_away_is_none(tmp_path: Path) -> None:
    case = case_of(tmp_path, ([CREATE], "edits: {astravue_create_task: {priority: Low, taskTitle: Other}}"))
    assert mistakes(case)[:2] == [
        "leaves out astravue_create_task",
        "calls astravue_create_task with projectId: 11275",
    ]


@pytest.mark.parametrize(
    "turn",
    [
        ([CREATE.replace(", name: new", "")], "approve: []"),
        (["{tool: astravue_delete_task, arguments: {taskId: 1}, refused: true}"], ""),
    ],
)
def test_what_does_not_come_about_cannot_be_left_out(tmp_path: Path, turn: tuple[list[str], str]) -> None:
    case = case_of(tmp_path, turn, expect="{answers: [{contains: [no]}]}")
    assert not any(
        each.startswith(("leaves out", "calls astravue_create_task with")) for each in mistakes(case)
    )


def test_a_write_that_has_to_be_seen_counts_even_if_it_changes_nothing(tmp_path: Path) -> None:
    same = "{tool: astravue_update_space, arguments: {spaceId: 502, spaceName: Marketing}}"
    assert not any(each.startswith("leaves out") for each in mistakes(case_of(tmp_path, ([same], ""))))
    case = case_of(tmp_path, ([same], ""), expect="{calls: [{tool: astravue_update_space}]}")
    assert "leaves out astravue_update_space" in mistakes(case)


# Reads and answers


def test_without_writes_reads_are_left_out_where_they_are_wanted(tmp_path: Path) -> None:
    wanted = "{calls: [{tool: astravue_list_spaces}], answers: [{contains: [four]}]}"
    assert "reads nothing" in mistakes(case_of(tmp_path, ([READ], "answer: There are four."), expect=wanted))
    case = case_of(tmp_path, ([READ], "answer: There are four."), expect="{answers: [{contains: [four]}]}")
    assert "reads nothing" not in mistakes(case)


def test_without_writes_each_fact_is_told_otherwise(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        ([READ], "answer: There are 9 spaces, Product first."),
        expect="{answers: [{contains: [9 spaces, product]}]}",
    )
    assert mistakes(case)[:2] == [
        "says “10 spaces” in place of “9 spaces”",
        "says “something else” in place of “product”",
    ]
    assert mutants(case)[1].turns[0].answer == "There are 9 spaces, something else first."


def test_an_answer_without_its_facts_is_given_in_the_turn_that_is_looked_at(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        ([READ], "answer: There are four."),
        ([READ], "answer: Bye."),
        expect="{answers: [{turn: 1, matches: ['fou?r']}, {lacks: [error]}]}",
    )
    assert [turn.answer for turn in mutants(case)[-1].turns] == [EMPTY_HANDED, "Bye."]


# What nobody asked for


def test_something_is_done_that_nobody_asked_for(tmp_path: Path) -> None:
    assert mistakes(case_of(tmp_path, ([CREATE], "")))[-1] == (
        "calls astravue_add_task_comment, which nobody asked for"
    )


def test_what_must_not_be_done_is_done_first_of_all(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        ([READ], "answer: No."),
        expect="{answers: [{contains: ['no']}], "
        "never: [{tool: astravue_delete_task, arguments: {taskId: 141383}}]}",
    )
    assert calls_of(case, "calls astravue_delete_task, which nobody asked for") == [
        ("astravue_list_spaces", {}),
        ("astravue_delete_task", {"taskId": 141383}),
    ]


def test_what_the_user_would_decline_is_done_in_another_turn_or_not_at_all(tmp_path: Path) -> None:
    calm = ([READ], "approve: []")
    expect = "{answers: [{contains: [Done]}]}"
    case = case_of(tmp_path, ([READ], ""), calm, expect=expect)
    (mutant,) = [each for each in mutants(case) if "nobody asked for" in each.description]
    assert [len(turn.calls) for turn in mutant.turns] == [2, 1]
    assert not any("nobody asked" in each for each in mistakes(case_of(tmp_path, calm, expect=expect)))


def test_what_the_server_refuses_is_no_mistake(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        ([READ], ""),
        more="user: nina@demo.astravue.example\n",
        expect="{answers: [{contains: [Done]}], never: [{tool: astravue_delete_space}]}",
    )
    assert not any("delete_space" in each for each in mistakes(case))


def test_they_are_the_same_every_time_and_change_with_the_case(tmp_path: Path) -> None:
    first = case_of(tmp_path, ([CREATE], ""))
    assert mutants(first) is mutants(first)
    assert mistakes(case_of(tmp_path, ([CREATE.replace("High", "Low")], ""))) != mistakes(first)


# Other values


@pytest.fixture(scope="module")
def demo() -> Iterator[Database]:
    database = open_database(None)
    plant(database, Clock(lambda: 1_795_000_000.0), read_seed("demo"))
    yield database
    database.close()


@pytest.mark.parametrize(
    ("name", "value", "schema", "other"),
    [
        ("taskTitle", "Sign the lease", {"type": "string"}, "Sign the something"),
        ("taskTitle", "something", {"type": "string"}, "nothing"),
        ("taskTitle", "…", {"type": "string"}, "…"),
        ("role", "ADMIN", {"enum": ["ADMIN", "MEMBER"]}, "MEMBER"),
        ("priority", "High", {"type": "string"}, "Critical"),
        ("dueDate", "2026-11-30T09:00:00Z", {"type": "string"}, "2026-12-01T09:00:00+00:00"),
        ("startDate", "2026-11-30", {"type": "string"}, "2026-12-01"),
        ("color", "#1f8f75", {"type": "string"}, "#123456"),
        ("completion", 50, {"type": "integer", "maximum": 100}, 51),
        ("completion", 100, {"type": "integer", "maximum": 100}, 99),
        ("completed", True, {"type": "boolean"}, False),
        ("spaceId", 501, {"type": "integer"}, 502),
        ("spaceId", "$new.spaceId", {"type": "integer"}, 501),
        ("comment", "$new.title", {"type": "string"}, "$new.title"),
        ("owners", [105, 106], {"items": {"type": "integer"}}, [105, 107]),
        ("taskIds", [], {"items": {"type": "integer"}}, []),
        (
            "tasks",
            [{"taskTitle": "One"}, {"taskTitle": "Two"}],
            {"items": {"properties": {"taskTitle": {"type": "string"}}}},
            [{"taskTitle": "something"}, {"taskTitle": "Two"}],
        ),
        ("criteria", {"priority": "High"}, {"type": "object"}, {"priority": "Critical"}),
        ("value", None, {}, None),
    ],
)
def test_another_value_is_of_the_same_kind(
    demo: Database, name: str, value: JsonValue, schema: JsonObject, other: JsonValue
) -> None:
    assert Alternatives(demo).other(name, value, schema) == other


@pytest.mark.parametrize(
    ("answer", "fact", "altered"),
    [
        ("There are 12 tasks.", "12", ("There are 13 tasks.", "13")),
        ("It is due on 2026-11-09.", "2026-11-09", ("It is due on 2026-11-10.", "2026-11-10")),
        ("Ask Priya.", "priya", ("Ask something else.", "something else")),
        ("Ask her.", "Priya", ("Ask her.", "something else")),
    ],
)
def test_a_fact_is_altered_where_it_stands(answer: str, fact: str, altered: tuple[str, str]) -> None:
    assert alter(answer, fact) == altered
