"""What is said of a run, and of each of its categories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agent.model.protocol import Usage
from evals.definitions.case import Category
from evals.runs.run import Result, Run
from evals.statistics.amounts import Amounts, sum_up
from evals.statistics.estimators import all_of, any_of
from evals.statistics.intervals import Interval, of_cases
from evals.statistics.tallies import Tally, tally


@dataclass(frozen=True, slots=True)
class Chance:
    """What k trials of a case can be expected to do, on average over cases.

    Args:
        k: How many trials.
        any_passes: At least one of them passes: pass@k.
        all_pass: All of them pass: pass^k.
        cases: The cases that have had so many trials; the others say nothing about k.
    """

    k: int
    any_passes: float
    all_pass: float
    cases: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is said of a number of cases.

    Args:
        cases: The cases with a finished trial; only these count in a rate.
        solved: Those of them whose trials all passed.
        trials: The finished trials.
        passed: Those of them that passed.
        broken: Trials that say nothing of the model.
        missing: Trials that were planned and have not been run.
        rate: The share that passed, of each case, on average over the cases; 0 where there is none.
        interval: Where that rate may lie in truth, with 95 % confidence; `None` without a case.
        chances: For each k up to the trials of a case.
        amounts: What the finished trials took.
        usage: What all trials took of the model, broken ones among them.
    """

    cases: int
    solved: int
    trials: int
    passed: int
    broken: int
    missing: int
    rate: float
    interval: Interval | None
    chances: Sequence[Chance]
    amounts: Amounts
    usage: Usage


def of_run(run: Run) -> Figures:
    """What is said of all cases of a run."""
    return _figures(tally(run), run.results, run.manifest.trials)


def by_category(run: Run) -> dict[Category, Figures]:
    """What is said of each category that a run has cases of, in the order of `Category`."""
    tallies = tally(run)
    cases = run.manifest.cases
    figures: dict[Category, Figures] = {}
    for category in Category:
        ids = {id for id, facts in cases.items() if facts.category is category}
        if ids:
            results = [each for each in run.results if each.record.case in ids]
            figures[category] = _figures({id: tallies[id] for id in ids}, results, run.manifest.trials)
    return figures


def _figures(tallies: Mapping[str, Tally], results: Sequence[Result], planned: int) -> Figures:
    tried = [each for each in tallies.values() if each.trials]
    rates = [each.rate for each in tried]
    trials = sum(each.trials for each in tried)
    return Figures(
        cases=len(tried),
        solved=rates.count(Fraction(1)),
        trials=trials,
        passed=sum(each.passed for each in tried),
        broken=sum(each.broken for each in tallies.values()),
        missing=planned * len(tallies) - len(results),
        rate=float(_mean(rates)) if rates else 0.0,
        interval=of_cases(rates, trials) if rates else None,
        chances=list(_chances(tried)),
        amounts=sum_up(results),
        usage=sum((each.record.usage for each in results), Usage()),
    )


def _chances(tallies: Sequence[Tally]) -> Iterable[Chance]:
    for k in range(1, max((each.trials for each in tallies), default=0) + 1):
        enough = [each for each in tallies if each.trials >= k]
        yield Chance(
            k,
            float(_mean([any_of(k, each.trials, each.passed) for each in enough])),
            float(_mean([all_of(k, each.trials, each.passed) for each in enough])),
            len(enough),
        )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction()) / len(values)
