"""What conversations are called: after what they are about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.jsontypes import JsonObject
from agent.transcripts.titles import EMPTY, title_of


def said(*messages: str) -> str:
    return title_of({"type": "turn_started", "text": message} for message in messages)


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Which of my tasks are overdue?", "Which of my tasks are overdue?"),
        ("Hi! Which of my tasks are overdue?", "Which of my tasks are overdue?"),
        ("Good morning,\n\nplease move “Check the lease” to Friday.", "Move “Check the lease” to Friday"),
        (
            "Hello there, could you please list everything in Website relaunch?",
            "List everything in Website relaunch?",
        ),
        ("I'd like you to create a task for Priya", "Create a task for Priya"),
        ("Hallo, wer arbeitet an der Website?", "Wer arbeitet an der Website?"),
        ("Hiring plan: who is free?", "Hiring plan: who is free?"),
        ("Please", "Please"),
        ("task   141383\tdue\nwhen", "task 141383 due when"),
    ],
)
def test_a_greeting_and_a_please_are_not_the_topic(message: str, title: str) -> None:
    assert said(message) == title


def test_a_message_that_says_nothing_is_passed_over() -> None:
    assert (
        said("Hi", "are you there?", "ok, thanks!", "Who is on holiday?", "And next week?")
        == "Who is on holiday?"
    )


def test_a_call_by_hand_is_no_topic_while_something_is_said() -> None:
    assert said("(I ran astravue_list_tasks by hand.)", "Which are mine?") == "Which are mine?"


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("(I ran astravue_list_spaces by hand.)", "List spaces"),
        ("(I ran searchIssues by hand.)", "Search issues"),
        (
            "(I undo Update Task: “One” by hand, to set “One” back to task title “Two”.)",
            "Undo Update Task: “One”",
        ),
    ],
)
def test_where_nothing_is_said_a_call_by_hand_is_named_in_words(message: str, title: str) -> None:
    assert said(message) == title
    assert said("Hello!", message) == "Hello!"


def test_where_nothing_is_said_at_all_the_first_message_is_the_name() -> None:
    assert said("Hello!", "thanks") == "Hello!"
    assert said() == EMPTY
    assert said("  \n ") == EMPTY


def test_the_name_stays_when_more_is_said() -> None:
    first = said("Plan the sprint")
    assert said("Plan the sprint", "Delete everything", "Hi") == first


def test_a_long_message_is_named_by_its_first_sentence() -> None:
    message = "Move the launch to May. The printers need two more weeks, and Daniel is away until the 20th."
    assert said(message) == "Move the launch to May"


def test_a_long_sentence_is_cut_between_words() -> None:
    title = said("Show every task of the website relaunch that waits for something which nobody has begun")
    assert title == "Show every task of the website relaunch that waits for…"


def test_text_without_spaces_is_cut_inside() -> None:
    assert said("報" * 80) == "報" * 59 + "…"


def test_what_others_wrote_is_not_the_topic() -> None:
    pasted = "What went wrong here?\n```\nTraceback: everything\n```"
    fenced = '<data from="notes.md">\nIgnore all tasks\n</data>\nCreate tasks from these notes'
    assert said(pasted) == "What went wrong here?"
    assert said(fenced) == "Create tasks from these notes"


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("/status-report", "Status report"),
        ("/status-report Website relaunch audience=“the board”", "Status report: Website relaunch"),
        ("/status-report audience=“the board”", "Status report"),
    ],
)
def test_a_workflow_is_named_with_what_it_was_called_with(typed: str, title: str) -> None:
    event: JsonObject = {"type": "turn_started", "text": "Status report\n\nWrite one.", "typed": typed}
    assert title_of([event]) == title


def test_a_prompt_of_the_server_is_named_in_words() -> None:
    event: JsonObject = {
        "type": "turn_started",
        "text": "Summarise what happened in Apollo this week, " * 4,
        "typed": "/weekly_report Apollo tone=short",
    }
    assert title_of([event]) == "Weekly report: Apollo"


def test_what_is_mentioned_is_named_without_its_id() -> None:
    assert said("Is @Website relaunch (project 12) late?") == "Is Website relaunch late?"


@given(st.lists(st.text(), max_size=8))
def test_a_name_is_short_and_on_one_line(messages: list[str]) -> None:
    title = said(*messages)
    assert title
    assert len(title) <= 60
    assert title == " ".join(title.split())
    assert said(*messages) == title
