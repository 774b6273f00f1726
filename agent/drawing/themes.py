"""The colour themes, as plain data: a style for each meaning.

A style is written in words, as `rich` reads them: `bold`, `dim`, `italic`, `underline`, `reverse`, one
of the sixteen colours that every terminal has, or `#rrggbb` where it has them all. Each theme is right
with the sixteen; what it does better with all colours stands in `exact`.

Sources: ECMA-48, 8.3.117 (SGR); the palette of M. Okabe and K. Ito, “Color Universal Design”, 2008;
WCAG 2.2, success criteria 1.4.1 (colour is never the only sign) and 1.4.6 (contrast).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")


@dataclass(frozen=True, slots=True)
class Styles:
    """A style for each meaning.

    Args:
        dim: Less important than what stands around it.
        strong: What to look at first.
        accent: The user's own words and what can be typed.
        good: It worked.
        warning: Worth a second look.
        bad: It failed, or it destroys something.
        title: The first heading of an answer.
        heading: Further headings.
        code: Code in a line.
        border: Lines around tables.
        prompt: What stands before the user's words.
        toolbar: The line below the prompt.
        suggestion: What is offered behind the cursor.
        menu: Completions.
        chosen: The completion that Enter would take.
    """

    dim: str = "dim"
    strong: str = "bold"
    accent: str = "cyan"
    good: str = "green"
    warning: str = "yellow"
    bad: str = "red"
    title: str = "bold underline"
    heading: str = "bold"
    code: str = "cyan"
    border: str = "dim"
    prompt: str = "bold cyan"
    toolbar: str = "bright_black"
    suggestion: str = "bright_black"
    menu: str = "reverse"
    chosen: str = "bold"


_MEANINGS = tuple(each.name for each in fields(Styles))


@dataclass(frozen=True, slots=True)
class Theme:
    """One look of everything that is drawn.

    Args:
        name: What the user calls it.
        summary: Whom it is for, in one line.
        styles: A style for each meaning.
        exact: The meanings that have another style where the terminal has all colours.
        syntax: The style of code blocks, as `rich` and `pygments` name it; empty for none.
        is_plain: Nothing moves, nothing is drawn again, and words stand for marks, as is best read aloud.
    """

    name: str
    summary: str
    styles: Styles = Styles()
    exact: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    syntax: str = "ansi_dark"
    is_plain: bool = False

    @property
    def has_colours(self) -> bool:
        """Whether any style is more than bold, underlined and the like."""
        return any(style != _attributes_of(style) for style in self._written())

    @property
    def has_exact_colours(self) -> bool:
        """Whether any style takes a terminal with all colours."""
        return any("#" in style for style in self._written())

    def _written(self) -> list[str]:
        return [getattr(self.styles, name) for name in _MEANINGS]

    def with_all_colours(self) -> "Theme":
        """The theme for a terminal that has them all."""
        return replace(self, styles=replace(self.styles, **self.exact), exact={})

    def without_colours(self) -> "Theme":
        """The theme in the terminal's own colour: bold, underlined and the like stay."""
        kept = {name: _attributes_of(getattr(self.styles, name)) for name in _MEANINGS}
        # What is offered must not look like what was typed.
        offered = kept["suggestion"] if self.is_plain else kept["suggestion"] or "underline"
        return replace(self, styles=Styles(**{**kept, "suggestion": offered}), exact={}, syntax="")


def _attributes_of(style: str) -> str:
    return " ".join(word for word in style.split() if word in _ATTRIBUTES)


DARK = Theme("dark", "for a dark window")
LIGHT = Theme(
    "light",
    "for a light window",
    Styles(accent="blue", warning="magenta", code="blue", prompt="bold blue"),
    {
        "accent": "#0550ae",
        "good": "#116329",
        "warning": "#7d4e00",
        "bad": "#a40e26",
        "code": "#0550ae",
        "prompt": "bold #0550ae",
    },
    syntax="ansi_light",
)
HIGH_CONTRAST = Theme(
    "high-contrast",
    "bright on a dark window, and nothing dim",
    Styles(
        dim="",
        accent="bold bright_cyan",
        good="bold bright_green",
        warning="bold bright_yellow",
        bad="bold bright_red",
        code="bright_cyan",
        border="",
        prompt="bold bright_cyan",
        toolbar="",
        suggestion="italic",
    ),
)
COLOUR_BLIND = Theme(
    "colour-blind",
    "blue and orange in place of green and red",
    Styles(accent="bold", good="blue", warning="yellow", bad="bold magenta", code="italic", prompt="bold"),
    {"good": "#56b4e9", "warning": "#f0e442", "bad": "bold #e69f00"},
)
PLAIN = Theme(
    "plain",
    "for screen readers: words, no colours, nothing that moves",
    Styles(**dict.fromkeys(_MEANINGS, "")),
    syntax="",
    is_plain=True,
)

THEMES = (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND, PLAIN)


def find_theme(name: str) -> Theme | None:
    """The theme of a name, however it is capitalised; the default for an empty one."""
    wanted = name.strip().lower() or DARK.name
    return next((theme for theme in THEMES if theme.name == wanted), None)
