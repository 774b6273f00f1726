"""Figures as people read them."""

from agent.wording.durations import describe_milliseconds
from evals.statistics.intervals import Interval

_MINUTE = 60
_HOUR = 60 * _MINUTE


def percent(share: float) -> str:
    """A share in per cent; what is not all does not read as all, nor what is not nothing as nothing."""
    shown = round(share * 100, 1)
    if 0 < share < 1:
        shown = min(max(shown, 0.1), 99.9)
    return f"{shown:.1f} %"


def points(difference: float) -> str:
    """A difference of shares in percentage points, in whole ones from ten on."""
    value = abs(difference) * 100
    shown = f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")
    return f"{shown} point{'' if shown == '1' else 's'}"


def interval(found: Interval | None, *, turned: bool = False) -> str:
    """The interval of a share, or of a difference of shares, in per cent.

    Args:
        found: The interval; `None` for none.
        turned: Of a difference, tell how much less it is.
    """
    if found is None:
        return ""
    low, high = (-found.high, -found.low) if turned else (found.low, found.high)
    return f"95 % interval {_signed(low)} to {_signed(high)}"


def _signed(share: float) -> str:
    text = f"{abs(share) * 100:.1f}".removesuffix(".0")
    return f"−{text}" if share < 0 and text != "0" else text


def duration(seconds: float) -> str:
    """A length of time in its two largest units."""
    if seconds < _MINUTE:
        shown = f"{seconds:.1f}"
        return f"{shown} s" if shown != "60.0" else "1 min"
    whole = round(seconds)
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return describe_milliseconds(seconds * 1_000)


def count(number: int, one: str, more: str = "") -> str:
    """A number of things, such as “1 case” and “2 cases”."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
