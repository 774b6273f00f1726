"""The cases of the embedded model are sound: every tool in each half, and no request in both."""

import json
from importlib.resources import files

import pytest

from agent.jsontypes import JsonObject
from agent.model.embedded.choice import Choice, ChosenCall
from agent.model.embedded.naming import read_signatures
from evals.embedded.__main__ import summarise
from evals.embedded.cases import GROUPS, HALVES, Case, load_cases, load_dialogues
from evals.embedded.functions import load_functions
from evals.embedded.scoring import Outcome, simplify

SIGNATURES = {signature.tool: signature for signature in read_signatures(load_functions())}


def cases(half: str) -> list[Case]:
    return [case for group in load_cases(half).values() for case in group]


def call(tool: str, **arguments: object) -> ChosenCall:
    fitting: JsonObject = json.loads(json.dumps(arguments))
    return ChosenCall(tool, fitting)


@pytest.mark.parametrize("half", HALVES)
def test_each_half_has_a_request_for_every_tool_that_the_model_can_be_offered(half: str) -> None:
    wanted = {call.tool for case in cases(half) for calls in case.wanted for call in calls}
    assert SIGNATURES.keys() - wanted == set()


@pytest.mark.parametrize("half", HALVES)
def test_expected_calls_use_the_names_that_the_model_reads(half: str) -> None:
    for case in cases(half):
        for call in [call for calls in case.wanted for call in calls]:
            shown = {parameter.shown for parameter in SIGNATURES[call.tool].parameters}
            assert call.arguments.keys() <= shown, case.request


@pytest.mark.parametrize("half", HALVES)
def test_each_half_has_enough_requests_without_a_call_to_measure_two_percent(half: str) -> None:
    assert load_cases(half).keys() <= set(GROUPS)
    assert len(load_cases(half)["no_call"]) >= 50
    for group, listed in load_cases(half).items():
        assert {bool(case.wanted) for case in listed} == {group != "no_call"}


def test_no_request_is_in_both_halves() -> None:
    assert {case.request for case in cases("shaping")}.isdisjoint(case.request for case in cases("held_out"))


def test_each_dialogue_says_six_things() -> None:
    assert {len(says) for says in load_dialogues()} == {6}


def test_the_sandbox_is_the_source_of_the_functions() -> None:
    tools = json.loads((files("agent.sandbox") / "tools.json").read_text(encoding="utf-8"))
    assert [function.name for function in load_functions()] == sorted(tool["name"] for tool in tools)


def test_words_are_compared_as_code_reads_them() -> None:
    case = Case("Move the due date of Launch to 12 December", ())
    one = simplify(call("update_task", task="the task Launch", due="12 December", priority="high"), case)
    other = simplify(call("update_task", task="launch", due="2026-12-12 is 12 December"), case)
    assert one[1]["task"] == ["launch"] == other[1]["task"]
    assert "priority" not in one[1]


def test_a_task_that_is_not_named_is_the_one_talked_about_last() -> None:
    case = Case("Start a timer", (), "Launch", "Website")
    assert simplify(call("start_timer", task="Launch"), case) == ("start_timer", {"task": ["it"]})


def test_the_summary_counts_right_answers_and_needless_calls() -> None:
    start = call("start_timer", task="it")
    outcomes = [
        Outcome(Case("Start", ((start,),)), Choice((start,)), 1.0, is_right=True, is_right_tool=True),
        Outcome(Case("Stop", ((start,),)), Choice(), 2.0, is_right=False, is_right_tool=False),
        Outcome(Case("Hello", ()), Choice((start,)), 3.0, is_right=False, is_right_tool=False),
    ]
    assert (
        summarise(outcomes)
        == "1 of 2 right (50%), 1 right tool; 1 needless calls of 1 (100.0%); median 2.0 s"
    )
