"""How many trials of each case passed, and how many say nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from evals.runs.run import Result, Run
from evals.trials.trial import Status


@dataclass(frozen=True, slots=True)
class Tally:
    """The trials of one case.

    Args:
        trials: Those that finished.
        passed: Those of them that passed.
        broken: Those that say nothing of the model.
    """

    trials: int = 0
    passed: int = 0
    broken: int = 0

    @property
    def rate(self) -> Fraction:
        """The share that passed, of at least one trial."""
        return Fraction(self.passed, self.trials)

    def with_result(self, result: Result) -> "Tally":
        """Count one more trial."""
        if result.record.status is Status.BROKEN:
            return Tally(self.trials, self.passed, self.broken + 1)
        return Tally(self.trials + 1, self.passed + result.score.passed, self.broken)


def tally(run: Run) -> dict[str, Tally]:
    """Count the trials of each case of a run, in the order of its manifest; some may have none yet."""
    return _count(run.manifest.cases, run.results)


def _count(cases: Iterable[str], results: Iterable[Result]) -> dict[str, Tally]:
    tallies = dict.fromkeys(cases, Tally())
    for result in results:
        tallies[result.record.case] = tallies[result.record.case].with_result(result)
    return tallies
