"""What trials took: tokens, money, steps and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from statistics import median

from evals.definitions.trial import Status, TrialRecord
from evals.trials.spending import spent


@dataclass(frozen=True, slots=True)
class Amount:
    """What a number of trials took of one thing.

    Args:
        trials: The trials of which it is known.
        total: Of all of them.
        median: Half of them took no more.
        ninth_decile: Nine in ten took no more; it is what one of them took.
    """

    trials: int = 0
    total: float = 0.0
    median: float = 0.0
    ninth_decile: float = 0.0

    @property
    def mean(self) -> float:
        """Of a trial, on average."""
        return self.total / self.trials if self.trials else 0.0


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the finished trials took.

    Args:
        tokens: Read and written by all models: the one that is tried, the user's, and the judge.
        cost: US dollars for all of them, of the trials whose cost is known.
        steps: Requests to the model.
        calls: Calls of tools.
        seconds: From the beginning of a trial to its end.
    """

    tokens: Amount
    cost: Amount
    steps: Amount
    calls: Amount
    seconds: Amount


class Meter:
    """Takes down what trials took; of each it keeps no more than a few numbers."""

    def __init__(self) -> None:
        self._tokens: list[float] = []
        self._costs: list[float] = []
        self._steps: list[float] = []
        self._calls: list[float] = []
        self._seconds: list[float] = []

    def add(self, record: TrialRecord) -> None:
        """Take down what a trial took, unless it is broken."""
        if record.status is Status.BROKEN:
            return
        usage = spent(record)
        self._tokens.append(usage.total_tokens)
        if usage.cost is not None:
            self._costs.append(usage.cost)
        self._steps.append(record.steps)
        self._calls.append(record.calls)
        self._seconds.append(record.seconds)

    def read(self) -> Amounts:
        """Sum up what was taken down."""
        return Amounts(
            tokens=_amount(self._tokens),
            cost=_amount(self._costs),
            steps=_amount(self._steps),
            calls=_amount(self._calls),
            seconds=_amount(self._seconds),
        )


def _amount(values: Sequence[float]) -> Amount:
    if not values:
        return Amount()
    return Amount(len(values), fsum(values), median(values), ninth_decile(values))


def ninth_decile(values: Sequence[float]) -> float:
    """The smallest value that nine in ten of some values do not exceed.

    Args:
        values: At least one.
    """
    # The rank is rounded up in whole numbers: a tenth has no exact floating-point number.
    rank = -(-9 * len(values) // 10)
    return sorted(values)[rank - 1]
