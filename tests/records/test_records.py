import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.records.records import Task, count, label_of, read_records
from tests.records.record_samples import ENTRIES, LATE_TASK, NEXT_TASK, TASKS, TODAY, person, records


def test_a_task_is_read_by_the_names_of_its_fields() -> None:
    first = records(TASKS).tasks[0]
    assert (first.title, first.id, first.priority) == ("Sign the lease for the new office", "1", "High")
    assert (first.people, first.project) == (("Alex Morgan", "Daniel Reed"), "Office move")
    assert first.status is not None
    assert (first.status.name, first.is_done, first.is_late(TODAY)) == ("IN-PROGRESS", False, True)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # GitHub's issues.
        (
            {"number": 7, "title": "Fix it", "state": "open", "assignees": [{"name": "Ada"}]},
            ("Fix it", "7", "open", ("Ada",), ""),
        ),
        # ClickUp: milliseconds as text, a status as an object.
        (
            {
                "id": "abc",
                "name": "Fix it",
                "status": {"status": "review", "label": "In review", "orderindex": 2},
                "due_date": "1763942400000",
                "list": {"name": "Sprint"},
            },
            ("Fix it", "abc", "In review", (), "2025-11-24"),
        ),
        # Todoist: no status, but whether it is done.
        (
            {"id": "9", "content": "Fix it", "is_completed": False, "due": {"date": "2026-11-30"}},
            ("Fix it", "9", "To do", (), "2026-11-30"),
        ),
    ],
)
def test_tasks_of_other_servers_are_read_too(
    row: JsonObject, expected: tuple[str, str, str, tuple[str, ...], str]
) -> None:
    read = records({"issues": [row]}).tasks[0]
    state = read.status.name if read.status else ""
    assert (read.title, read.id, state, read.people, str(read.due or "")) == expected


def test_a_plain_list_of_things_with_a_title_a_status_and_a_date_is_tasks() -> None:
    assert records([{"id": 1, "title": "a", "status": "open", "due": "2026-11-30"}]).tasks


def test_tasks_in_groups_are_one_list_and_each_is_there_once() -> None:
    found = records({"groups": [{"title": "Late", "tasks": [LATE_TASK]}, {"tasks": [LATE_TASK, NEXT_TASK]}]})
    assert [task.id for task in found.tasks] == ["1", "2"]


def test_an_envelope_is_looked_into_and_counts_what_the_server_has() -> None:
    found = records({"success": True, "data": {"tasks": [LATE_TASK], "total": 240}})
    assert (len(found.tasks), found.total, found.left_out) == (1, 240, 239)


@pytest.mark.parametrize(
    ("value", "noun"),
    [
        (
            {"projects": [{"projectId": 1, "projectName": "A", "status": "Open", "dueDate": "2026-11-30"}]},
            "projects",
        ),
        ({"members": [person("Alex", "Morgan")]}, "members"),
        (
            {"notifications": [{"notificationId": 3, "message": "m", "taskId": 1, "taskTitle": "t"}]},
            "notifications",
        ),
        ({"statusGroups": [{"statusCategory": "OPEN"}]}, "status groups"),
    ],
)
def test_what_is_no_task_is_no_task(value: JsonValue, noun: str) -> None:
    found = records(value)
    assert (found.noun, found.tasks, found.entries) == (noun, (), ())


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        3,
        [],
        {},
        {"tasks": []},
        {"projectId": 1, "projectName": "A", "members": [person("A", "B")]},
    ],
)
def test_what_holds_no_list_of_its_own_holds_no_records(value: JsonValue) -> None:
    assert read_records(value) is None


def test_a_timesheet_is_time_entries_although_it_has_groups() -> None:
    found = records({"groups": [{"userId": 1, "entries": ENTRIES["timeEntries"]}], "totals": {"total": 1}})
    assert (found.noun, len(found.entries)) == ("time entries", 3)


def test_the_statuses_that_a_result_lists_are_its_workflow() -> None:
    listed: JsonObject = {"statuses": [{"statusName": "Idea"}, {"statusName": "Built"}], "tasks": [LATE_TASK]}
    assert [each.name for each in records(listed).workflow] == ["Idea", "Built"]


def test_control_characters_of_a_server_are_gone() -> None:
    hostile = {**LATE_TASK, "taskTitle": "safe\x1b[2J \u202ereversed", "projectName": "a\nb"}
    read = records({"tasks": [hostile]}).tasks[0]
    assert (read.title, read.project) == ("safe reversed", "a b")


def test_what_is_done_is_never_late() -> None:
    done = records(TASKS).tasks[2]
    assert done.is_done
    assert not done.is_late(TODAY)
    assert not Task("undated").is_late(TODAY)


@pytest.mark.parametrize(
    ("value", "label"),
    [("a\nb", "a b"), (2, "2"), (1.5, "1.5"), (True, ""), ({"name": "N"}, "N"), (None, "")],
)
def test_a_label_is_what_a_field_says_in_short(value: JsonValue, label: str) -> None:
    assert label_of(value) == label


def test_a_number_goes_with_its_noun() -> None:
    assert [count(1, "tasks"), count(2, "tasks"), count(1, "time entries")] == [
        "1 task",
        "2 tasks",
        "1 time entry",
    ]
