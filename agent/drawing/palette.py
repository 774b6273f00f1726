"""Text in the colour that stands for its meaning, or in none.

Source: ECMA-48, 8.3.117 (SGR); https://no-color.org; https://github.com/termstandard/colors.
"""

from collections.abc import Mapping
from functools import cache

from agent.drawing.themes import DARK, PLAIN, Theme

_ATTRIBUTES = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "reverse": "7"}
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


class Palette:
    """Wraps text in the style that stands for a meaning.

    Whoever holds one draws in another theme as soon as that is chosen.

    Args:
        plain: Leave every text as it is.
        theme: The styles.
    """

    def __init__(self, plain: bool = False, theme: Theme = DARK) -> None:
        self._theme = PLAIN if plain else theme

    @property
    def theme(self) -> Theme:
        """The theme in use."""
        return self._theme

    @property
    def plain(self) -> bool:
        """Whether everything is to be words: no colours, no layout, no marks, nothing that moves."""
        return self._theme.is_plain

    def use(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        self._theme = theme

    def dim(self, text: str) -> str:
        """Less important than what stands around it."""
        return paint(self._theme.styles.dim, text)

    def strong(self, text: str) -> str:
        """What to look at first."""
        return paint(self._theme.styles.strong, text)

    def accent(self, text: str) -> str:
        """The user's own words and what can be typed."""
        return paint(self._theme.styles.accent, text)

    def good(self, text: str) -> str:
        """It worked."""
        return paint(self._theme.styles.good, text)

    def warning(self, text: str) -> str:
        """Worth a second look."""
        return paint(self._theme.styles.warning, text)

    def bad(self, text: str) -> str:
        """It failed, or it destroys something."""
        return paint(self._theme.styles.bad, text)


def paint(style: str, text: str) -> str:
    """Wrap a text in a style, as `agent.drawing.themes` writes them."""
    parameters = _parameters(style)
    return f"\x1b[{parameters}m{text}\x1b[0m" if parameters and text else text


@cache
def _parameters(style: str) -> str:
    return ";".join(map(_parameter, style.split()))


def _parameter(word: str) -> str:
    if word in _ATTRIBUTES:
        return _ATTRIBUTES[word]
    if word.startswith("#"):
        red, green, blue = bytes.fromhex(word[1:])
        return f"38;2;{red};{green};{blue}"
    if word.startswith("bright_"):
        return str(90 + _COLOURS.index(word.removeprefix("bright_")))
    return str(30 + _COLOURS.index(word))


def choose_theme(theme: Theme, environ: Mapping[str, str]) -> Theme:
    """Fit a theme to what a terminal can show and its user wants to see.

    `NO_COLOR` takes the colours away and nothing else; only the theme `plain`, and a terminal that can
    but print, take away what moves.

    Args:
        theme: The theme that was chosen.
        environ: The process environment; `NO_COLOR`, `COLORTERM` and `TERM` are read from it.
    """
    if is_dumb(environ):
        return PLAIN
    if environ.get("NO_COLOR"):
        return theme.without_colours()
    return theme.with_all_colours() if has_all_colours(environ) else theme


def wants_plain(environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Say whether lines that are printed once are to be plain text.

    Args:
        environ: The process environment; `NO_COLOR` and `TERM` are read from it.
        is_terminal: Whether the output is a terminal.
    """
    return not is_terminal or bool(environ.get("NO_COLOR")) or is_dumb(environ)


def has_all_colours(environ: Mapping[str, str]) -> bool:
    """Say whether the terminal says that it shows any colour there is."""
    return environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Say whether the terminal can do nothing but print."""
    return environ.get("TERM", "").lower() in ("dumb", "unknown")
