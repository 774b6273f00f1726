"""The name that was meant, where one that does not exist is near enough to one that does."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The nearest of some names, upper and lower case alike; empty if none is near."""
    # Of use only where something went wrong; nothing at start-up waits for it.
    from difflib import get_close_matches

    lowered = {each.lower(): each for each in known}
    near = get_close_matches(name.lower(), lowered, n=1)
    return lowered[near[0]] if near else ""


def did_you_mean(name: str, known: Iterable[str], then: str) -> str:
    """A hint that names the nearest of some names, if one is near, before what else helps.

    Args:
        name: What does not exist.
        known: The names of what does.
        then: What helps in any case.
    """
    near = nearest(name, known)
    return f"Did you mean {near}? {then}" if near else then
