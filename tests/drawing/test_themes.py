"""Themes: what each can say, on terminals with all colours, with sixteen, and with none."""

import re
from dataclasses import fields

import pytest
from prompt_toolkit.output import ColorDepth

from agent.drawing.palette import Palette, choose_theme, paint
from agent.drawing.themes import DARK, LIGHT, PLAIN, THEMES, Styles, Theme, find_theme
from agent.drawing.widths import width
from agent.errors import UsageError
from agent.repl.answers.markdown import open_answer
from agent.repl.screens.appearance import Appearance
from agent.repl.screens.styles import depth_of, make_style
from agent.repl.slash.theme import draw_themes
from agent.settings.table import THEMES as NAMES

ALL_COLOURS = {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
SIXTEEN = {"TERM": "xterm"}
NO_COLOUR = {**ALL_COLOURS, "NO_COLOR": "1"}
ANSWER = """# Title

Some `code`, **strong**.

> said

1. one

```python
x = 1
```

| a | b |
| - | - |
| 1 | 2 |
"""
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m")
themes = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)


def draw_all(theme: Theme) -> str:
    """Every meaning of a palette, and an answer with everything in it."""
    palette = Palette(theme=theme)
    meanings = (palette.dim, palette.strong, palette.accent, palette.good, palette.warning, palette.bad)
    written = [meaning("word") for meaning in meanings]
    answer = open_answer(written.append, lambda: 60, plain=palette.plain, theme=theme)
    answer.feed(ANSWER)
    answer.finish()
    return "".join(written)


def test_the_settings_know_the_names_of_all_themes() -> None:
    assert tuple(theme.name for theme in THEMES) == NAMES


@themes
@pytest.mark.parametrize("environ", [ALL_COLOURS, SIXTEEN, NO_COLOUR, {"TERM": "dumb"}])
def test_everything_can_be_drawn_in_every_theme_on_every_terminal(
    theme: Theme, environ: dict[str, str]
) -> None:
    shown = choose_theme(theme, environ)
    assert "word" in draw_all(shown)
    for meaning in fields(Styles):
        assert paint(getattr(shown.styles, meaning.name), "word").count("word") == 1
    assert make_style(shown).get_attrs_for_style_str("class:prompt") is not None


@themes
def test_sixteen_colours_are_enough_where_the_terminal_does_not_say_more(theme: Theme) -> None:
    shown = choose_theme(theme, SIXTEEN)
    assert not re.search(r"[34]8;[25];", draw_all(shown))
    assert depth_of(shown) is not ColorDepth.DEPTH_24_BIT


def test_a_theme_has_its_own_colours_where_the_terminal_has_all() -> None:
    shown = choose_theme(LIGHT, ALL_COLOURS)
    assert Palette(theme=shown).good("yes") == "\x1b[38;2;17;99;41myes\x1b[0m"
    assert depth_of(shown) is ColorDepth.DEPTH_24_BIT


@themes
def test_no_color_takes_away_the_colours_and_nothing_else(theme: Theme) -> None:
    shown = choose_theme(theme, NO_COLOUR)
    assert not COLOUR.search(draw_all(shown))
    assert depth_of(shown) is ColorDepth.DEPTH_1_BIT
    assert shown.is_plain == theme.is_plain
    if theme is DARK:
        assert Palette(theme=shown).strong("word") == "\x1b[1mword\x1b[0m"
        assert "**" not in draw_all(shown)


@themes
@pytest.mark.parametrize("environ", [ALL_COLOURS, SIXTEEN, NO_COLOUR])
def test_what_is_offered_never_looks_like_what_was_typed(theme: Theme, environ: dict[str, str]) -> None:
    # In words nothing is offered behind the cursor.
    assert theme.is_plain or choose_theme(theme, environ).styles.suggestion


def test_the_plain_theme_writes_no_escape_sequence_and_no_mark() -> None:
    assert "\x1b" not in draw_all(PLAIN)
    assert not re.search("[*`|#>]", draw_all(PLAIN))


def test_in_the_light_theme_nothing_is_yellow_and_nothing_white() -> None:
    assert not re.search(r"\x1b\[(?:\d+;)*(?:33|37|93|97)m", draw_all(LIGHT))


def test_a_palette_that_somebody_holds_draws_in_the_theme_that_is_chosen_later() -> None:
    kept: list[str] = []
    appearance = Appearance(SIXTEEN, keep=lambda name: kept.append(name) or "settings.toml")
    held = appearance.palette
    assert held.accent("word") == "\x1b[36mword\x1b[0m"
    assert appearance.choose("Light") == "The theme is light from now on (settings.toml)."
    assert held.accent("word") == "\x1b[34mword\x1b[0m"
    assert kept == ["light"]


def test_a_theme_that_does_not_exist_changes_nothing() -> None:
    appearance = Appearance(SIXTEEN)
    with pytest.raises(UsageError, match="no theme pink") as raised:
        appearance.choose("pink")
    assert "colour-blind" in raised.value.hint
    assert appearance.theme is DARK


def test_a_choice_says_that_no_color_stands_in_its_way() -> None:
    assert "NO_COLOR is set" in Appearance(NO_COLOUR).choose("light")
    assert "NO_COLOR" not in Appearance(NO_COLOUR).choose("plain")


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_list_shows_every_theme_in_its_own_colours_and_marks_the_one_in_use(columns: int) -> None:
    drawn = draw_themes(Appearance(SIXTEEN, "light"), columns)
    assert "\x1b[34mtyped\x1b[0m" in drawn
    assert "\x1b[36mtyped\x1b[0m" in drawn
    bare = re.sub(r"\x1b\[[\d;]*m", "", drawn)
    assert "light (in use): " in bare
    assert bare.count("in use") == 1
    names = [line.partition(":")[0].removesuffix(" (in use)") for line in bare.splitlines() if line[0] != " "]
    assert [find_theme(name) for name in names] == [*THEMES]
    assert max(map(width, bare.splitlines())) < columns
