"""Which of several names the user means."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.embedded.matching import choose, is_mentioned, similarity

TITLES = ("Fix login redirect", "Draft the homepage copy", "Review the homepage copy", "Crash on start")
WORDS = st.text(string.ascii_lowercase, min_size=4, max_size=10)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Fix login redirect", "Fix login redirect"),
        ("the login redirect task", "Fix login redirect"),
        ("login", "Fix login redirect"),
        ("FIX LOGIN-REDIRECT!", "Fix login redirect"),
        ("crash at start", "Crash on start"),
        ("the crahs", "Crash on start"),
        ("homepage draft", "Draft the homepage copy"),
        ("reviewing the homepage copy", "Review the homepage copy"),
    ],
)
def test_words_find_their_title(words: str, title: str) -> None:
    index = choose(words, TITLES).index
    assert index is not None
    assert TITLES[index] == title


def test_words_that_fit_several_titles_find_none_and_name_them() -> None:
    match = choose("homepage copy", TITLES)
    assert match.index is None
    assert {TITLES[i] for i in match.candidates} == {"Draft the homepage copy", "Review the homepage copy"}


def test_two_things_of_the_same_name_are_not_told_apart() -> None:
    assert choose("Call Tom", ("Call Tom", "Call Tom")).index is None


def test_an_exact_name_wins_over_longer_ones() -> None:
    assert choose("Website", ("Website relaunch", "Website", "Website texts")).index == 1


def test_words_that_fit_nothing_find_nothing() -> None:
    assert choose("quarterly budget", TITLES).candidates == ()


def test_numbers_are_not_taken_for_each_other() -> None:
    assert choose("Sprint 2", ("Sprint 1", "Sprint 2", "Sprint 3")).index == 1


def test_what_a_request_mentions() -> None:
    assert is_mentioned("High", "a high-priority task")
    assert is_mentioned("Website relaunch", "in the website project")
    assert not is_mentioned("Summer fair", "in the website project")


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_name_is_most_similar_to_itself(words: list[str]) -> None:
    name = " ".join(words)
    assert similarity(name, name.upper()) == 1.0


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_lies_between_nothing_and_the_same(left: str, right: str) -> None:
    assert 0.0 <= similarity(left, right) <= 1.0


@given(st.lists(WORDS, min_size=2, max_size=6, unique=True), st.data())
def test_a_name_that_is_there_once_is_always_found(names: list[str], data: st.DataObject) -> None:
    wanted = data.draw(st.integers(0, len(names) - 1))
    assert choose(names[wanted], names).index == wanted


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=20))
def test_candidates_are_places_in_the_list(labels: list[str], words: str) -> None:
    match = choose(words, labels)
    assert all(0 <= index < len(labels) for index in match.candidates)
    assert match.index is None or match.index in match.candidates
