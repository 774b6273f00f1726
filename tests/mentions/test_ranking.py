"""How well what is typed fits a name."""

import pytest

from agent.mentions.ranking import best, rank


@pytest.mark.parametrize(
    ("typed", "name", "title"),
    [
        ("astravue_list", "astravue_list_projects", ""),
        ("projects", "astravue_list_projects", ""),
        ("list pro", "astravue_list_projects", "List projects"),
        ("roject", "astravue_list_projects", ""),
        ("alp", "astravue_list_projects", ""),
        ("pro list", "astravue_list_projects", ""),
        ("über", "uebersicht", "Überfällige Aufgaben"),
    ],
)
def test_beginnings_words_parts_and_initials_fit(typed: str, name: str, title: str) -> None:
    assert rank(typed, name, title) is not None


@pytest.mark.parametrize("typed", ["xyz", "projectz", "pl", "list task"])
def test_what_is_no_part_does_not_fit(typed: str) -> None:
    assert rank(typed, "astravue_list_projects", "List projects") is None


def test_a_beginning_goes_before_a_word_and_a_word_before_a_part() -> None:
    names = ["undertask", "list_tasks", "tasks", "task_list"]
    assert best("task", names, lambda name: (name, "")) == ["tasks", "task_list", "list_tasks", "undertask"]


def test_nothing_typed_keeps_the_order() -> None:
    assert best("", ["b", "a", "c"], lambda name: (name, ""), most=2) == ["b", "a"]
