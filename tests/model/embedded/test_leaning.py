"""What is plain from the grammar of a request shifts the odds of a call."""

import pytest

from agent.model.embedded.leaning import COMMANDS, ELSEWHERE, STATES, WONDERS, lean


def leaning(request: str, *, has_context: bool = False) -> float:
    return lean(request, has_context=has_context)


@pytest.mark.parametrize(
    "request_text",
    [
        "Launch is done",
        "Water the plants is in progress now",
        "Water the plants is 25 percent done.",
        "Buy toner is already finished",
    ],
)
def test_how_far_something_is_asks_to_note_it(request_text: str) -> None:
    assert leaning(request_text) == STATES


def test_it_is_done_when_something_was_talked_about() -> None:
    assert leaning("It's done", has_context=True) == STATES
    assert leaning("that one is finished", has_context=True) == STATES
    assert leaning("It's done") == 0


@pytest.mark.parametrize(
    "request_text",
    [
        "Everything is done",
        "My work is done",
        "Who is done?",
        "If Launch is done, we celebrate",
        "lunch is done",
    ],
)
def test_other_statements_are_talk(request_text: str) -> None:
    assert leaning(request_text, has_context=True) == 0


@pytest.mark.parametrize(
    "request_text",
    ["Delete the last comment", "please rename Launch to Start", "Set Water the plants to done"],
)
def test_commands_about_the_workspace_lean_towards_a_call(request_text: str) -> None:
    assert leaning(request_text) == COMMANDS


@pytest.mark.parametrize("request_text", ["Set the table", "Hello", "Can you show tasks?", ""])
def test_other_words_lean_nowhere(request_text: str) -> None:
    assert leaning(request_text) == 0


@pytest.mark.parametrize(
    "request_text",
    [
        "What would happen if I deleted a space?",
        "How do I start a timer?",
        "Should we delete the space?",
        "Can you delete spaces?",
        "If I delete a space, what then?",
    ],
)
def test_who_wonders_wants_no_call(request_text: str) -> None:
    assert leaning(request_text) == WONDERS


@pytest.mark.parametrize("request_text", ["Set an alarm", "Move my meeting with Ben", "Open the window"])
def test_things_of_other_programs_and_rooms_want_no_call(request_text: str) -> None:
    assert leaning(request_text) == ELSEWHERE


def test_things_of_the_workspace_may_be_about_them() -> None:
    assert leaning("Create a task: open the window") == COMMANDS
