"""What is sent to the terminal while nothing changes: nothing."""

from tests.repl.driver_window import DriverWindow

ENTER = "\r"
# Longer than any tick, so that whatever draws by itself would have drawn.
_QUIET = 2.0


def read_the_rest(window: DriverWindow) -> None:
    while window.read_for(0.5):
        pass


def test_nothing_is_drawn_at_an_idle_prompt(window: DriverWindow) -> None:
    read_the_rest(window)
    assert not window.read_for(_QUIET)


def test_nothing_is_drawn_while_the_user_thinks_about_a_question(window: DriverWindow) -> None:
    window.press("delete" + ENTER)
    window.wait_for("[n] no (default)")
    read_the_rest(window)
    assert not window.read_for(_QUIET)


def test_what_is_typed_while_a_turn_waits_is_seen_with_the_spinner_still_turning(
    window: DriverWindow,
) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    window.press("a draft")
    window.wait_for("❯ a draft")
    before = window.visible
    window.wait_until(lambda: window.visible != before)
    assert "❯ a draft" in window.visible
