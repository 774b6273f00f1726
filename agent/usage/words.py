"""Tokens and what they cost, put in words.

A cost that the vendor states is exact. One by a list of prices is "about" right, and says how old
the list is. A cost that is not known is not mentioned.
"""

from datetime import date

from agent.model.protocol import Usage

_UNITS = ((1_000_000, "M"), (1_000, "k"))


def describe_usage(usage: Usage, as_of: date | None = None) -> str:
    """Say all that is known of the tokens of a turn or a session.

    Args:
        usage: The tokens.
        as_of: The day of the list of prices, if the cost is by one.
    """
    parts = [
        f"{_tokens(usage.input_tokens)} in" + _of_which(usage.cached_tokens, "cached"),
        f"{usage.output_tokens:,} out" + _of_which(usage.reasoning_tokens, "reasoning"),
    ]
    if usage.cost is not None:
        dated = "" if as_of is None else f" (prices of {as_of:%Y-%m})"
        parts.append(_dollars(usage.cost, 4, exact=as_of is None) + dated)
    return ", ".join(parts)


def short_tokens(usage: Usage) -> str:
    """Say in a toolbar's few words how many tokens there were; empty for none."""
    return _short(usage.total_tokens) if usage.total_tokens else ""


def short_cost(usage: Usage, as_of: date | None = None) -> str:
    """Say in a toolbar's few words what tokens cost; empty where that is not known, and for none.

    Args:
        usage: The tokens.
        as_of: The day of the list of prices, if the cost is by one.
    """
    if usage.cost is None or not usage.total_tokens:
        return ""
    return _dollars(usage.cost, 2, exact=as_of is None)


def describe_cost(amount: float, digits: int = 4) -> str:
    """Say what something cost; what costs anything does not read as nothing.

    Args:
        amount: US dollars.
        digits: How exactly, below a dollar.
    """
    least = 10.0**-digits
    if 0 < amount < least:
        return f"under ${least:.{digits}f}"
    return f"${amount:,.{digits if amount < 1 else 2}f}"


def _tokens(count: int) -> str:
    return "1 token" if count == 1 else f"{count:,} tokens"


def _of_which(count: int, kind: str) -> str:
    return f" ({count:,} {kind})" if count else ""


def _short(count: int) -> str:
    for size, unit in _UNITS:
        # What would round to a thousand of a unit is one of the next.
        if count >= size * 0.99995:
            return f"{count / size:.1f}{unit} tokens"
    return _tokens(count)


def _dollars(amount: float, digits: int, *, exact: bool) -> str:
    written = describe_cost(amount, digits)
    return written if exact or written.startswith("under") else f"about {written}"
