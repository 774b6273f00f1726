"""What trials took: tokens, money, steps and time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from evals.runs.run import Result
from evals.trials.trial import Status


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
        tokens: Read and written.
        cost: US dollars, of the trials whose cost is known.
        steps: Requests to the model.
        calls: Calls of tools.
        seconds: From the beginning of a trial to its end.
    """

    tokens: Amount
    cost: Amount
    steps: Amount
    calls: Amount
    seconds: Amount


def sum_up(results: Iterable[Result]) -> Amounts:
    """Sum up what trials took; broken ones are left out."""
    records = [each.record for each in results if each.record.status is Status.FINISHED]
    return Amounts(
        tokens=_amount([each.usage.total_tokens for each in records]),
        cost=_amount([each.usage.cost for each in records if each.usage.cost is not None]),
        steps=_amount([each.steps for each in records]),
        calls=_amount([each.calls for each in records]),
        seconds=_amount([each.seconds for each in records]),
    )


def _amount(values: Sequence[float]) -> Amount:
    if not values:
        return Amount()
    # The rank is rounded up in whole numbers: a tenth has no exact floating-point number.
    rank = -(-9 * len(values) // 10)
    return Amount(len(values), sum(values), median(values), sorted(values)[rank - 1])
