"""The oracle makes the golden calls, whatever happens meanwhile, and says what is right."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from tried import CREATE, LEASE, NOTES, make_case

from agent.conversation import ToolCall
from agent.errors import ModelError, ServerError
from agent.events import CallOutcome, ToolCallFinished
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import ModelRequest, TextDelta
from evals.definitions.case import (
    Action,
    AnswerRule,
    Case,
    Disturbance,
    Expectation,
    Failure,
    GoldenCall,
    Moment,
    Turn,
)
from evals.definitions.tools import shipped_tools
from evals.definitions.trial import Kind, TrialPlan
from evals.scoring.score import Score, score
from evals.trials.mutants import mutants
from evals.trials.oracle import GoldenModel, golden_play, steps_of
from evals.trials.running import run_trial
from evals.workspaces.host import Host
from evals.workspaces.starting import goal_changes

pytestmark = pytest.mark.anyio

LIST, TAGS, GET, COMMENT = (
    f"astravue_{name}" for name in ("list_spaces", "list_tags", "get_task", "add_task_comment")
)
NEW = GoldenCall(CREATE, NOTES, "new", line=4)
ON_NEW = GoldenCall(COMMENT, {"taskId": "$new.taskId", "comment": "Hello"}, line=5)


async def asked(model: GoldenModel) -> tuple[str, list[ToolCall]]:
    """What it says to the next request."""
    items = [item async for item in model.respond(ModelRequest("", (), ()))]
    text = "".join(item.text for item in items if isinstance(item, TextDelta))
    return text, [item for item in items if isinstance(item, ToolCall)]


def finished(
    call: ToolCall,
    outcome: CallOutcome = CallOutcome.SUCCEEDED,
    structured: JsonValue = None,
    *,
    is_lost: bool = False,
) -> ToolCallFinished:
    error = ServerError("It is away.") if is_lost else None
    return ToolCallFinished(call, call.name, outcome, "", structured, error=error)


def model_for(*calls: GoldenCall, answer: str = "") -> GoldenModel:
    model = GoldenModel("case.yaml", shipped_tools())
    model.begin(Turn("Do it", calls, answer))
    return model


def names(steps: Sequence[tuple[GoldenCall, ...]]) -> list[list[str]]:
    return [[call.tool.removeprefix("astravue_") for call in step] for step in steps]


# Steps


def test_neighbouring_reads_go_together_and_all_else_alone() -> None:
    reads = (GoldenCall(LIST), GoldenCall(TAGS), GoldenCall(GET, {"taskId": LEASE}))
    turn = Turn("Do it", (*reads, NEW, GoldenCall(GET, {"taskId": "$new.taskId"}), *reads[:1], *reads[:1]))
    assert names(list(steps_of(turn, shipped_tools()))) == [
        ["list_spaces", "list_tags", "get_task"],
        ["create_task"],
        ["get_task"],
        ["list_spaces", "list_spaces"],
    ]


def test_reads_that_something_happens_around_go_alone() -> None:
    reads = (GoldenCall(LIST), GoldenCall(TAGS), GoldenCall(LIST))
    around = Turn("Do it", reads, disturbances=(Disturbance(Moment.AFTER, Action.REVOKE, TAGS),))
    assert names(list(steps_of(around, shipped_tools()))) == [["list_spaces"], ["list_tags"], ["list_spaces"]]
    before = Turn("Do it", reads, disturbances=(Disturbance(Moment.START, Action.REVOKE),))
    assert len(list(steps_of(before, shipped_tools()))) == 1


def test_the_functions_of_this_program_go_alone() -> None:
    turn = Turn("Do it", (GoldenCall(LIST), GoldenCall("find_tools", {"words": "tags"}), GoldenCall(TAGS)))
    assert names(list(steps_of(turn, shipped_tools()))) == [["list_spaces"], ["find_tools"], ["list_tags"]]


# The model


async def test_it_fills_in_what_earlier_calls_gave() -> None:
    model = model_for(NEW, ON_NEW, answer="It is there.")
    _, (create,) = await asked(model)
    model.take(finished(create, structured={"taskId": 7}))
    _, (comment,) = await asked(model)
    assert (comment.name, json.loads(comment.arguments)) == (COMMENT, {"taskId": 7, "comment": "Hello"})
    assert comment.id != create.id
    model.take(finished(comment))
    assert await asked(model) == ("It is there.", [])


async def test_results_are_known_in_later_turns() -> None:
    model = model_for(NEW)
    _, (create,) = await asked(model)
    model.take(finished(create, structured={"taskId": 7}))
    model.begin(Turn("And now?", (ON_NEW,)))
    _, (comment,) = await asked(model)
    assert json.loads(comment.arguments)["taskId"] == 7


async def test_a_result_that_is_missing_is_named_with_its_call() -> None:
    model = model_for(NEW, ON_NEW)
    _, (create,) = await asked(model)
    model.take(finished(create, structured={"id": 7}))
    with pytest.raises(ModelError, match=r"case\.yaml:5: astravue_add_task_comment: \$new\.taskId stands"):
        await asked(model)


async def test_what_the_server_did_not_get_to_is_asked_for_again_but_not_for_ever() -> None:
    model = model_for(NEW, answer="Done")
    said: list[list[str]] = []
    for _ in range(3):
        _, calls = await asked(model)
        said.append([call.name for call in calls])
        model.take(finished(calls[0], CallOutcome.FAILED, is_lost=True))
    assert said == [[CREATE], [CREATE], [CREATE]]
    assert await asked(model) == ("Done", [])


@pytest.mark.parametrize(
    ("outcome", "is_lost"),
    [(CallOutcome.FAILED, False), (CallOutcome.UNKNOWN, True), (CallOutcome.DECLINED, False)],
)
async def test_what_was_refused_or_may_have_been_done_is_not_asked_for_again(
    outcome: CallOutcome, is_lost: bool
) -> None:
    model = model_for(NEW, answer="Done")
    _, (create,) = await asked(model)
    model.take(finished(create, outcome, is_lost=is_lost))
    assert await asked(model) == ("Done", [])


async def test_what_was_left_of_a_turn_is_not_made_up_for_in_the_next() -> None:
    model = model_for(NEW, ON_NEW)
    await asked(model)
    model.begin(Turn("Never mind", answer="All right"))
    assert await asked(model) == ("All right", [])


# Trials


async def tried(host: Host, case: Case, kind: Kind, number: int = 1) -> Score:
    record = await run_trial(TrialPlan(case, kind, number), host, golden_play)
    assert record.problem == ""
    return score(case, record, goal_changes(case))


async def test_the_oracle_passes_and_whoever_does_nothing_or_errs_does_not() -> None:
    case = make_case(Turn("Create it", (GoldenCall(LIST), NEW, ON_NEW), "It is there."), name="whole")
    async with Host(1) as host:
        assert (await tried(host, case, Kind.ORACLE)).passed
        assert not (await tried(host, case, Kind.NULL)).passed
        for number in range(1, len(mutants(case)) + 1):
            assert not (await tried(host, case, Kind.MUTANT, number)).passed
    assert len(mutants(case)) == 5


async def test_the_oracle_passes_through_trouble() -> None:
    once = Failure(status=404, tool=CREATE)
    case = make_case(
        Turn(
            "Create it",
            (GoldenCall(LIST), NEW, ON_NEW),
            disturbances=(
                Disturbance(Moment.AFTER, Action.EXPIRE_ACCESS, LIST),
                Disturbance(Moment.BEFORE, Action.FAIL, CREATE, failure=once),
            ),
        ),
        name="trouble",
    )
    async with Host(1) as host:
        found = await tried(host, case, Kind.ORACLE)
    assert [check for check in found.checks if not check.passed] == []


async def test_the_oracle_lets_the_user_have_the_last_word() -> None:
    edits: dict[str, JsonObject] = {CREATE: {"priority": "Low"}}
    case = make_case(
        Turn("Create it", (NEW,), edits=edits),
        Turn("Say hello there", (ON_NEW,), "You said no.", approve=()),
        name="last-word",
    )
    async with Host(1) as host:
        found = await tried(host, case, Kind.ORACLE)
    assert [check for check in found.checks if not check.passed] == []
    assert {change.table for change in goal_changes(case)} == {"tasks"}


async def test_a_case_that_wants_an_answer_is_not_passed_by_saying_sorry() -> None:
    case = make_case(Turn("Which?", (GoldenCall(LIST),), "Marketing and others."), name="asked")
    case = replace(case, expect=Expectation(answers=(AnswerRule(contains=("Marketing",)),)))
    async with Host(1) as host:
        assert (await tried(host, case, Kind.ORACLE)).passed
        assert not (await tried(host, case, Kind.NULL)).passed
