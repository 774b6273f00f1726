"""What is said of a run, and of each of its categories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from agent.model.protocol import Usage
from evals.definitions.case import Category
from evals.runs.run import Result, Run
from evals.statistics.amounts import Amounts, Meter
from evals.statistics.case_tallies import CaseTally
from evals.statistics.estimators import all_of, any_of
from evals.statistics.intervals import Interval, of_cases
from evals.trials.spending import judges_usage, users_usage


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
        usage: What all trials took of the model that is tried, broken ones among them.
        user_usage: What they took of the model that played the user.
        judge_usage: What they took of the judge.
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
    user_usage: Usage
    judge_usage: Usage

    @property
    def spent(self) -> Usage:
        """What all trials took of all models."""
        return self.usage + self.user_usage + self.judge_usage


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What is said of a run.

    Args:
        total: Of all its cases.
        categories: Of each category that it has cases of, in the order of `Category`.
        cases: The trials of each case, in the order of the run's manifest.
    """

    total: Figures
    categories: Mapping[Category, Figures]
    cases: Mapping[str, CaseTally]


@dataclass(slots=True)
class _Group:
    """Cases that something is said of together."""

    tallies: dict[str, CaseTally]
    meter: Meter = field(default_factory=Meter)
    usage: Usage = field(default_factory=Usage)
    user_usage: Usage = field(default_factory=Usage)
    judge_usage: Usage = field(default_factory=Usage)

    def add(self, result: Result) -> None:
        record = result.record
        self.tallies[record.case] = self.tallies[record.case].with_result(result)
        self.meter.add(record)
        self.usage += record.usage
        self.user_usage += users_usage(record)
        self.judge_usage += judges_usage(record)


def figure_out(run: Run) -> RunFigures:
    """Say all that can be said of a run; its trials are looked at once, one after another."""
    cases, trials = run.manifest.cases, run.manifest.trials
    total = _Group(dict.fromkeys(cases, CaseTally()))
    groups = {
        category: _Group(dict.fromkeys(ids, CaseTally()))
        for category in Category
        if (ids := [id for id, facts in cases.items() if facts.category is category])
    }
    for result in run.results:
        total.add(result)
        groups[cases[result.record.case].category].add(result)
    return RunFigures(
        _figures(total, trials),
        {category: _figures(group, trials) for category, group in groups.items()},
        total.tallies,
    )


def _figures(group: _Group, planned: int) -> Figures:
    tallies = group.tallies.values()
    tried = [each for each in tallies if each.trials]
    rates = [each.rate for each in tried]
    trials = sum(each.trials for each in tried)
    broken = sum(each.broken for each in tallies)
    return Figures(
        cases=len(tried),
        solved=rates.count(Fraction(1)),
        trials=trials,
        passed=sum(each.passed for each in tried),
        broken=broken,
        missing=planned * len(tallies) - trials - broken,
        rate=float(_mean(rates)) if rates else 0.0,
        interval=of_cases(rates, trials) if rates else None,
        chances=tuple(_chances(tried)),
        amounts=group.meter.read(),
        usage=group.usage,
        user_usage=group.user_usage,
        judge_usage=group.judge_usage,
    )


def _chances(tallies: Sequence[CaseTally]) -> Iterable[Chance]:
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
