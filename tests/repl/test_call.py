"""`/call` in the chat: with JSON, with a form, and with the tools to choose from."""

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_D, ENTER, ESCAPE, DOWN = "\x04", "\r", "\x1b", "\x1b[B"


def calls(window: DriverWindow) -> list[str]:
    """What the host was asked to call, once the chat has ended."""
    window.press(CTRL_D)
    window.wait_end()
    return [line.removeprefix("call ") for line in window.log if line.startswith("call")]


def test_arguments_as_json_are_sent_as_they_are(window: DriverWindow) -> None:
    window.press('/call astravue_list_overdue_tasks {"projectId": 4}' + ENTER)
    window.wait_for("✓ List overdue tasks")
    assert calls(window) == ['astravue_list_overdue_tasks {"projectId":4}']


def test_without_arguments_a_form_asks_for_them(window: DriverWindow) -> None:
    window.press("/call astravue_list_overdue_tasks" + ENTER)
    window.wait_for("❯ projectId  (required)")
    assert "Only of this project" in window.text
    window.press("4" + ENTER)
    window.wait_for("❯ [Call]")
    window.press(ENTER)
    window.wait_for("✓ List overdue tasks")
    assert calls(window) == ['astravue_list_overdue_tasks {"projectId":4}']


def test_where_arguments_are_missing_a_form_asks_for_the_rest(window: DriverWindow) -> None:
    window.press("/call astravue_list_overdue_tasks {}" + ENTER)
    window.wait_for("❯ projectId  (required)")
    window.press(ESCAPE)
    window.wait_for("Nothing was called.")
    assert calls(window) == []


def test_without_a_name_the_tools_are_offered(window: DriverWindow) -> None:
    window.press("/call" + ENTER)
    window.wait_for("Which tool?  3 of 3")
    window.press("create")
    window.wait_for("1 of 3")
    window.press(ENTER)
    window.wait_for("❯ title")
    window.press("Report" + ENTER + ENTER)
    window.wait_for("[y] yes")
    window.press("y")
    window.wait_for("✓ Create task")
    assert calls(window) == ['astravue_create_task {"title":"Report"}']


def test_whoever_chooses_no_tool_calls_none(window: DriverWindow) -> None:
    window.press("/call" + ENTER)
    window.wait_for("Which tool?")
    window.press(DOWN + ESCAPE)
    window.wait_for("Nothing was called.")
    assert calls(window) == []


def test_a_name_that_no_tool_has_calls_nothing(window: DriverWindow) -> None:
    window.press("/call nope" + ENTER)
    window.wait_for("There is no tool named nope. See: /tools")
    assert calls(window) == []


def test_a_text_that_is_no_json_calls_nothing(window: DriverWindow) -> None:
    window.press("/call astravue_create_task {title: x}" + ENTER)
    window.wait_for("Nothing was called, because the arguments are not a JSON object")
    assert calls(window) == []


def test_where_lines_are_printed_everything_is_asked_with_lines(open_window: OpenWindow) -> None:
    window = open_window(80, 24, TERM="dumb")
    window.wait_for("Welcome to the demo.")
    window.press("/call" + ENTER)
    window.wait_for("  1 astravue_list_overdue_tasks")
    window.press("overdue" + ENTER)
    window.wait_for("a whole number")
    window.press("four" + ENTER)
    window.wait_for("It takes a whole number.")
    window.press("4" + ENTER)
    window.wait_for("Call it with these? Type yes, /again to begin again, or nothing to leave it.")
    window.wait_for("Answer:")
    window.press("perhaps" + ENTER)
    window.wait_until(lambda: window.text.count("Call it with these?") == 2)
    window.press("y" + ENTER)
    window.wait_for("Done, 6 tasks")
    assert b"\x1b" not in window.raw
