"""Changing the theme in a chat, through a pseudo-terminal."""

from pathlib import Path

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

ENTER, TAB = "\r", "\t"


def test_another_theme_holds_at_once_and_is_remembered(window: DriverWindow, tmp_path: Path) -> None:
    window.press("/theme lig" + TAB)
    window.wait_for("❯ /theme light")
    assert b"\x1b[34m" not in window.raw
    window.press(ENTER)
    window.wait_for("The theme is light from now on")
    window.wait_until(lambda: f"({tmp_path}/theme)." in window.text.replace("\n", ""))
    window.press("hello" + ENTER)
    window.wait_for('You said "hello".')
    assert "\x1b[34m❯ hello".encode() in window.raw
    assert (tmp_path / "theme").read_text() == "light"


def test_the_themes_are_shown_with_a_sample_of_each(open_window: OpenWindow) -> None:
    window = open_window(40, 40)
    window.wait_for("scripted-model")
    window.press("/theme" + ENTER)
    window.wait_for("plain: for screen readers")
    assert window.text.count("✓ done") == 4
    assert "dark (in use): for a dark window" in window.text


def test_a_name_that_no_theme_has_leaves_everything_as_it_is(window: DriverWindow) -> None:
    window.press("/theme pink" + ENTER)
    window.wait_for("There is no theme pink. Those there are: dark, light,")


def test_no_color_means_no_colours_and_nothing_else(open_window: OpenWindow) -> None:
    window = open_window(NO_COLOR="1", COLORTERM="truecolor")
    window.wait_for("scripted-model")
    window.press("overdue" + ENTER)
    window.wait_for("Shall I move them?")
    assert " • Task 0" in window.text
    codes = [
        f"\x1b[{start}{code}"
        for start in ("", "0;", "1;")
        for code in (*range(31, 38), *range(90, 98), 38, 48)
    ]
    assert [code for code in codes if f"{code}m".encode() in window.raw] == []
