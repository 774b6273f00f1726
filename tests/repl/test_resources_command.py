"""`/resources`."""

from agent.repl.slash.resources import fill_address
from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_D, ENTER, TAB = "\x04", "\r", "\t"


def test_resources_are_listed(window: DriverWindow) -> None:
    window.press("/resources" + ENTER)
    window.wait_for("demo://handbook  Handbook  How we work")


def test_one_is_completed_and_shown_as_what_it_is(window: DriverWindow) -> None:
    window.press("/resources hand" + TAB)
    window.wait_for("❯ /resources demo://handbook\n")
    window.press(ENTER)
    window.wait_for("\nHandbook\n\nBe kind.\n")


def test_a_title_is_as_good_as_an_address(open_window: OpenWindow) -> None:
    window = open_window(40, 20, NO_COLOR="1")
    window.wait_for("scripted-model")
    window.press("/resources Handbook" + ENTER)
    window.wait_for("\nHandbook\n\nBe kind.\n")


def test_the_braces_of_an_address_are_filled_with_escaped_values() -> None:
    assert (
        fill_address("demo://spaces/{space}/{id}", {"space": "a b/c", "id": "7"})
        == "demo://spaces/a%20b%2Fc/7"
    )
    assert fill_address("demo://x{?page}", {"page": "2"}) == "demo://x2"
