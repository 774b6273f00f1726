"""Intervals that hold what was to be measured in 95 of 100 runs.

Sources: E. B. Wilson, “Probable Inference, the Law of Succession, and Statistical Inference”, 1927;
E. Miller, “Adding Error Bars to Evals”, 2024, arXiv:2411.00640 (standard errors of cases rather than of
trials, and of paired differences); E. L. Korn and B. I. Graubard, “Confidence Intervals for Proportions
With Small Expected Number of Positive Counts Estimated From Survey Data”, 1998 (an effective number of trials
in an interval for independent ones); D. G. Bonett and R. M. Price, “Adjusted Wald Confidence Interval for a
Difference of Binomial Proportions Based on Paired Data”, 2012.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

_QUANTILE = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where."""

    low: float
    high: float


def of_trials(rate: Fraction, trials: float) -> Interval:
    """The interval of a rate of independent trials, by Wilson.

    Args:
        rate: The share that passed.
        trials: How many there were, or as how many independent ones they count.
    """
    square = _QUANTILE**2
    share = float(rate)
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    half = _QUANTILE / (1 + square / trials) * sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    # What rounding leaves of a bound that is 0 or 1 in truth.
    low = 0.0 if rate == 0 else max(centre - half, 0.0)
    high = 1.0 if rate == 1 else min(centre + half, 1.0)
    return Interval(low, high)


def of_cases(rates: Sequence[Fraction], trials: int) -> Interval:
    """The interval of the mean rate of cases, whose trials belong together.

    The standard error is that of the cases' own rates (Miller), which is the clustered one
    where cases have equally many trials. It says as how many independent trials all of them count, and
    Wilson's interval is for so many (Korn and Graubard): it stays between 0 and 1, and has a width where all
    or none passed. One more case that passed and one that failed keep few cases from looking sure. With one
    trial of each case it is Wilson's interval itself.

    Args:
        rates: The share of each case's trials that passed.
        trials: The trials of all cases together.
    """
    mean, spread = _moments([*rates, Fraction(0), Fraction(1)])
    independent = len(rates) * mean * (1 - mean) / spread
    return of_trials(sum(rates, Fraction()) / len(rates), float(min(independent, trials)))


def of_differences(differences: Sequence[Fraction], step: Fraction) -> Interval:
    """The interval of the mean difference of cases that were tried twice.

    The standard error is that of the paired differences (Miller). One more case that got better
    and one more that got worse, each by the largest difference there is, keep it from having no width where
    few cases differ; with one trial of each case this is the interval of Bonett and Price.

    Args:
        differences: Of each case's rate.
        step: The smallest difference there could be.
    """
    extra = max([step, *map(abs, differences)])
    widened = [*differences, -extra, extra]
    mean, spread = _moments(widened)
    half = _QUANTILE * sqrt(spread / len(widened))
    return Interval(max(float(mean) - half, -1.0), min(float(mean) + half, 1.0))


def _moments(values: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """The mean and the variance of values."""
    mean = sum(values, Fraction()) / len(values)
    return mean, sum((value**2 for value in values), Fraction()) / len(values) - mean**2
