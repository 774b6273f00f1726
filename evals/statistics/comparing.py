"""Two runs side by side, case by case."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agent.errors import UsageError
from evals.runs.mixing import Difference, find_common, find_differences
from evals.runs.run import Run
from evals.statistics.amounts import Amounts, Meter
from evals.statistics.case_tallies import CaseTally, tally_cases
from evals.statistics.exact_tests import of_one_case, paired
from evals.statistics.intervals import Interval, of_differences

SIGNIFICANT = 0.05
"""A difference that chance alone makes less often than this is called one."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A case whose trials passed at another rate.

    Args:
        case: Its id.
        before: Its trials in the first run.
        after: Its trials in the second one.
    """

    case: str
    before: CaseTally
    after: CaseTally

    @property
    def worse(self) -> bool:
        """Whether it passes less often than it did."""
        return self.after.rate < self.before.rate

    @property
    def clear(self) -> bool:
        """Whether its own trials are enough to say so: by Fisher's exact test, which takes four of each."""
        return (
            of_one_case((self.before.passed, self.before.trials), (self.after.passed, self.after.trials))
            < SIGNIFICANT
        )


@dataclass(frozen=True, slots=True)
class Side:
    """One of the runs, as far as it is compared.

    Args:
        rate: The share that passed, of each case, on average over the cases.
        passed: Trials that passed.
        trials: Trials that finished.
        amounts: What they took.
    """

    rate: float
    passed: int
    trials: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the cases of one run in another one.

    Args:
        cases: How many are compared: those of both runs with a finished trial in each.
        before: The first run.
        after: The second one.
        difference: Of the rates; more than 0 where the second run is better.
        interval: Where that difference may lie in truth, with 95 % confidence.
        chance: How likely so large a difference is where there is none: the p-value.
        flips: The cases whose rate is another one, those that got worse first.
        changed: Cases that were left out because they are not what they were.
        untried: Cases that were left out because a run has no finished trial of theirs.
        only_before: How many cases only the first run has.
        only_after: How many cases only the second run has.
        differences: What the runs were not made alike with.
    """

    cases: int
    before: Side
    after: Side
    difference: float
    interval: Interval
    chance: float
    flips: tuple[Flip, ...]
    changed: tuple[str, ...]
    untried: tuple[str, ...]
    only_before: int
    only_after: int
    differences: tuple[Difference, ...]

    @property
    def significant(self) -> bool:
        """Whether chance alone would hardly make such a difference."""
        return self.chance < SIGNIFICANT

    @property
    def worse(self) -> tuple[Flip, ...]:
        """The cases that pass less often than they did."""
        return tuple(each for each in self.flips if each.worse)

    @property
    def better(self) -> tuple[Flip, ...]:
        """The cases that pass more often than they did."""
        return tuple(each for each in self.flips if not each.worse)

    @property
    def single(self) -> bool:
        """Whether each case was tried once, so that it either passed or failed."""
        return self.before.trials == self.after.trials == self.cases


def compare(before: Run, after: Run, *, only_common: bool = False) -> Comparison:
    """Compare two runs by the cases of both.

    Args:
        before: The first run, A.
        after: The second one, B.
        only_common: Leave out cases that have changed in between rather than refuse.

    Raises:
        UsageError: The runs cannot be compared.
    """
    common = find_common(before.manifest, after.manifest, only_common=only_common)
    old, new = tally_cases(before), tally_cases(after)
    pairs = [Flip(id, old[id], new[id]) for id in common if old[id].trials and new[id].trials]
    if not pairs:
        raise UsageError("No case has a finished trial in both runs, so there is nothing to compare.")
    compared = {each.case for each in pairs}
    differences = [each.after.rate - each.before.rate for each in pairs]
    step = Fraction(1, max(max(each.before.trials, each.after.trials) for each in pairs))
    flips = [each for each in pairs if each.before.rate != each.after.rate]
    shared = before.manifest.cases.keys() & after.manifest.cases.keys()
    return Comparison(
        cases=len(pairs),
        before=_side(before, [each.before for each in pairs], compared),
        after=_side(after, [each.after for each in pairs], compared),
        difference=float(sum(differences, Fraction()) / len(pairs)),
        interval=of_differences(differences, step),
        chance=paired(differences),
        flips=tuple(sorted(flips, key=lambda each: (not each.worse, not each.clear, each.case))),
        changed=tuple(sorted(shared - set(common))),
        untried=tuple(id for id in common if id not in compared),
        only_before=len(before.manifest.cases) - len(shared),
        only_after=len(after.manifest.cases) - len(shared),
        differences=find_differences(before.manifest, after.manifest),
    )


def _side(run: Run, tallies: Sequence[CaseTally], cases: Collection[str]) -> Side:
    rates = [each.rate for each in tallies]
    meter = Meter()
    for result in run.results:
        if result.record.case in cases:
            meter.add(result.record)
    return Side(
        rate=float(sum(rates, Fraction()) / len(rates)),
        passed=sum(each.passed for each in tallies),
        trials=sum(each.trials for each in tallies),
        amounts=meter.read(),
    )
