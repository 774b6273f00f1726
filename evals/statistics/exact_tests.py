"""How likely a difference is where there is none.

Sources: Q. McNemar, “Note on the Sampling Error of the Difference Between Correlated Proportions or
Percentages”, 1947, in its exact form; R. A. Fisher, “The Design of Experiments”, 1935, chapters II
(tables of two by two) and III (signs of differences); B. Phipson and G. K. Smyth, “Permutation P-values
Should Never Be Zero”, 2010.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import shake_128
from math import comb, lcm, prod

_MOST_STEPS = 1_000_000
_DRAWS = 20_000


def paired(differences: Sequence[Fraction]) -> float:
    """The chance that cases differ so much in sum, or more, if each might as well differ the other way.

    With one trial of each case this is McNemar's exact test: the binomial one of the cases that flipped. It
    is exact as long as the sums can be counted; else signs are drawn, the same ones each time.

    Args:
        differences: Of each case's rate.
    """
    scale = lcm(*(each.denominator for each in differences))
    whole = [int(each * scale) for each in differences]
    sizes = Counter(abs(each) for each in whole if each)
    observed = abs(sum(whole))
    if _steps(sizes) > _MOST_STEPS:
        return _draw(sizes, observed)
    ways = _count_sums(sizes)
    reaching = sum(count for total, count in ways.items() if abs(total) >= observed)
    return float(Fraction(reaching, 2 ** sum(sizes.values())))


def _steps(sizes: Mapping[int, int]) -> int:
    """How many additions it takes to count the sums, at most."""
    reach = prod(count + 1 for count in sizes.values())
    span = sum(size * count for size, count in sizes.items()) + 1
    return min(reach, span) * max(sizes.values(), default=0)


def _count_sums(sizes: Mapping[int, int]) -> dict[int, int]:
    """In how many ways each sum comes about when every difference may have either sign."""
    ways = {0: 1}
    for size, count in sizes.items():
        further: Counter[int] = Counter()
        for positive in range(count + 1):
            times = comb(count, positive)
            for total, before in ways.items():
                further[total + size * (2 * positive - count)] += before * times
        ways = further
    return ways


def _draw(sizes: Mapping[int, int], observed: int) -> float:
    reaching = 1
    for number in range(_DRAWS):
        signs = _signs(number, sum(sizes.values()))
        total = 0
        for size, count in sizes.items():
            total += size * (2 * (signs & ((1 << count) - 1)).bit_count() - count)
            signs >>= count
        reaching += abs(total) >= observed
    return reaching / (_DRAWS + 1)


def _signs(number: int, count: int) -> int:
    """Random bits that are the same for the same number, whatever the version of Python."""
    return int.from_bytes(shake_128(number.to_bytes(4, "big")).digest((count + 7) // 8), "big")


def of_one_case(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The chance that a case's trials fall so unevenly on two runs, or more, by Fisher's exact test.

    Args:
        before: How many passed in the one run, and how many there were.
        after: The same of the other run.
    """
    (passed, trials), (also_passed, more_trials) = before, after
    together = passed + also_passed
    ways = [
        comb(trials, each) * comb(more_trials, together - each)
        for each in range(max(0, together - more_trials), min(trials, together) + 1)
    ]
    observed = comb(trials, passed) * comb(more_trials, also_passed)
    return float(Fraction(sum(each for each in ways if each <= observed), sum(ways)))
