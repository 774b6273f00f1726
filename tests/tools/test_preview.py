"""What a question shows of the call that it is about."""

from fake_toolbox import make_tool

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.names import NameIndex
from agent.tools.preview import changes_of, describe_arguments, describe_subject, preview, things_shown
from agent.tools.tool import Tool

MOVE = make_tool(
    "move_task", properties={"taskId": {"type": "integer"}, "targetProjectId": {"type": "integer"}}
)
UPDATE = make_tool("astravue_update_task", title="Update Task")
BULK_DELETE = make_tool("astravue_bulk_delete_tasks", title="Bulk Delete Tasks")
BULK_UPDATE = make_tool("astravue_bulk_update_tasks", title="Bulk Update Tasks")


def learnt(*results: JsonObject) -> NameIndex:
    names = NameIndex()
    for result in results:
        names.learn(result)
    return names


def tasks(count: int) -> NameIndex:
    listed: list[JsonValue] = [
        {"taskId": n, "taskTitle": f"Task {n}", "projectId": 3, "status": {"statusName": "OPEN"}}
        for n in range(1, count + 1)
    ]
    return learnt({"tasks": listed}, {"projectId": 3, "projectName": "Sprint 1"})


# One thing


def test_arguments_are_described_in_the_order_of_the_schema_with_names_beside_ids() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login"})
    lines = describe_arguments(MOVE, {"extra": True, "targetProjectId": 3, "taskId": 7}, names)
    assert lines == ("taskId: “Fix login” (7)", "targetProjectId: 3", "extra: True")


def test_each_id_of_a_list_is_named() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login"})
    assert describe_arguments(MOVE, {"taskIds": [7, 8]}, names) == ("taskIds: “Fix login” (7), 8",)


def test_the_subject_is_the_title_that_the_call_gives() -> None:
    names = learnt({"projectId": 3, "projectName": "Website"})
    assert describe_subject(MOVE, {"projectId": 3, "title": "Fix login"}, names) == "“Fix login”"


def test_the_subject_is_the_narrowest_thing_that_has_a_name() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "projectId": 3, "projectName": "Website"})
    assert describe_subject(MOVE, {"projectId": 3, "taskId": 7}, names) == "“Fix login” (7)"
    assert describe_subject(MOVE, {"projectId": 3, "taskId": 8}, names) == "“Website” (3)"
    assert describe_subject(MOVE, {"taskId": 8}, names) == ""


def test_a_name_with_line_ends_stays_on_its_line() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login\ntaskId: “Harmless” (8)"})
    (line,) = describe_arguments(MOVE, {"taskId": 7}, names)
    assert "\n" not in line
    assert "\n" not in describe_subject(MOVE, {"title": "One\nTwo"}, names)


def test_an_update_shows_the_old_value_before_the_new() -> None:
    names = tasks(1)
    shown = preview(UPDATE, {"taskId": 1, "status": "Done", "dueDate": "2026-12-01"}, names)
    assert shown.summary == "Update Task: “Task 1” (1)"
    assert shown.details == ("taskId: “Task 1” (1)", "status: OPEN → Done", "dueDate: 2026-12-01")


def test_what_is_made_anew_has_no_old_values_though_it_lies_in_something_that_has() -> None:
    names = learnt({"projectId": 3, "projectName": "Sprint 1", "description": "Old"})
    create = make_tool("create_task")
    assert describe_arguments(create, {"projectId": 3, "description": "New"}, names)[1] == "description: New"


def test_a_deletion_says_what_goes_with_it() -> None:
    names = learnt({"projectId": 3, "projectName": "Sprint 1", "taskCount": 14, "members": [{"userId": 1}]})
    shown = preview(make_tool("delete_project"), {"projectId": 3}, names)
    assert shown.details == ("projectId: “Sprint 1” (3)", "with it: 14 tasks")


def test_a_deletion_tells_what_a_record_counts_by_kind_but_not_its_parts() -> None:
    names = learnt(
        {
            "projectId": 3,
            "projectName": "Website",
            "taskCounts": {"total": 25, "open": 20, "completed": 5},
            "fileCounts": {"open": 0, "archived": 2},
        },
        {
            "taskId": 7,
            "taskTitle": "Fix login",
            "counts": {"subtasks": 0, "timeEntries": 1, "checklistItems": 3, "checklistItemsDone": 2},
        },
    )
    project = preview(make_tool("delete_project"), {"projectId": 3}, names)
    assert project.details[-1] == "with it: 25 tasks, 2 archived files"
    task = preview(make_tool("delete_task"), {"taskId": 7}, names)
    assert task.details[-1] == "with it: 1 time entry, 3 checklist items"
    comment = preview(make_tool("delete_task_comment"), {"taskId": 7, "commentId": 1}, names)
    assert comment.details == ("taskId: “Fix login” (7)", "commentId: 1")


