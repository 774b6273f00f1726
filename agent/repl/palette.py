"""Colours as terminals know them, or none at all.

Source: ECMA-48, 8.3.117 (SGR); https://no-color.org.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Wraps text in the colour that stands for a meaning.

    Args:
        plain: Leave every text as it is.
    """

    plain: bool = False

    def dim(self, text: str) -> str:
        """Less important than what stands around it."""
        return self._wrap("2", text)

    def strong(self, text: str) -> str:
        """What to look at first."""
        return self._wrap("1", text)

    def accent(self, text: str) -> str:
        """The user's own words and what can be typed."""
        return self._wrap("36", text)

    def good(self, text: str) -> str:
        """It worked."""
        return self._wrap("32", text)

    def warning(self, text: str) -> str:
        """Worth a second look."""
        return self._wrap("33", text)

    def bad(self, text: str) -> str:
        """It failed, or it destroys something."""
        return self._wrap("31", text)

    def _wrap(self, code: str, text: str) -> str:
        return text if self.plain or not text else f"\x1b[{code}m{text}\x1b[0m"


def wants_plain(environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Say whether output is to be plain text.

    Args:
        environ: The process environment; `NO_COLOR` and `TERM` are read from it.
        is_terminal: Whether the output is a terminal.
    """
    return not is_terminal or bool(environ.get("NO_COLOR")) or is_dumb(environ)


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Say whether the terminal can do nothing but print."""
    return environ.get("TERM", "").lower() in ("dumb", "unknown")
