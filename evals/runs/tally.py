"""What came of the trials of a run so far, as numbers."""

from dataclasses import dataclass

from evals.definitions.trial import Status, TrialRecord
from evals.scoring.score import Score
from evals.trials.spending import spent


@dataclass(slots=True)
class Tally:
    """Counts trials as they end.

    Args:
        ended: How many did.
        broken: Of these, how many say nothing of the model.
        passed: Of these, how many did all that their cases want.
        scored: How many were scored, broken ones among them.
        cost: US dollars of those whose cost is known.
        unpriced: How many used tokens whose price is not known.
    """

    ended: int = 0
    broken: int = 0
    passed: int = 0
    scored: int = 0
    cost: float = 0.0
    unpriced: int = 0

    @property
    def failed(self) -> int:
        """How many were scored and did not pass."""
        return self.scored - self.passed - self.broken

    def add(self, record: TrialRecord) -> None:
        """Count a trial that has ended."""
        self.ended += 1
        self.broken += record.status is Status.BROKEN
        usage = spent(record)
        self.cost += usage.cost or 0.0
        self.unpriced += usage.cost is None and usage.total_tokens > 0

    def add_score(self, score: Score) -> None:
        """Count its score."""
        self.scored += 1
        self.passed += score.passed

    def forget_broken(self) -> None:
        """Count one broken trial less, because it is tried again; what it cost was paid."""
        self.ended -= 1
        self.broken -= 1
        self.scored -= 1
