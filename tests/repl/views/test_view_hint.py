from datetime import UTC

from agent.jsontypes import JsonValue
from agent.repl.views.hint import ViewHint
from agent.repl.views.sources import newest_list
from tests.records.record_samples import ENTRIES, LATE_TASK, TASKS

SPACES: JsonValue = {"spaces": [{"spaceId": 5, "spaceName": "Office"}, {"spaceId": 6, "spaceName": "Web"}]}


def tell(*turns: list[JsonValue]) -> str:
    """What is told at the end of the newest of some turns."""
    hint = ViewHint(lambda: turns)
    for result in turns[0] if turns else ():
        hint.take(result)
    return hint.tell()


def test_it_is_told_once_how_tasks_can_be_looked_at() -> None:
    hint = ViewHint(lambda: [[TASKS]])
    assert hint.tell() == ""
    hint.take(TASKS)
    assert hint.tell() == "/table, /board and /timeline draw these 4 tasks."
    hint.take(TASKS)
    assert hint.tell() == ""


def test_time_has_bars() -> None:
    assert tell([ENTRIES]) == "/table and /hours draw these 3 time entries."


def test_each_command_is_named_with_what_it_draws() -> None:
    assert tell([ENTRIES, TASKS]) == (
        "/table and /hours draw these 3 time entries; /board and /timeline draw these 4 tasks."
    )
    assert tell([{"tasks": [LATE_TASK]}, ENTRIES]) == "/hours draws these 3 time entries."


def test_what_was_read_on_the_way_to_tasks_is_not_what_a_table_draws() -> None:
    assert tell([SPACES, TASKS, SPACES]) == "/table, /board and /timeline draw these 4 tasks."
    records = newest_list([[SPACES, TASKS, SPACES]], UTC)
    assert records is not None
    assert len(records.tasks) == 4


def test_a_later_turn_goes_before_an_earlier_one() -> None:
    records = newest_list([["text"], [SPACES], [TASKS]])
    assert records is not None
    assert records.noun == "spaces"
    assert tell([SPACES], [TASKS]) == ""


def test_there_is_nothing_to_tell_of_a_single_task_or_of_other_things() -> None:
    values: tuple[JsonValue, ...] = (
        {"tasks": [LATE_TASK]},
        {"tags": [{"tagId": 1}, {"tagId": 2}]},
        None,
        "text",
    )
    for value in values:
        assert tell([value]) == ""
    assert tell() == ""
