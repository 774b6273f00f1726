"""Patterns of a server's schemas, searched for no longer than a moment.

A pattern can be written so that a search takes time exponential in the text, and Python's `re` cannot be
interrupted. What is not decided here is left to the server, which checks its arguments itself.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from math import prod
from typing import Protocol

_LONGEST_SEARCH = 0.05
_LONGEST_PATTERN = 2000
# What is wanted a number of times is compiled as often, and that cannot be interrupted.
_MOST_REPEATED = 10_000
_REPEATED = re.compile(r"\{([0-9]{1,9})")
_KEPT = 1024


class _Compiled(Protocol):
    def search(self, string: str, *, timeout: float) -> object | None: ...


class _Search:
    """One pattern; once it took too long it is not tried again."""

    def __init__(self, pattern: str) -> None:
        self._compiled = _compile(pattern)

    def found_in(self, text: str) -> bool | None:
        if self._compiled is None:
            return None
        try:
            return self._compiled.search(text, timeout=_LONGEST_SEARCH) is not None
        except (TimeoutError, MemoryError):
            self._compiled = None
            return None


def is_found(pattern: str, text: str) -> bool | None:
    """Say whether a pattern occurs in a text; `None` if it is no pattern or that takes too long to say."""
    return _search(pattern).found_in(text)


def fits_any(patterns: Mapping[str, object], name: str) -> bool:
    """Say whether the name of a property may be one of `patternProperties`."""
    return any(is_found(pattern, name) is not False for pattern in patterns)


@lru_cache(_KEPT)
def _search(pattern: str) -> _Search:
    return _Search(pattern)


def _compile(pattern: str) -> _Compiled | None:
    if (
        len(pattern) > _LONGEST_PATTERN
        or prod(max(1, int(each)) for each in _REPEATED.findall(pattern)) > _MOST_REPEATED
    ):
        return None
    regex = import_module("regex")
    try:
        compiled: _Compiled = regex.compile(pattern)
    except (regex.error, ArithmeticError, RecursionError, ValueError):
        return None
    return compiled
