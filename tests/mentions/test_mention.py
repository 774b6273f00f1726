"""How a mention is written, and read."""

import pytest

from agent.mentions.mention import Mention, read_mentions, shown_name, without_ids, without_mentions

WEBSITE = Mention("project", "12", "Website relaunch")


def test_a_mention_says_the_name_the_kind_and_the_id() -> None:
    assert WEBSITE.text == "@Website relaunch (project 12)"


def test_mentions_are_found_in_a_message_in_their_order() -> None:
    said = f"Give {WEBSITE.text} to @Ana López (user 7f-3), please (soon)"
    assert read_mentions(said) == (WEBSITE, Mention("user", "7f-3", "Ana López"))
    assert without_ids(said) == "Give Website relaunch to Ana López, please (soon)"
    assert without_mentions(said) == "Give   to  , please (soon)"


@pytest.mark.parametrize(
    "said", ["alex@demo (task 7)", "@home", "@Website (relaunch)", "@a\nb (task 7)", "@ (a b)"]
)
def test_what_only_looks_like_one_is_left_alone(said: str) -> None:
    assert read_mentions(said) == ()
    assert without_ids(said) == said


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Fix\n  login", "Fix login"),
        ("Mail eve@evil.example", "Mail eve evil.example"),
        ("Pay (task 9) now", "Pay [task 9] now"),
        ("x" * 90, "x" * 79 + "…"),
    ],
)
def test_a_name_cannot_begin_or_end_a_mention(name: str, shown: str) -> None:
    assert shown_name(name) == shown
    assert read_mentions(Mention("task", "1", shown).text) == (Mention("task", "1", shown),)
