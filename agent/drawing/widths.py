"""How wide text is in a terminal, and text cut, filled and wrapped by that.

`wcwidth` is imported with the first text that is not plain ASCII.

Sources: Unicode Standard Annexes 11 (East Asian Width) and 29 (grapheme clusters).
"""

import re
from collections.abc import Iterable, Iterator

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Blanks, and a mark that stands before a sentence.
_INDENT = re.compile(r"\s*(?:[^\w\s\"'“(/] )?")


def width(text: str) -> int:
    """Count the columns that a text without control characters takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    counted = wcswidth(text)
    return counted if counted >= 0 else sum(max(0, wcswidth(character)) for character in text)


def shorten(text: str, columns: int) -> str:
    """Cut a text to so many columns; an ellipsis stands for what is missing."""
    if width(text) <= columns:
        return text
    if columns < 1:
        return ""
    used = 0
    kept = ""
    for cluster in _clusters(text):
        used += width(cluster)
        if used > columns - 1:
            break
        kept += cluster
    # What was cut before ends in an ellipsis already.
    return kept.rstrip(" ,…") + "…"


def pad(text: str, columns: int) -> str:
    """Fill a text with spaces up to so many columns."""
    return text + " " * max(0, columns - width(text))


def pad_left(text: str, columns: int) -> str:
    """Put spaces before a text so that it ends at a column."""
    return " " * max(0, columns - width(text)) + text


def wrap(
    text: str, columns: int, *, indent: str = "", most_lines: int | None = None, whole: bool = False
) -> list[str]:
    """Break a text into lines between its words; words that are too long are broken inside.

    Args:
        text: One line of text; colours are carried over into the next lines.
        columns: The width to stay within.
        indent: What every line but the first begins with.
        most_lines: Cut after so many lines; an ellipsis stands for the rest.
        whole: Leave words that are too long whole.
    """
    from wcwidth import wrap as wrap_by_width

    room = max(columns, width(indent) + 2)
    lines = wrap_by_width(
        text, room, subsequent_indent=indent, break_on_hyphens=False, break_long_words=not whole
    ) or [""]
    if most_lines is None or len(lines) <= most_lines:
        return lines
    rest = " ".join(line.strip() for line in lines[most_lines - 1 :])
    last = indent + rest if most_lines > 1 else rest
    return [*lines[: most_lines - 1], shorten(last, room)]


def wrap_lines(text: str, columns: int) -> Iterator[str]:
    """Break lines between words; what is one long word, such as an address, stays whole for copying.

    Args:
        text: Lines, with colours or without.
        columns: The width of the terminal.
    """
    for line in text.removesuffix("\n").split("\n"):
        if len(line) < columns:
            yield line
        else:
            indent = _INDENT.match(_COLOUR.sub("", line))
            yield from wrap(line, columns - 1, indent=" " * width(indent[0]) if indent else "", whole=True)


def _clusters(text: str) -> Iterable[str]:
    if text.isascii():
        return text
    from wcwidth import iter_graphemes

    return iter_graphemes(text)
