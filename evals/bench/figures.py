"""A figure: what was measured, between which bounds, in proportion to what, and whether that is enough."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure has to reach.

    Args:
        limit: The number.
        of: Which of the figure's numbers is meant: “median”, “maximum” or “ratio”.
        at_least: The number is to be reached, not kept below.
    """

    limit: float
    of: str = "median"
    at_least: bool = False

    def is_met(self, figure: "Figure") -> bool:
        """Whether a figure reaches it."""
        numbers = {"median": figure.median, "maximum": figure.maximum, "ratio": figure.ratio}
        found = numbers[self.of]
        if found is None:
            return False
        return found >= self.limit if self.at_least else found <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing.

    Args:
        name: What it is.
        unit: The unit of its numbers; empty for a plain count.
        minimum: The least of all runs.
        median: The middle.
        maximum: The most.
        ratio: The median in proportion to another one of the same run.
        to: What the ratio is to.
        target: What it has to reach, if anything was set.
    """

    name: str
    unit: str
    minimum: float
    median: float
    maximum: float
    ratio: float | None = None
    to: str = ""
    target: Target | None = None


def summarise(
    name: str,
    unit: str,
    values: Sequence[float],
    *,
    base: Figure | None = None,
    target: Target | None = None,
) -> Figure:
    """Make a figure of all that was measured.

    Args:
        name: What it is.
        unit: The unit of the values.
        values: One for each run.
        base: What its median is held against.
        target: What it has to reach.
    """
    median = statistics.median(values)
    ratio = median / base.median if base is not None and base.median else None
    to = base.name if ratio is not None and base is not None else ""
    return Figure(name, unit, min(values), median, max(values), ratio, to, target)
