"""`/model`, `/context` and `/cost` in a chat, through a pseudo-terminal."""

from tests.repl.driver_window import DriverWindow

ENTER, TAB = "\r", "\t"


def test_models_are_listed_then_completed_and_changed(window: DriverWindow) -> None:
    window.press("/model" + ENTER)
    window.wait_for("In use: scripted-model")
    assert "scripted-model (in use)" in window.text
    window.press("/model oth" + TAB)
    window.wait_for("/model other-model")
    window.press(ENTER)
    window.wait_for("other-model (https://demo.example/v1, configured by /model) answers in this")
    window.wait_for("astravue model use other-model")


def test_a_model_that_does_not_exist_is_one_sentence(window: DriverWindow) -> None:
    window.press("/model no-model" + ENTER)
    window.wait_for("✗ There is no model no-model anywhere; the one before stays.")


def test_where_the_tokens_go_and_what_they_cost(window: DriverWindow) -> None:
    window.press("/context" + ENTER)
    window.wait_for("Functions, 14 of 60")
    window.press("/cost" + ENTER)
    window.wait_for("In all: 12,000 tokens in, 345 out, about $0.0123 (prices of 2026-11)")
