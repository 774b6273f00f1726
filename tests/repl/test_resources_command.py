"""`/resources`."""

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_D, ENTER, TAB = "\x04", "\r", "\t"


def test_resources_are_listed(window: DriverWindow) -> None:
    window.press("/resources" + ENTER)
    window.wait_for("demo://handbook      Handbook  How we work\ndemo://pages/{page}  Page\n")


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


def test_a_template_asks_for_what_its_address_wants(window: DriverWindow) -> None:
    window.press("/resources Page" + ENTER)
    window.wait_for("In demo://pages/{page}")
    window.press("3" + ENTER)
    window.wait_for("[Send]")
    window.press(ENTER)
    window.wait_for("Be kind.")
