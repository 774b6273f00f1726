"""How what trials took is spread, as small histograms."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median

from evals.reports.words import count
from evals.statistics.amounts import ninth_decile

_BINS = 24
_HEIGHT = 40


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that trials took.

    Args:
        label: What it is called.
        values: Of each trial of which it is known.
        show: Writes a value for people.
        is_whole: It is counted.
    """

    label: str
    values: Sequence[float]
    show: Callable[[float], str]
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class _Bin:
    low: float
    high: float
    trials: int


def draw_histogram(measure: Measure) -> str:
    """Draw how a measure is spread; nothing where it is not known of any trial, or always reads as zero."""
    if all(measure.show(value) == measure.show(0.0) for value in measure.values):
        return ""
    bins = list(_bins(measure))
    most = max(each.trials for each in bins)
    middle, last = measure.show(median(measure.values)), measure.show(ninth_decile(measure.values))
    said = f"median {middle}, nine in ten at most {last}"
    bars = "".join(_bar(number, each, most, measure) for number, each in enumerate(bins))
    return (
        f"<figure>\n<figcaption>{escape(measure.label)}</figcaption>\n"
        f'<svg class="histogram" viewBox="0 0 {len(bins)} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(f"{measure.label}: {said}")}">{bars}</svg>\n'
        f'<p class="axis"><span>{escape(measure.show(bins[0].low))}</span>'
        f"<span>{escape(measure.show(bins[-1].high))}</span></p>\n"
        f'<p class="note">{escape(said)}</p>\n</figure>'
    )


def _bins(measure: Measure) -> Iterator[_Bin]:
    largest = max(measure.values)
    if measure.is_whole:
        width = -(-(int(largest) + 1) // _BINS)
        number = int(largest) // width + 1
    else:
        width, number = largest / _BINS, _BINS
    counts = [0] * number
    for value in measure.values:
        counts[min(int(value / width), number - 1)] += 1
    last = width - 1 if measure.is_whole else width
    for index, trials in enumerate(counts):
        yield _Bin(index * width, index * width + last, trials)


def _bar(number: int, found: _Bin, most: int, measure: Measure) -> str:
    if not found.trials:
        return ""
    low, high = measure.show(found.low), measure.show(found.high)
    span = low if low == high else f"{low} to {high}"
    # What is there at all can be seen.
    height = max(found.trials / most * _HEIGHT, 1)
    return (
        f'<rect x="{number + 0.05}" y="{_HEIGHT - height:.2f}" width="0.9" height="{height:.2f}">'
        f"<title>{escape(span)}: {count(found.trials, 'trial')}</title></rect>"
    )
