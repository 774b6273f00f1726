"""The prompt, the toolbar and the completion menu in the colours of a theme."""

from functools import lru_cache

from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from agent.drawing.themes import Theme

# What the library calls the colours that differ; ECMA-48 has grey as “white” and white as its bright form.
_NAMES = {"white": "ansigray", "bright_black": "ansibrightblack", "bright_white": "ansiwhite"}
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")


@lru_cache(maxsize=2)
def make_style(theme: Theme) -> Style:
    """The style sheet of a theme; nothing of the library's own sheet shows through."""
    styles = theme.styles
    menu, chosen = _written(styles.menu), _written(styles.chosen)
    return Style.from_dict(
        {
            "prompt": _written(styles.prompt),
            "toolbar": _written(styles.toolbar),
            "queued": _written(styles.toolbar),
            "auto-suggestion": _written(styles.suggestion),
            "completion-menu": menu,
            "completion-menu.completion": menu,
            "completion-menu.completion.current": chosen,
            "completion-menu.meta.completion": menu,
            "completion-menu.meta.completion.current": chosen,
            "completion-menu.multi-column-meta": menu,
            "scrollbar.background": menu,
            "scrollbar.button": chosen,
            "search": _written(styles.strong),
            "search.current": "noinherit reverse",
            "incsearch": _written(styles.strong),
            "incsearch.current": "noinherit reverse",
        }
    )


def depth_of(theme: Theme) -> ColorDepth | None:
    """How many colours a theme draws with; `None` for as many as the terminal is known to have."""
    if not theme.has_colours:
        return ColorDepth.DEPTH_1_BIT
    return ColorDepth.DEPTH_24_BIT if theme.has_exact_colours else None


def _written(style: str) -> str:
    return " ".join(["noinherit", *map(_word, style.split())])


def _word(word: str) -> str:
    if word in _ATTRIBUTES or word.startswith("#"):
        return word
    return _NAMES.get(word, f"ansi{word.replace('_', '')}")
