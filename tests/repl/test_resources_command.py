"""`/resources`."""

from agent.repl.slash.resources import optional_names
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


def test_what_an_address_must_have_is_asked_for_again(window: DriverWindow) -> None:
    window.press("/resources Page" + ENTER)
    window.wait_for("(required)")
    window.press(ENTER + ENTER)
    window.wait_for("This field cannot be left out.")
    assert "Be kind." not in window.text
    window.press("3" + ENTER)
    window.wait_for("[Send]")
    window.press(ENTER)
    window.wait_for("Be kind.")


def test_only_the_query_of_an_address_may_be_left_out() -> None:
    assert optional_names("demo://{space}/pages{?page,size*}{&draft}") == {"page", "size", "draft"}
    assert optional_names("demo://{space}/{+rest}") == frozenset()


def test_json_is_drawn_as_the_result_of_a_call_is(window: DriverWindow) -> None:
    window.press("/resources demo://tasks" + ENTER)
    window.wait_for("Task 5")
    assert "6 tasks" in window.text
    assert '"title"' not in window.text
