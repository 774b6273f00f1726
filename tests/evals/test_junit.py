"""CI systems read a run as the results of tests."""

from dataclasses import replace
from xml.etree import ElementTree as XML

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.reports.junit import write_junit
from evals.runs.run import Run
from evals.scoring.score import Check, Score
from tests.evals.made_runs import made_run, result

KEY = "sk-SECRET123456789012345678"


def read(run: Run) -> XML.Element:
    return XML.fromstring(write_junit(run))


def find(root: XML.Element, name: str) -> XML.Element:
    found = root.find(f".//testcase[@name='{name}']")
    assert found is not None
    return found


def only(element: XML.Element) -> XML.Element:
    (child,) = element
    return child


def failed_with(*checks: Check, problem: str = "") -> Run:
    run = made_run({"bulk/a": "b" if problem else "f"})
    each = run.results[0]
    return Run(
        run.manifest, [replace(each, record=replace(each.record, problem=problem), score=Score(checks))]
    )


# Structure


def test_each_category_is_a_suite_and_each_trial_a_test() -> None:
    root = read(made_run({"dates/due": "p", "bulk/close": "p", "bulk/open": "f"}))
    assert root.tag == "testsuites"
    assert [(suite.tag, suite.get("name")) for suite in root] == [
        ("testsuite", "bulk"),
        ("testsuite", "dates"),
    ]
    tests = [(test.get("classname"), test.get("name")) for test in root.iter("testcase")]
    assert tests == [("bulk", "close"), ("bulk", "open"), ("dates", "due")]


def test_several_trials_of_a_case_have_names_of_their_own() -> None:
    tests = [test.get("name") for test in read(made_run({"bulk/a": "pp", "bulk/b": "pf"})).iter("testcase")]
    assert tests == ["a #1", "a #2", "b #1", "b #2"]


def test_suites_and_the_whole_count_what_is_in_them() -> None:
    root = read(made_run({"bulk/a": "pfb", "dates/b": "pp"}))
    counts = [
        tuple(each.get(name) for name in ("tests", "failures", "errors", "skipped", "time"))
        for each in (root, *root)
    ]
    assert counts == [
        ("6", "1", "1", "1", "10.000"),
        ("3", "1", "1", "0", "6.000"),
        ("3", "0", "0", "1", "4.000"),
    ]


def test_children_stand_in_the_order_of_the_schema() -> None:
    for suite in read(made_run({"bulk/a": "pf"})):
        assert [child.tag for child in suite] == ["properties", "testcase", "testcase"]


def test_times_are_seconds_with_three_places() -> None:
    run = made_run({"bulk/a": "p"})
    root = read(Run(run.manifest, [result("bulk/a", 1, "p", seconds=1.23456)]))
    assert find(root, "a").get("time") == "1.235"
    assert only(root).get("timestamp") == "2026-11-26T01:36:31"


def test_what_the_run_was_made_with_is_in_the_properties() -> None:
    run = made_run({"bulk/a": "p"}, prompt="ab12", versions={"python": "3.11", "astravue-agent": "2.0"})
    found = {each.get("name"): each.get("value") for each in read(run).iter("property")}
    assert found == {
        "run": "20261126-011631-live",
        "kind": "live",
        "trials": "1",
        "model": "gpt-5",
        "prompt": "ab12",
        "version.astravue-agent": "2.0",
        "version.python": "3.11",
    }


# Outcomes


def test_a_passed_trial_says_nothing() -> None:
    assert list(find(read(made_run({"bulk/a": "p"})), "a")) == []


def test_a_failed_trial_tells_all_checks_that_failed() -> None:
    failure = only(find(read(made_run({"bulk/a": "f"})), "a"))
    assert (failure.tag, failure.get("type")) == ("failure", "answer")
    assert failure.get("message") == "answer: wanted: “Sign the lease”"
    assert failure.text == (
        "answer:\nwanted: “Sign the lease”\nfound: nothing of it\n\nsteps:\n20 steps, 12 at most"
    )


def test_a_long_line_is_whole_in_the_details_only() -> None:
    failure = only(find(read(failed_with(Check("state", passed=False, detail="x" * 1_000))), "a"))
    assert failure.get("message") == f"state: {'x' * 299}…"
    assert failure.text == f"state:\n{'x' * 1_000}"


def test_a_trial_that_nothing_was_looked_at_is_a_failure_too() -> None:
    failure = only(find(read(failed_with()), "a"))
    assert failure.get("message") == "nothing: Nothing was looked at."


def test_a_broken_trial_is_an_error_and_no_failure() -> None:
    error = only(find(read(made_run({"bulk/a": "b"})), "a"))
    assert (error.tag, error.get("type")) == ("error", "broken")
    assert error.get("message") == error.text == "The model's endpoint was not reached."


def test_a_trial_that_was_not_run_is_skipped() -> None:
    skipped = only(find(read(made_run({"bulk/a": "p", "bulk/b": ""}, trials=1)), "b"))
    assert (skipped.tag, skipped.get("message")) == ("skipped", "It has not been run.")


# Texts


@given(st.text())
def test_any_text_gives_a_document_that_can_be_read(text: str) -> None:
    read(failed_with(Check("state", passed=False, detail=text)))
    read(failed_with(problem=text or "It broke."))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x08c\x0bd", "abcd"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("half of a pair: \ud83d", "half of a pair: \ufffd"),
        ("\ufffe\uffff", ""),
        ("tab\tand line\nend", "tab\tand line\nend"),
        ("<b> & \"quotes\" 'too' ]]>", "<b> & \"quotes\" 'too' ]]>"),
        ("日本語 😀", "日本語 😀"),
    ],
)
def test_what_xml_cannot_hold_is_taken_out(text: str, shown: str) -> None:
    failure = only(find(read(failed_with(Check("state", passed=False, detail=text))), "a"))
    assert failure.text == f"state:\n{shown}"


def test_keys_and_tokens_are_taken_out_wherever_a_line_is_cut() -> None:
    for detail in (f"found: {KEY}", f"{'x' * 290} {KEY}"):
        document = write_junit(failed_with(Check("answer", passed=False, detail=detail)))
        assert b"sk-" not in document
        assert b"[redacted]" in document
    assert KEY.encode() not in write_junit(failed_with(problem=f"It was refused: {KEY}"))


def test_a_conversation_that_ended_otherwise_is_the_message() -> None:
    checks = (Check("state", False, "missing: added task"), Check("end", False, "wanted: 0; found: 7"))
    failure = only(find(read(failed_with(*checks)), "a"))
    assert (failure.get("type"), failure.get("message")) == ("end", "end: wanted: 0; found: 7")
    assert failure.text == "end:\nwanted: 0; found: 7\n\nstate:\nmissing: added task"


def test_the_same_run_is_written_the_same() -> None:
    run = made_run({"bulk/a": "pf", "dates/b": "bp"})
    first, second = write_junit(run), write_junit(Run(run.manifest, list(reversed(run.results))))
    assert first == second
    assert first.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<testsuites")
