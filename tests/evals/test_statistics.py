"""What is said of a run follows from its trials by published formulas, and broken trials say nothing."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.protocol import Usage
from evals.definitions.case import Category
from evals.definitions.trial import PlayedUser, Verdict
from evals.runs.run import Result, Run
from evals.statistics.amounts import Amounts, Meter
from evals.statistics.estimators import all_of, any_of
from evals.statistics.exact_tests import of_one_case, paired
from evals.statistics.figures import Figures, figure_out
from evals.statistics.intervals import Interval, of_cases, of_differences, of_trials
from tests.evals.made_runs import made_run, result

OUTCOMES = st.lists(st.booleans(), min_size=1, max_size=8)
RATES = st.lists(st.fractions(0, 1, max_denominator=8), min_size=1, max_size=12)
DIFFERENCES = st.lists(st.fractions(-1, 1, max_denominator=6), min_size=1, max_size=9)


def of_run(run: Run) -> Figures:
    return figure_out(run).total


def sum_up(results: list[Result]) -> Amounts:
    meter = Meter()
    for each in results:
        meter.add(each.record)
    return meter.read()


def rounded(interval: Interval) -> tuple[float, float]:
    return round(interval.low, 4), round(interval.high, 4)


# pass@k and pass^k


@given(OUTCOMES, st.data())
def test_chances_are_the_shares_of_all_choices_of_k_trials(outcomes: list[bool], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(outcomes)))
    choices = list(combinations(outcomes, k))
    trials, passed = len(outcomes), sum(outcomes)
    assert any_of(k, trials, passed) == Fraction(sum(map(any, choices)), len(choices))
    assert all_of(k, trials, passed) == Fraction(sum(map(all, choices)), len(choices))


@given(OUTCOMES)
def test_of_one_trial_both_are_the_rate(outcomes: list[bool]) -> None:
    trials, passed = len(outcomes), sum(outcomes)
    assert any_of(1, trials, passed) == all_of(1, trials, passed) == Fraction(passed, trials)


@given(st.integers(1, 200), st.integers(0, 200), st.integers(1, 200))
def test_pass_at_k_is_the_product_that_was_published(trials: int, passed: int, k: int) -> None:
    """Chen et al., 2021, figure 3: `1 - prod(1 - k / arange(n - c + 1, n + 1))`."""
    passed, k = min(passed, trials), min(k, trials)
    published = 1.0
    for each in range(trials - passed + 1, trials + 1):
        published *= 1 - k / each
    expected = 1.0 if trials - passed < k else 1 - published
    assert float(any_of(k, trials, passed)) == pytest.approx(expected, abs=1e-12)


def test_it_is_exact_where_floating_point_numbers_overflow() -> None:
    assert any_of(2_000, 10_000, 1) == Fraction(1, 5)
    assert all_of(2_000, 10_000, 9_999) == Fraction(4, 5)


@pytest.mark.parametrize(("k", "trials", "passed"), [(0, 4, 2), (5, 4, 2), (1, 4, 5), (1, 4, -1), (1, 0, 0)])
def test_nothing_is_said_of_more_trials_than_there_were(k: int, trials: int, passed: int) -> None:
    with pytest.raises(ValueError, match="nothing can be said"):
        all_of(k, trials, passed)


# Intervals


@pytest.mark.parametrize(
    ("passed", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_of_trials_are_those_that_were_published(
    passed: int, trials: int, low: float, high: float
) -> None:
    """R. G. Newcombe, “Two-sided confidence intervals for the single proportion”, 1998, table I, method 3."""
    assert rounded(of_trials(Fraction(passed, trials), trials)) == (low, high)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_with_one_trial_of_each_case_the_interval_is_that_of_trials(outcomes: list[bool]) -> None:
    rates = [Fraction(outcome) for outcome in outcomes]
    rate = Fraction(sum(outcomes), len(outcomes))
    expected = of_trials(rate, len(outcomes))
    found = of_cases(rates, len(outcomes))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(RATES, st.integers(1, 8))
def test_intervals_hold_the_rate_and_stay_between_nothing_and_all(rates: list[Fraction], trials: int) -> None:
    found = of_cases(rates, trials * len(rates))
    mean = float(sum(rates, Fraction()) / len(rates))
    assert 0 <= found.low <= mean + 1e-12
    assert mean - 1e-12 <= found.high <= 1
    assert found.low < found.high


@given(RATES, st.integers(1, 8))
def test_more_trials_of_the_same_cases_never_count_for_less_than_cases_or_for_more_than_trials(
    rates: list[Fraction], trials: int
) -> None:
    mean = sum(rates, Fraction()) / len(rates)
    found, widest, narrowest = (
        of_cases(rates, trials * len(rates)),
        of_trials(mean, len(rates)),
        of_trials(mean, trials * len(rates)),
    )
    assert widest.low - 1e-12 <= found.low <= narrowest.low + 1e-12
    assert narrowest.high - 1e-12 <= found.high <= widest.high + 1e-12


def test_trials_that_always_come_out_alike_count_once_for_each_case() -> None:
    alike = [Fraction(1)] * 30 + [Fraction(0)] * 10
    assert of_cases(alike, 40 * 5) == of_trials(Fraction(3, 4), 40)


def test_one_failure_does_not_look_surer_than_none() -> None:
    perfect = of_cases([Fraction(1)] * 120, 480)
    nearly = of_cases([*[Fraction(1)] * 119, Fraction(3, 4)], 480)
    assert nearly.low < perfect.low + 0.005


@pytest.mark.parametrize(
    ("better", "worse", "cases"), [(1, 12, 21), (0, 0, 20), (5, 3, 100), (0, 12, 12), (40, 2, 120)]
)
def test_intervals_of_differences_are_those_of_bonett_and_price(better: int, worse: int, cases: int) -> None:
    """Bonett and Price, 2012, with (f + 1) / (n + 2) for both kinds of flips."""
    up, down = (better + 1) / (cases + 2), (worse + 1) / (cases + 2)
    half = 1.959964 * sqrt((up + down - (up - down) ** 2) / (cases + 2))
    differences = [Fraction(1)] * better + [Fraction(-1)] * worse + [Fraction(0)] * (cases - better - worse)
    found = of_differences(differences, Fraction(1))
    expected = max(up - down - half, -1.0), min(up - down + half, 1.0)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-6)


def test_no_difference_has_an_interval_all_the_same() -> None:
    found = of_differences([Fraction(0)] * 50, Fraction(1, 4))
    assert found.low == -found.high < 0


def test_the_cases_that_are_added_differ_by_the_most_that_was_seen() -> None:
    """By hand: of four cases one fell from 4 of 4 to 0 of 4; one more fell as far, and one rose as far."""
    found = of_differences([Fraction(-1), Fraction(0), Fraction(0), Fraction(0)], Fraction(1, 4))
    half = 1.959964 * sqrt((3 / 6 - (1 / 6) ** 2) / 6)
    assert (found.low, found.high) == pytest.approx((-1 / 6 - half, -1 / 6 + half), abs=1e-6)


# Exact tests


def sign_flips(differences: list[Fraction]) -> float:
    observed = abs(sum(differences))
    sums = [
        abs(sum(sign * each for sign, each in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(each >= observed for each in sums) / len(sums)


@given(DIFFERENCES)
def test_the_paired_test_counts_all_ways_to_give_signs(differences: list[Fraction]) -> None:
    assert paired(differences) == pytest.approx(sign_flips(differences), abs=1e-12)


@pytest.mark.parametrize(("worse", "better"), [(5, 1), (6, 0), (10, 2), (3, 3), (25, 10)])
def test_with_one_trial_of_each_case_it_is_the_exact_test_of_mcnemar(worse: int, better: int) -> None:
    flips = worse + better
    tail = sum(comb(flips, each) for each in range(min(worse, better) + 1)) / 2**flips
    differences = [Fraction(-1)] * worse + [Fraction(1)] * better + [Fraction(0)] * 50
    assert paired(differences) == pytest.approx(min(2 * tail, 1.0))


def test_where_nothing_differs_chance_explains_it_all() -> None:
    assert paired([Fraction(0)] * 10) == 1


def test_where_there_are_too_many_sums_signs_are_drawn_and_say_about_the_same() -> None:
    # The sums of the first can be counted; the smallest parts of the second make too many of them.
    countable = [Fraction(-1, 4)] * 60 + [Fraction(1, 4)] * 40 + [Fraction(1, 2)] * 4
    uncountable = [each + Fraction(number, 10**7) for number, each in enumerate(countable)]
    drawn = paired(uncountable)
    assert drawn == pytest.approx(paired(countable), abs=0.02)
    assert drawn == paired(uncountable)


def test_thousands_of_cases_with_several_trials_can_be_compared() -> None:
    assert paired([Fraction(each % 9 - 4, 4) for each in range(10_000)]) > 0.5
    assert paired([Fraction(each % 9 - 3, 4) for each in range(10_000)]) < 0.001


def test_the_lady_tasting_tea_may_have_guessed() -> None:
    """R. A. Fisher, “The Design of Experiments”, 1935: four cups of each kind."""
    assert of_one_case((4, 4), (0, 4)) == pytest.approx(2 / 70)
    assert of_one_case((3, 4), (1, 4)) == pytest.approx(34 / 70)


@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_the_test_of_one_case_counts_all_ways_to_deal_its_passed_trials(
    trials: int, more: int, data: st.DataObject
) -> None:
    passed, also = data.draw(st.integers(0, trials)), data.draw(st.integers(0, more))
    dealt = [
        sum(place < trials for place in places)
        for places in combinations(range(trials + more), passed + also)
    ]
    as_likely = [each for each in dealt if dealt.count(each) <= dealt.count(passed)]
    expected = len(as_likely) / len(dealt)
    assert of_one_case((passed, trials), (also, more)) == pytest.approx(expected)


# Runs


def test_a_rate_is_the_mean_of_the_rates_of_cases() -> None:
    figures = of_run(made_run({"bulk/close": "pp", "bulk/open": "pf", "dates/due": "ff"}))
    assert (figures.rate, figures.cases, figures.solved) == (0.5, 3, 1)
    assert (figures.trials, figures.passed, figures.broken, figures.missing) == (6, 3, 0, 0)


def test_chances_are_means_over_cases() -> None:
    figures = of_run(made_run({"bulk/close": "pp", "bulk/open": "pf", "dates/due": "ff"}))
    first, second = figures.chances
    assert (first.k, first.any_passes, first.all_pass, first.cases) == (1, 0.5, 0.5, 3)
    assert second.any_passes == pytest.approx(2 / 3)
    assert second.all_pass == pytest.approx(1 / 3)


def test_broken_trials_are_counted_apart_and_in_no_denominator() -> None:
    figures = of_run(made_run({"bulk/close": "pbp", "bulk/open": "bbb", "dates/due": "ppf"}))
    assert (figures.broken, figures.trials, figures.passed, figures.cases) == (4, 5, 4, 2)
    assert figures.rate == pytest.approx((1 + 2 / 3) / 2)
    assert [(each.k, each.cases) for each in figures.chances] == [(1, 2), (2, 2), (3, 1)]
    assert figures.missing == 0


def test_trials_that_have_not_been_run_are_missing() -> None:
    figures = of_run(made_run({"bulk/close": "pp", "bulk/open": "p", "dates/due": ""}, trials=2))
    assert (figures.missing, figures.trials, figures.cases) == (3, 3, 2)


def test_a_run_without_a_finished_trial_has_no_interval() -> None:
    figures = of_run(made_run({"bulk/close": "b"}))
    assert (figures.rate, figures.interval, figures.chances) == (0, None, ())


def test_categories_are_figured_out_by_themselves() -> None:
    run = made_run({"dates/due": "pf", "bulk/close": "pp", "bulk/open": "bp"})
    figures = figure_out(run).categories
    assert list(figures) == [Category.BULK, Category.DATES]
    assert (figures[Category.BULK].rate, figures[Category.BULK].broken) == (1, 1)
    assert (figures[Category.DATES].rate, figures[Category.DATES].trials) == (0.5, 2)


def test_a_judge_alone_makes_no_trial_pass() -> None:
    run = made_run({"bulk/close": "p"})
    only_judge = replace(
        run.results[0].score, checks=(replace(run.results[0].score.checks[0], name="judge"),)
    )
    assert of_run(Run(run.manifest, [replace(run.results[0], score=only_judge)])).rate == 0


# What trials took


def test_amounts_are_totals_medians_and_ninth_deciles() -> None:
    results = [
        result("bulk/close", number, "p", seconds=float(number), steps=number) for number in range(1, 11)
    ]
    seconds = sum_up(results).seconds
    assert (seconds.total, seconds.median, seconds.ninth_decile, seconds.mean) == (55, 5.5, 9, 5.5)
    assert sum_up(results).steps.ninth_decile == 9
    assert sum_up(results[:1]).seconds.ninth_decile == 1


@pytest.mark.parametrize(
    ("trials", "expected"), [(1, 1), (2, 2), (9, 9), (11, 10), (19, 18), (20, 18), (21, 19)]
)
def test_nine_in_ten_trials_at_least_took_no_more_than_the_ninth_decile(trials: int, expected: int) -> None:
    results = [result("bulk/close", number, "p", steps=number) for number in range(1, trials + 1)]
    assert sum_up(results).steps.ninth_decile == expected


def test_broken_trials_take_part_in_the_bill_only() -> None:
    figures = of_run(made_run({"bulk/close": "pb"}))
    assert figures.amounts.tokens.trials == 1
    assert figures.amounts.tokens.total == 1_000
    assert figures.usage == Usage(1_800, 200, cost=0.02)


def test_costs_are_summed_up_where_they_are_known() -> None:
    known, unknown = result("bulk/a", 1, "p"), result("bulk/a", 2, "p", usage=Usage(1_000, 10))
    amounts = sum_up([known, unknown])
    assert (amounts.cost.trials, amounts.cost.total, amounts.tokens.trials) == (1, 0.01, 2)
    assert sum_up([unknown]).cost.mean == 0


def test_what_the_users_model_and_the_judge_took_is_counted_with_the_rest() -> None:
    used = Usage(50, 5, cost=0.5)
    played = result(
        "bulk/a", 1, "p", user=PlayedUser(usage=used), verdict=Verdict(True, usage=replace(used, cost=0.25))
    )
    figures = figure_out(Run(made_run({"bulk/a": "p"}).manifest, [played])).total
    assert (figures.usage.cost, figures.user_usage.cost, figures.judge_usage.cost) == (0.01, 0.5, 0.25)
    assert (figures.amounts.cost.total, figures.amounts.tokens.total) == (0.76, 1_110)
    assert figures.spent.cost == figures.amounts.cost.total
