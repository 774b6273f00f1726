"""How well what was typed fits something that can be chosen: its beginning, a word's, a part, initials."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

_T = TypeVar("_T")
_WORD = re.compile(r"[^\W_]+")


def rank(typed: str, name: str, title: str = "") -> int | None:
    """Say how well a typed text fits; 0 is best, `None` is not at all.

    Args:
        typed: What was typed, in lower case.
        name: What it may be the beginning or a part of.
        title: What else it is called.
    """
    (name, name_initials), (title, title_initials) = _prepared(name), _prepared(title)
    if name.startswith(typed):
        return 0
    if title.startswith(typed):
        return 1
    if typed in name or typed in title:
        return 2 if _begins_a_word(typed, name) else 3 if _begins_a_word(typed, title) else 4
    if len(typed) > 1 and (typed in name_initials or typed in title_initials):
        return 5
    if " " not in typed and "_" not in typed:
        return None
    words = _WORD.findall(typed)
    if len(words) > 1 and all(word in name or word in title for word in words):
        return 6
    return None


@lru_cache(maxsize=16_384)
def _prepared(text: str) -> tuple[str, str]:
    """A text in lower case, and the first letters of its words; asked for at each key."""
    text = text.lower()
    return text, "".join(word[0] for word in _WORD.findall(text))


def _begins_a_word(typed: str, text: str) -> bool:
    at = text.find(typed)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(typed, at + 1)
    return at >= 0


def best(
    typed: str, choices: Iterable[_T], texts: Callable[[_T], tuple[str, str]], most: int = 1_000
) -> list[_T]:
    """Choose what fits, the best first and otherwise in the order given.

    Args:
        typed: What was typed.
        choices: What there is.
        texts: The name and the title of one.
        most: How many to choose.
    """
    typed = typed.lower()
    ranked = [(rank(typed, *texts(choice)), choice) for choice in choices]
    fitting = [(place, choice) for place, choice in ranked if place is not None]
    fitting.sort(key=lambda each: each[0])
    return [choice for _, choice in fitting[:most]]
