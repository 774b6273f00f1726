"""The keys of the prompt, beside those that editing lines takes anywhere."""

from tests.repl.driver_window import DriverWindow

CTRL_C, CTRL_D, CTRL_R, DOWN, ENTER, RIGHT, UP = "\x03", "\x04", "\x12", "\x1b[B", "\r", "\x1b[C", "\x1b[A"


def test_up_at_an_empty_prompt_takes_back_what_was_sent_last_and_waits(window: DriverWindow) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    window.press("first" + ENTER + "second" + ENTER)
    window.wait_for("queued: first\n  queued: second")
    window.press(UP)
    window.wait_for("❯ second\n")
    window.wait_gone("queued: second")
    window.press(" half" + ENTER)
    window.wait_for("queued: first\n  queued: second half")
    window.press(CTRL_C)
    window.wait_for("❯ first\n  second half\n")


def test_up_with_a_draft_or_with_nothing_waiting_goes_through_what_was_sent(window: DriverWindow) -> None:
    window.press("hello" + ENTER)
    window.wait_for('You said "hello".\n\n❯')
    window.press(UP)
    window.wait_for("❯ hello\nscripted")
    window.press(DOWN)
    window.wait_for("❯\nscripted")


def test_ctrl_r_searches_what_was_sent(window: DriverWindow) -> None:
    for text in ("alpha one", "beta two"):
        window.press(text + ENTER)
        window.wait_for(f'You said "{text}".\n\n❯')
    window.press(CTRL_R + "alp")
    window.wait_for("❯ alpha one\nI-search")
    window.press(ENTER)
    window.wait_gone("I-search")
    window.press(ENTER)
    window.wait_until(lambda: window.text.count('You said "alpha one".') == 2)


def test_a_grey_suggestion_is_taken_with_the_right_arrow(window: DriverWindow) -> None:
    window.press("alpha one" + ENTER)
    window.wait_for('You said "alpha one".\n\n❯')
    window.press("alp")
    window.wait_for("❯ alpha one\nscripted")
    window.press(RIGHT + " more" + ENTER)
    window.wait_for('You said "alpha one more".')


def test_a_command_that_takes_nothing_is_sent_with_the_enter_that_chose_it(window: DriverWindow) -> None:
    window.press("/qui")
    window.wait_for("leave")
    window.press(DOWN)
    window.wait_for("❯ /quit\n")
    window.press(ENTER)
    assert window.wait_end() == 0
    assert window.log == ["closed"]
