"""Two runs are compared case by case, and only where that says something."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from agent.errors import ExitCode, UsageError
from evals.definitions.trial import Kind
from evals.runs.mixing import find_differences
from evals.runs.run import Run
from evals.statistics.comparing import Comparison, compare
from tests.evals.made_runs import made_run, result


def compared(before: Mapping[str, str], after: Mapping[str, str], **options: bool) -> Comparison:
    return compare(made_run(before), made_run(after), **options)


def many(letters: str) -> dict[str, str]:
    return {f"bulk/case-{number:02}": letter for number, letter in enumerate(letters)}


def with_digest(run: Run, case: str, digest: str = "another") -> Run:
    cases = {**run.manifest.cases, case: replace(run.manifest.cases[case], digest=digest)}
    return Run(replace(run.manifest, cases=cases), run.results)


# Flips


def test_cases_that_broke_come_before_those_that_were_mended() -> None:
    found = compared(many("ffppp"), many("pffpp"))
    assert [each.case for each in found.worse] == ["bulk/case-02"]
    assert [each.case for each in found.better] == ["bulk/case-00"]
    assert [each.case for each in found.flips] == ["bulk/case-02", "bulk/case-00"]
    assert found.single


def test_with_several_trials_a_flip_is_another_rate() -> None:
    found = compared({"bulk/a": "pppp", "bulk/b": "pppf", "bulk/c": "pfpf"}, many_of_four())
    assert [(each.case, each.worse, each.clear) for each in found.flips] == [
        ("bulk/a", True, True),
        ("bulk/c", True, False),
        ("bulk/b", False, False),
    ]
    assert not found.single


def many_of_four() -> dict[str, str]:
    return {"bulk/a": "ffff", "bulk/b": "pppp", "bulk/c": "ffpf"}


@pytest.mark.parametrize(
    ("before", "after", "clear"), [("p", "f", False), ("ppp", "fff", False), ("p" * 8, "fffffppp", True)]
)
def test_a_flip_is_clear_when_the_trials_of_that_case_are_enough_to_say_so(
    before: str, after: str, clear: bool
) -> None:
    assert compared({"bulk/a": before}, {"bulk/a": after}).flips[0].clear is clear


def test_runs_with_another_number_of_trials_are_compared_by_rates() -> None:
    found = compared({"bulk/a": "p", "bulk/b": "f"}, {"bulk/a": "ppff", "bulk/b": "fffp"})
    assert found.difference == (-0.5 + 0.25) / 2
    assert (found.before.trials, found.after.trials, found.single) == (2, 8, False)


# The difference


def test_a_run_compared_with_itself_does_not_differ() -> None:
    found = compared(many("ppfpb"), many("ppfpb"))
    assert (found.difference, found.chance, found.flips, found.significant) == (0, 1, (), False)
    assert found.interval.low < 0 < found.interval.high
    assert found.differences == ()


def test_five_that_broke_and_one_that_was_mended_may_be_chance() -> None:
    found = compared(many("pppppf" + "p" * 34), many("fffffp" + "p" * 34))
    assert found.difference == pytest.approx(-0.1)
    assert found.chance == pytest.approx(0.21875)
    assert not found.significant


def test_six_that_broke_and_none_that_was_mended_are_not() -> None:
    found = compared(many("p" * 40), many("ffffff" + "p" * 34))
    assert found.chance == pytest.approx(0.03125)
    assert found.significant
    assert found.interval.high < 0


def test_which_run_comes_first_only_turns_the_sign() -> None:
    one, other = many("ppppffpp"), many("pfffpfpp")
    there, back = compared(one, other), compared(other, one)
    assert there.difference == -back.difference
    assert there.chance == back.chance
    assert (there.interval.low, there.interval.high) == pytest.approx(
        (-back.interval.high, -back.interval.low)
    )
    assert {each.case for each in there.worse} == {each.case for each in back.better}


def test_amounts_are_those_of_the_cases_that_are_compared() -> None:
    before, after = made_run({"bulk/a": "p", "bulk/b": "p"}), made_run({"bulk/a": "p"})
    after = Run(after.manifest, [result("bulk/a", 1, "p", steps=9, seconds=5.0)])
    found = compare(before, after)
    assert (found.before.amounts.steps.total, found.after.amounts.steps.total) == (4, 9)
    assert (found.before.amounts.seconds.mean, found.after.amounts.seconds.mean) == (2, 5)


# What is left out


def test_broken_trials_are_no_failures() -> None:
    found = compared({"bulk/a": "pp", "bulk/b": "pp"}, {"bulk/a": "pb", "bulk/b": "bb"})
    assert (found.cases, found.flips, found.untried) == (1, (), ("bulk/b",))


def test_cases_of_one_run_only_are_counted() -> None:
    found = compared({"bulk/a": "p", "bulk/b": "p", "bulk/c": "p"}, {"bulk/c": "p", "bulk/d": "p"})
    assert (found.cases, found.only_before, found.only_after) == (1, 2, 1)


def test_cases_that_changed_are_refused_by_name() -> None:
    before = made_run(many("pppppp"))
    after = with_digest(before, "bulk/case-03")
    with pytest.raises(UsageError) as refusal:
        compare(before, after)
    assert str(refusal.value) == (
        "1 case has changed between these runs, so they cannot be compared: bulk/case-03. "
        "--only-common compares the other cases."
    )
    assert refusal.value.exit_code is ExitCode.USAGE


def test_of_many_cases_that_changed_three_are_named() -> None:
    before = after = made_run(many("pppppp"))
    for case in list(before.manifest.cases)[:5]:
        after = with_digest(after, case)
    with pytest.raises(UsageError, match=r"5 cases have .*: bulk/case-00, .*-01, bulk/case-02 and 2 more\."):
        compare(before, after)


def test_the_others_are_compared_when_that_is_wanted() -> None:
    before = made_run(many("pppp"))
    found = compare(before, with_digest(before, "bulk/case-03"), only_common=True)
    assert (found.cases, found.changed, found.only_before) == (3, ("bulk/case-03",), 0)


@pytest.mark.parametrize("only_common", [False, True])
def test_runs_without_a_common_case_are_refused(only_common: bool) -> None:
    with pytest.raises(UsageError, match="no case in common"):
        compared({"bulk/a": "p"}, {"bulk/b": "p"}, only_common=only_common)
    before = made_run({"bulk/a": "p"})
    with pytest.raises(UsageError, match="no case in common"):
        compare(before, with_digest(before, "bulk/a"), only_common=True)


def test_runs_of_which_no_case_was_finished_in_both_are_refused() -> None:
    with pytest.raises(UsageError, match="nothing to compare"):
        compared({"bulk/a": "p", "bulk/b": "b"}, {"bulk/a": "b", "bulk/b": "p"})


def test_runs_of_different_kinds_are_refused() -> None:
    before = made_run({"bulk/a": "p"})
    with pytest.raises(UsageError, match="of different kinds, live and simulated"):
        compare(before, made_run({"bulk/a": "p"}, kind=Kind.SIMULATED))


def test_runs_with_different_judges_are_refused() -> None:
    before = made_run({"bulk/a": "p"})
    with pytest.raises(UsageError, match="judged by no model and by gpt-5"):
        compare(before, made_run({"bulk/a": "p"}, judge="gpt-5"))


# What the runs were made with


@pytest.mark.parametrize(
    ("details", "name", "warning"),
    [
        ({"model": "gpt-6"}, "model", False),
        ({"endpoint": "https://models.example"}, "endpoint", False),
        ({"prompt": "abc"}, "system prompt", False),
        ({"settings": "abc"}, "settings", False),
        ({"tools": "abc"}, "tools", True),
        ({"user_model": "gpt-6"}, "simulated user", True),
        ({"trials": 4}, "trials", False),
        ({"shard": "1/4"}, "shard", False),
        ({"versions": {"astravue-agent": "2.0", "python": "3.14"}}, "python", True),
    ],
)
def test_what_differs_is_listed_and_only_warns_where_it_is_not_the_model(
    details: dict[str, Any], name: str, warning: bool
) -> None:
    before = made_run({"bulk/a": "p"}, versions={"astravue-agent": "2.0", "python": "3.11"})
    after = Run(replace(before.manifest, **details), before.results)
    found = compare(before, after).differences
    assert [(each.name, each.warning) for each in found] == [(name, warning)]


def test_a_package_of_one_run_only_differs_from_nothing() -> None:
    before = made_run({"bulk/a": "p"}, versions={"xllamacpp": "1"}).manifest
    found = find_differences(before, replace(before, versions={}))
    assert [(each.name, each.before, each.after) for each in found] == [("xllamacpp", "1", "")]