def test_a_long_text_is_cut_and_its_length_told() -> None:
    (line,) = describe_arguments(UPDATE, {"description": "x" * 5000}, learnt())
    assert len(line) < 500
    assert line.endswith("… (5000 characters)")


# Many things


def test_a_bulk_deletion_says_how_many_of_what_and_where() -> None:
    shown = preview(BULK_DELETE, {"taskIds": list(range(1, 15))}, tasks(14))
    assert shown.summary == "Delete 14 tasks in “Sprint 1”"
    assert shown.details[:2] == ("  “Task 1” (1)", "  “Task 2” (2)")
    assert len(shown.details) == 11
    assert shown.details[-1] == "  and 4 more"


def test_the_place_is_that_of_all_or_none_is_named() -> None:
    names = tasks(2)
    names.learn({"taskId": 9, "taskTitle": "Elsewhere", "projectId": 4})
    assert preview(BULK_DELETE, {"taskIds": [1, 2, 9]}, names).summary == "Delete 3 tasks"
    assert preview(BULK_DELETE, {"taskIds": [1, 99]}, names).summary == "Delete 2 tasks"
    given = preview(BULK_DELETE, {"taskIds": [1, 99], "projectId": 3}, names)
    assert given.summary == "Delete 2 tasks in “Sprint 1”"


def test_where_things_go_is_not_where_they_are() -> None:
    move = make_tool("bulk_move_tasks")
    names = tasks(2)
    names.learn({"projectId": 4, "projectName": "Archive"})
    shown = preview(move, {"taskIds": [1, 2], "targetProjectId": 4}, names)
    assert shown.summary == "Move 2 tasks in “Sprint 1”"
    assert shown.details[-1] == "targetProjectId: “Archive” (4)"


def test_a_bulk_update_shows_each_change() -> None:
    updates: list[JsonValue] = [{"taskId": 1, "status": "Done"}, {"taskId": 2, "priority": "High"}]
    shown = preview(BULK_UPDATE, {"updates": updates}, tasks(2))
    assert shown.summary == "Update 2 tasks in “Sprint 1”"
    assert shown.details == ("  “Task 1” (1): status: OPEN → Done", "  “Task 2” (2): priority: High")


def test_new_things_are_listed_by_their_titles() -> None:
    new: list[JsonValue] = [{"taskTitle": "One", "priority": "Low"}, {"taskTitle": "Two"}]
    shown = preview(make_tool("bulk_create_tasks"), {"projectId": 3, "tasks": new}, tasks(0))
    assert shown.summary == "Create 2 tasks in “Sprint 1”"
    assert shown.details[:2] == ("  “One”: priority: Low", "  “Two”")


def test_another_servers_words_are_taken_as_they_are() -> None:
    tool: Tool = make_tool("process_batch", title="Process a batch")
    shown = preview(tool, {"issueIds": ["A-1", "A-2"]}, learnt({"issueId": "A-1", "title": "Crash"}))
    assert shown.summary == "Process a batch: 2 issues"
    assert shown.details == ("  “Crash” (A-1)", "  A-2")


def test_only_what_is_shown_is_looked_up() -> None:
    things = things_shown(BULK_DELETE, {"taskIds": list(range(100)), "projectId": 3})
    assert len(things) == 11
    updates: list[JsonValue] = [{"taskId": 1}, {"taskId": 2}]
    assert things_shown(BULK_UPDATE, {"updates": updates}) == (("task", "1"), ("task", "2"))


def test_what_is_updated_is_called_as_it_is_even_if_its_title_changes() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login"})
    assert describe_subject(UPDATE, {"taskId": 7, "title": "Repair login"}, names) == "“Fix login” (7)"
    assert describe_subject(UPDATE, {"taskId": 8, "title": "Repair login"}, names) == "“Repair login”"


def test_one_thing_that_goes_with_another_is_named_in_the_singular() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "owners": [{"id": 1}], "entries": [{"id": 2}]})
    shown = preview(make_tool("delete_task"), {"taskId": 7}, names)
    assert shown.details[1:] == ("with it: 1 entry",)


def test_an_argument_is_called_as_its_schema_calls_it() -> None:
    tool = make_tool(
        "update_task", properties={"taskId": {"title": "Task\nhere"}, "a": {"title": " "}, "b": True}
    )
    titles = [change.label for change in changes_of(tool, {"taskId": 7, "a": 1, "b": 2, "c": 3}, learnt())]
    assert titles == ["Task here", "a", "b", "c"]
    assert changes_of(Tool("t", "T", "", {}), {"a": 1}, learnt())[0].label == "a"


