"""How many trials of each case passed, and how many say nothing."""

from dataclasses import dataclass
from fractions import Fraction

from evals.definitions.trial import Status
from evals.runs.run import Result, Run


@dataclass(frozen=True, slots=True)
class CaseTally:
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

    def with_result(self, result: Result) -> "CaseTally":
        """Count one more trial."""
        if result.record.status is Status.BROKEN:
            return CaseTally(self.trials, self.passed, self.broken + 1)
        return CaseTally(self.trials + 1, self.passed + result.score.passed, self.broken)


def tally_cases(run: Run) -> dict[str, CaseTally]:
    """Count the trials of each case of a run, in the order of its manifest; some may have none yet."""
    tallies = dict.fromkeys(run.manifest.cases, CaseTally())
    for result in run.results:
        tallies[result.record.case] = tallies[result.record.case].with_result(result)
    return tallies
