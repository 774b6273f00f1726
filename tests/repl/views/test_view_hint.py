from agent.jsontypes import JsonValue
from agent.repl.views.hint import ViewHint
from tests.repl.views.view_samples import ENTRIES, LATE_TASK, TASKS


def test_it_is_told_once_how_tasks_can_be_looked_at() -> None:
    hint = ViewHint()
    assert hint.tell() == ""
    hint.take(TASKS)
    assert hint.tell() == "/table, /board and /timeline draw these 4 tasks."
    hint.take(TASKS)
    assert hint.tell() == ""


def test_time_has_bars() -> None:
    hint = ViewHint()
    hint.take(ENTRIES)
    assert hint.tell() == "/table and /hours draw these 3 time entries."


def test_there_is_nothing_to_tell_of_a_single_task_or_of_other_things() -> None:
    hint = ViewHint()
    values: tuple[JsonValue, ...] = (
        {"tasks": [LATE_TASK]},
        {"tags": [{"tagId": 1}, {"tagId": 2}]},
        None,
        "text",
    )
    for value in values:
        hint.take(value)
    assert hint.tell() == ""
