"""What one turn may use, and what is said when it has used it up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.errors import LimitError
from agent.model.protocol import Usage
from agent.wording.hints import GO_ON

_GO_ON = f"{GO_ON} to continue; [limits] in the settings raises it."


@dataclass(frozen=True, slots=True)
class Spent:
    """What a turn has used so far.

    Args:
        steps: Requests to the model.
        usage: Tokens and their cost.
        seconds: Time, without that in which it waited for a person's decision.
    """

    steps: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one turn may use; 0 means that there is no such limit.

    Args:
        steps: Requests to the model.
        tokens: Tokens read and written, all steps together.
        cost: US dollars, where the price is known.
        seconds: Time, without that in which it waits for a person's decision.
        corrections: How often a tool's arguments may be sent back to the model as unfit.
    """

    steps: int = 25
    tokens: int = 1_000_000
    cost: float = 2.0
    seconds: float = 1_800.0
    corrections: int = 2

    def check(self, spent: Spent) -> None:
        """Refuse another step once a limit is reached.

        Args:
            spent: What the turn has used so far.

        Raises:
            LimitError: A limit is reached; the message says which.
        """
        if 0 < self.steps <= spent.steps:
            raise _stopped(f"after {self.steps} steps")
        if 0 < self.tokens <= spent.usage.total_tokens:
            raise _stopped(f"at {spent.usage.total_tokens:,} tokens (the limit is {self.tokens:,})")
        if spent.usage.cost is not None and 0 < self.cost <= spent.usage.cost:
            raise _stopped(f"at ${spent.usage.cost:.2f} (the limit is ${self.cost:.2f})")
        if 0 < self.seconds <= spent.seconds:
            raise self.out_of_time()

    def seconds_left(self, spent: Spent) -> float | None:
        """How long the turn may still take; `None` if there is no limit.

        Args:
            spent: What it has used so far.
        """
        return max(self.seconds - spent.seconds, 0.0) if self.seconds else None

    def out_of_time(self) -> LimitError:
        """The error of a turn that takes longer than it may."""
        return _stopped(f"after {self.seconds:g} s")


def make_limits(chosen: Mapping[str, float]) -> Limits:
    """The limits that the settings choose, by their names; the rest are the usual ones."""
    usual = Limits()
    return Limits(
        steps=int(chosen.get("steps", usual.steps)),
        tokens=int(chosen.get("tokens", usual.tokens)),
        cost=chosen.get("cost", usual.cost),
        seconds=chosen.get("seconds", usual.seconds),
    )


def _stopped(where: str) -> LimitError:
    return LimitError(f"The turn was stopped {where}; what was done and said is kept.", _GO_ON)
