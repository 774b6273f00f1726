"""Answers that stand side by side, and a question of yes and no."""

import pytest

from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.repl.dialogs.choices import Answer, Choices, LeavableLine, Line, YesOrNo
from agent.repl.dialogs.dialog import Key
from agent.repl.dialogs.filling import Left

PLAIN = Palette(plain=True)


def colours() -> Choices[str]:
    answers = [Answer("r", "red", "red"), Answer("g", "green", "green"), Answer("b", "blue", "blue")]
    return Choices(answers, at=2, escape="none")


@pytest.mark.parametrize(
    ("key", "value"), [("r", "red"), ("G", "green"), (Key.ENTER, "blue"), (Key.ESCAPE, "none")]
)
def test_a_letter_takes_its_answer_enter_the_marked_one_and_escape_its_own(key: str, value: str) -> None:
    assert colours().take_key(key) == value


@pytest.mark.parametrize("key", [Key.RIGHT, Key.DOWN, Key.TAB])
def test_walking_forward_ends_at_the_last(key: Key) -> None:
    choices = colours()
    assert choices.take_key(Key.LEFT) is None
    for _ in range(3):
        assert choices.take_key(key) is None
    assert choices.take_key(Key.ENTER) == "blue"


@pytest.mark.parametrize("key", [Key.LEFT, Key.UP, Key.BACK_TAB])
def test_walking_back_ends_at_the_first(key: Key) -> None:
    choices = colours()
    for _ in range(5):
        assert choices.take_key(key) is None
    assert choices.take_key(Key.ENTER) == "red"


@pytest.mark.parametrize("key", [Key.LEFT, Key.UP, Key.BACK_TAB])
def test_walking_back_goes_to_the_one_before(key: Key) -> None:
    choices = colours()
    assert choices.take_key(key) is None
    assert choices.take_key(Key.ENTER) == "green"


def test_another_key_answers_nothing() -> None:
    assert colours().take_key("x") is None


def test_the_marked_answer_has_a_mark_and_not_just_a_colour() -> None:
    assert colours().draw(80, PLAIN) == ["  [r] red    [g] green  ❯ [b] blue"]


def test_they_take_as_many_lines_as_they_need() -> None:
    drawn = colours().draw(24, PLAIN)
    assert drawn == ["  [r] red    [g] green", "❯ [b] blue"]
    assert max(map(width, drawn)) <= 24


@pytest.mark.parametrize(
    ("keys", "answer"), [("y", True), ("n", False), ([Key.ENTER], False), ([Key.LEFT, Key.ENTER], True)]
)
def test_no_is_what_enter_alone_says(keys: list[str], answer: bool) -> None:
    dialog = YesOrNo("Really?")
    for key in keys:
        assert dialog.answer is None
        dialog.take_key(key)
    assert dialog.answer is answer


def test_a_question_is_wrapped() -> None:
    assert YesOrNo("Shall it really go on like this?").draw(20, 10, PLAIN).split("\n")[:2] == [
        "Shall it really go",
        "on like this?",
    ]


def test_a_line_ends_with_enter() -> None:
    line = Line("Name:")
    line.type(" Alex ")
    line.take_key(Key.TAB)
    assert line.answer is None
    line.take_key(Key.ENTER)
    assert line.answer == "Alex"


def test_escape_leaves_a_line_that_may_be_left() -> None:
    line = LeavableLine("Name:")
    line.type("Al")
    line.take_key(Key.ESCAPE)
    assert line.answer is Left.CANCELLED


def lasting() -> Choices[str]:
    return Choices([Answer("a", "always", "always", lasts=True), Answer("n", "no", "no")], at=1, escape="no")


def test_what_lasts_takes_a_letter_and_enter() -> None:
    choices = lasting()
    assert choices.take_key("a") is None
    assert choices.draw(80, PLAIN) == ["❯ [a] always    [n] no", "Enter to confirm · Esc says no"]
    assert choices.take_key(Key.ENTER) == "always"


def test_what_a_letter_marked_is_forgotten_if_it_was_meant_for_something_else() -> None:
    choices = lasting()
    choices.take_key("a")
    choices.forget()
    assert choices.draw(80, PLAIN) == ["  [a] always  ❯ [n] no"]
    assert choices.take_key(Key.ENTER) == "no"
