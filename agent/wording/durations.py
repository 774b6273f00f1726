"""Lengths of time in words. Astravue counts in milliseconds; people count in hours."""

_MINUTE = 60.0
_DAY = 24 * 60 * _MINUTE
_UNITS = (
    ("year", 365 * _DAY),
    ("month", 30 * _DAY),
    ("week", 7 * _DAY),
    ("day", _DAY),
    ("hour", 60 * _MINUTE),
    ("minute", _MINUTE),
)


def describe_age(seconds: float) -> str:
    """How long ago something was, in the largest unit that is not more than that."""
    for unit, length in _UNITS:
        if seconds >= length:
            count = int(seconds / length)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def describe_milliseconds(milliseconds: float) -> str:
    """A length of time in hours and minutes, rounded to minutes."""
    hours, minutes = divmod(round(milliseconds / 60_000), 60)
    if hours and minutes:
        return f"{hours} h {minutes} min"
    return f"{hours} h" if hours else f"{minutes} min"
