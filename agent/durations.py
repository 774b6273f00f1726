"""Lengths of time in words. Astravue counts in milliseconds; people count in hours."""


def describe_milliseconds(milliseconds: float) -> str:
    """A length of time in hours and minutes, rounded to minutes."""
    hours, minutes = divmod(round(milliseconds / 60_000), 60)
    if hours and minutes:
        return f"{hours} h {minutes} min"
    return f"{hours} h" if hours else f"{minutes} min"
