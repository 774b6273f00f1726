"""Commands that are given while something else runs, as a person sees them."""

from tests.repl.driver_window import DriverWindow

CTRL_C, ENTER = "\x03", "\r"


def test_commands_that_are_given_at_once_each_stand_with_what_they_say(window: DriverWindow) -> None:
    for command in ("/status", "/doctor", "/theme", "/nonsense"):
        window.press(command + ENTER)
    window.wait_for("There is no command /nonsense")
    marks = ("❯ /status", "server", "❯ /doctor", "1 problem;", "❯ /theme", "dark", "❯ /nonsense")
    places = [window.text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_command_during_an_answer_stands_apart_from_it(window: DriverWindow) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    window.press("/status" + ENTER)
    window.wait_for("https://demo.example/mcp")
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.")
    assert "And then\n\n❯ /status\n\nserver  https://demo.example/mcp\n" in window.text
    assert "scripted-model\n\nStopped;" in window.text


def test_leaving_waits_for_no_other_command(window: DriverWindow) -> None:
    window.press("/doctor" + ENTER + "/status" + ENTER + "/quit" + ENTER)
    window.wait_end()