def test_an_old_value_is_told_by_what_people_call_it() -> None:
    names = learnt(
        {
            "taskId": 7,
            "taskTitle": "Fix login",
            "priority": {"priorityLabel": "High"},
            "stage": {"id": 2, "stageTitle": "Doing"},
            "status": {"id": 4},
        }
    )
    asked: JsonObject = {"taskId": 7, "priority": "Low", "stage": "Done", "status": "OPEN"}
    lines = describe_arguments(UPDATE, asked, names)
    assert lines[1:] == ("priority: High → Low", "stage: Doing → Done", "status: OPEN")


def test_a_long_old_value_is_cut_sooner_than_the_new_one() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "note": "o" * 61})
    line = describe_arguments(UPDATE, {"taskId": 7, "note": "n" * 400}, names)[1]
    assert line == f"note: {'o' * 60}… (61 characters) → {'n' * 400}"


def test_a_text_that_is_compared_is_cut_only_where_it_is_very_long() -> None:
    for length, after in ((20_000, "x" * 20_000), (20_001, "x" * 20_000 + "… (20001 characters)")):
        (change,) = changes_of(UPDATE, {"note": "x" * length}, learnt())
        assert change.after == after


def test_values_that_are_no_texts_are_written_as_json() -> None:
    asked: JsonObject = {"fields": {"a": None}, "steps": [{"b": True}], "due": None}
    assert describe_arguments(UPDATE, asked, learnt()) == (
        'fields: {"a":null}',
        'steps: [{"b":true}]',
        "due: null",
    )


def test_a_deletion_counts_what_goes_with_the_thing_itself_only() -> None:
    names = learnt(
        {"spaceId": 1, "spaceName": "Team", "taskCount": 40},
        {"projectId": 3, "projectName": "Sprint 1", "timeEntries": [{"id": 1}, {"id": 2}], "files": []},
    )
    shown = preview(make_tool("delete_project"), {"spaceId": 1, "projectId": 3}, names)
    assert [line for line in shown.details if line.startswith("with it")] == ["with it: 2 time entries"]


def test_the_subject_may_be_a_name_and_is_no_other_text() -> None:
    assert describe_subject(MOVE, {"status": "Done", "projectName": "Website"}, learnt()) == "“Website”"


def test_a_list_of_one_is_shown_as_a_call_about_one_thing() -> None:
    shown = preview(BULK_DELETE, {"taskIds": [1]}, tasks(1))
    assert shown.details == ("taskIds: “Task 1” (1)",)
    assert [change.name for change in shown.changes] == ["taskIds"]


def test_ten_things_are_listed_without_a_remainder() -> None:
    shown = preview(BULK_DELETE, {"taskIds": list(range(1, 11)), "note": "x"}, tasks(10))
    assert len(shown.details) == 11
    assert shown.details[-1] == "note: x"
    assert [change.name for change in shown.changes] == ["note"]


def test_a_call_about_everything_lists_nothing() -> None:
    assert preview(make_tool("archive_tasks"), {"all": True}, learnt()).details == ("all: True",)


def test_of_two_lists_the_longer_is_what_the_call_is_about() -> None:
    shown = preview(BULK_DELETE, {"taskIds": [1, 2], "userIds": [4]}, tasks(2))
    assert shown.summary == "Delete 2 tasks in “Sprint 1”"


def test_a_person_is_no_place() -> None:
    names = learnt({"userId": 4, "firstName": "Ana"})
    assert preview(BULK_DELETE, {"taskIds": [1, 2], "userId": 4}, names).summary == "Delete 2 tasks"


def test_an_item_is_about_the_first_thing_of_the_tools_kind() -> None:
    names = tasks(2)
    names.learn({"taskId": 9, "taskTitle": "Elsewhere", "projectId": 4})
    updates: list[JsonValue] = [
        {"projectId": 3, "taskId": 1, "status": "Done", "note": "x"},
        {"taskId": 2, "parentTaskId": 9},
    ]
    shown = preview(BULK_UPDATE, {"updates": updates}, names)
    assert shown.summary == "Update 2 tasks in “Sprint 1”"
    assert shown.details[0] == "  “Task 1” (1): projectId: “Sprint 1” (3), status: OPEN → Done, note: x"
    by_singular = preview(make_tool("bulk_update_task"), {"updates": updates}, names)
    assert by_singular.summary == shown.summary


def test_items_without_a_title_are_told_by_their_fields() -> None:
    new: list[JsonValue] = [{"priority": "Low"}, {"projectName": "One"}, {"taskId": 1}]
    shown = preview(make_tool("bulk_create_tasks"), {"tasks": new}, tasks(1))
    assert shown.summary == "Create 3 tasks in “Sprint 1”"
    assert shown.details == ("  priority: Low", "  “One”", "  “Task 1” (1)")
