"""Identifiers in words, as people read them."""

import re

from agent.drawing.sanitize import strip_line

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W_A-Z]+|\d+")


def in_words(title: str) -> str:
    """Turn an identifier into words; a title that is words already stays as it is."""
    title = strip_line(title)
    if " " in title or not title:
        return title
    words = " ".join(word if word.isupper() else word.lower() for word in _WORD.findall(title)) or title
    return words[:1].upper() + words[1:]
