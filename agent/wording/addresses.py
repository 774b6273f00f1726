"""Addresses fit to be shown and kept: what may be secret in them is left out.

An address may hold a user's name and a password before its host, and keys in its query.
"""

import re
from urllib.parse import SplitResult, urlsplit

_HIDDEN = "…"
_USER = re.compile(r"^((?:\w+://)?).*@", re.DOTALL)


def hide_user(address: str) -> str:
    """Give an address with … in place of a user's name and password.

    Args:
        address: Any text; of one that is no address, all before its last “@” counts as the user.
    """
    if "@" not in address:
        return address
    parts = _split(address)
    if parts is None:
        return _USER.sub(rf"\1{_HIDDEN}@", address, count=1)
    user, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{_HIDDEN if user else ''}{at}{host}").geturl()


def shown_address(address: str) -> str:
    """Give an address for people, scripts and logs: no user, no password, no query, no fragment."""
    return hide_user(address).partition("?")[0].partition("#")[0]


def has_hidden_user(address: str) -> bool:
    """Say whether an address had a user's name or a password that `hide_user` left out."""
    return f"//{_HIDDEN}@" in address


def is_same_place(one: str, other: str) -> bool:
    """Say whether two addresses are the same but for a user's name and password."""
    first, second = (_split(address) for address in (one, other))
    if first is None or second is None:
        return one == other
    return _without_user(first) == _without_user(second)


def _without_user(parts: SplitResult) -> SplitResult:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2])


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        # Reading the port is what tells whether it is one.
        is_whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None
