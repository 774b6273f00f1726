"""How wide text is in a terminal, with nothing but the standard library.

Source: Unicode Standard Annex 11 (East Asian Width).
"""

import unicodedata

_JOINER = "\u200d"


def width(text: str) -> int:
    """Count the columns that a text without control characters takes."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def shorten(text: str, columns: int) -> str:
    """Cut a text to so many columns; an ellipsis stands for what is missing."""
    if width(text) <= columns:
        return text
    if columns < 1:
        return ""
    used = 0
    for index, character in enumerate(text):
        used += _character_width(character)
        if used > columns - 1:
            return text[:index].rstrip() + "…"
    return text


def pad(text: str, columns: int) -> str:
    """Fill a text with spaces up to so many columns."""
    return text + " " * max(0, columns - width(text))


def _character_width(character: str) -> int:
    if character == _JOINER or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
