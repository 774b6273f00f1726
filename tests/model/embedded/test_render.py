"""Results as Markdown."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.model.embedded.dialogue import Result
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.render import Telling, tell
from evals.embedded.functions import load_functions

SIGNATURES = {signature.tool: signature for signature in read_signatures(load_functions())}
NOW = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Europe/Berlin"))

ENTRY: JsonObject = {"timerId": 7, "taskId": 5, "taskTitle": "Fix"}


def told(tool: str, structured: JsonValue, arguments: JsonObject | None = None, text: str = "") -> str:
    result = Result(f"astravue_{tool}", arguments or {}, text, False, structured)
    return tell(Telling(SIGNATURES[tool], arguments or {}, result, (), NOW))


def test_a_list_is_counted_and_shown_as_a_table() -> None:
    spaces: JsonValue = {"spaces": [{"spaceId": 1, "spaceName": "Product"}], "total": 1}
    assert told("list_spaces", spaces) == ("**1 space**\n\n| Id | Space |\n| --- | --- |\n| 1 | Product |")


def test_an_empty_list_says_so() -> None:
    assert told("list_overdue_tasks", {"tasks": [], "total": 0}) == "No overdue tasks."
    assert told("find_tasks", {"tasks": []}, {"keyword": "x"}) == "No tasks found for “x”."


def test_a_page_of_a_longer_list_says_how_many_there_are() -> None:
    tasks: list[JsonValue] = [{"taskId": 1, "taskTitle": "One"}]
    assert told("list_overdue_tasks", {"tasks": tasks, "total": 70, "hasMore": True}).startswith(
        "**70 overdue tasks**, of which the first 1 are shown"
    )


def test_an_envelope_is_taken_off() -> None:
    inner: JsonValue = {"spaces": [{"spaceId": 1, "spaceName": "Product"}]}
    assert "| 1 | Product |" in told("list_spaces", {"success": True, "code": 200, "data": inner})


def test_cells_cannot_break_the_table() -> None:
    spaces: JsonValue = {"spaces": [{"spaceId": 1, "spaceName": "A | B\nC"}]}
    assert told("list_spaces", spaces).endswith("| 1 | A \\| B C |")


def test_times_are_the_users_and_durations_are_words() -> None:
    entry: JsonValue = {
        "timerId": 7,
        "taskTitle": "Fix",
        "startTime": "2026-11-23T08:00:00Z",
        "endTime": "2026-11-23T09:30:00Z",
        "duration": 5_400_000,
        "billable": True,
    }
    assert told("get_active_timers", {"timers": [entry]}).endswith(
        "| 7 | Fix | 2026-11-23 09:00 | 2026-11-23 10:30 | 1 h 30 min | yes |"
    )


def test_groups_are_shown_one_by_one_with_their_totals() -> None:
    report: JsonValue = {
        "groupBy": "member",
        "groups": [
            {
                "userId": 1,
                "firstName": "Priya",
                "lastName": "Sharma",
                "entries": [{"timerId": 7, "taskTitle": "Fix", "duration": 3_600_000}],
                "billable": 0,
                "nonBillable": 3_600_000,
                "total": 3_600_000,
            }
        ],
    }
    answer = told("get_timesheet_report", report)
    assert (
        "**Priya Sharma**: Billable duration 0 min, Non billable duration 1 h, Total duration 1 h" in answer
    )
    assert "| 7 | Fix | 1 h |" in answer


def test_one_object_is_a_table_of_its_facts() -> None:
    project: JsonValue = {
        "projectId": 21,
        "projectName": "Website",
        "spaceId": 1,
        "spaceName": "Product",
        "taskCounts": {"total": 3, "overdue": 1},
        "health": None,
    }
    assert told("get_project", project).splitlines() == [
        "**Website** (#21)",
        "",
        "|  |  |",
        "| --- | --- |",
        "| Project name | Website |",
        "| Space name | Product |",
        "| Task counts | total 3, overdue 1 |",
    ]


@pytest.mark.parametrize(
    ("tool", "arguments", "structured", "sentence"),
    [
        ("delete_task", {"taskId": 5}, {"deleted": True, "taskTitle": "Fix"}, "Deleted the task"),
        ("stop_timer", {}, ENTRY | {"duration": 60_000}, "Stopped the timer (1 min) on"),
        ("log_manual_time", {"taskId": 5}, ENTRY | {"duration": 60_000}, "Logged time (1 min) on"),
        ("start_timer", {"taskId": 5}, ENTRY, "Started the timer on"),
    ],
)
def test_a_write_is_a_sentence(
    tool: str, arguments: JsonObject, structured: JsonValue, sentence: str
) -> None:
    assert told(tool, structured, arguments).startswith(sentence)
    assert "#5" in told(tool, structured, arguments)


def test_text_without_structure_is_shown_as_it_is() -> None:
    assert told("get_task_counts", None, text="You have 3 tasks.") == "You have 3 tasks."
    assert told("get_task_counts", None) == "Done."


def test_numbers_of_one_object_are_not_taken_for_durations() -> None:
    answer = told("get_task_counts", {"total": 12, "pending": 7, "completed": 5, "overdue": 2})
    assert "| Total | 12 |" in answer


TASK: JsonObject = {"taskId": 5, "taskTitle": "Fix"}


@pytest.mark.parametrize(
    ("tool", "structured", "sentence"),
    [
        (
            "create_checklist_item",
            TASK | {"checklistItemId": 8, "title": "Proofread", "completed": False},
            "Created the checklist item **Proofread** (#8) on **Fix** (#5).",
        ),
        (
            "update_checklist_item",
            TASK | {"checklistItemId": 8, "title": "Proofread", "completed": True},
            "Updated the checklist item **Proofread** (#8) on **Fix** (#5). It is done.",
        ),
        (
            "delete_attachment",
            TASK | {"deleted": True, "attachmentId": 3, "fileName": "a.png"},
            "Deleted the attachment **a.png** (#3) from **Fix** (#5).",
        ),
        (
            "add_dependency",
            TASK | {"dependencyId": 4, "dependsOnTaskId": 6, "dependsOnTaskTitle": "Draft"},
            "**Fix** (#5) now waits for **Draft** (#6).",
        ),
        (
            "remove_dependency",
            TASK | {"removed": True, "dependsOnTaskId": 6, "dependsOnTaskTitle": "Draft"},
            "**Fix** (#5) no longer waits for **Draft** (#6).",
        ),
        (
            "set_custom_field_value",
            TASK | {"fieldId": 9, "fieldName": "Sponsor", "value": "Acme"},
            "Set **Sponsor** of **Fix** (#5) to Acme.",
        ),
        (
            "delete_task_status",
            {"deleted": True, "taskStatusId": 3, "statusName": "Waiting", "movedTasks": 2},
            "Deleted the status **Waiting** (#3). 2 tasks moved to another status.",
        ),
        ("mark_notification_read", {"marked": 1, "unread": 0}, "Marked 1 notification as read."),
    ],
)
def test_what_hangs_on_a_task_is_told_with_its_task(tool: str, structured: JsonObject, sentence: str) -> None:
    assert told(tool, structured) == sentence


def test_a_tag_is_told_with_the_task_that_got_it() -> None:
    tag: JsonObject = {"tagId": 1, "tagName": "red"}
    answer = told("add_tag_to_task", {**TASK, "tag": tag, "added": True})
    assert answer.startswith("Put the tag **red** on **Fix** (#5).")


def test_dependencies_are_a_table_of_who_waits_for_whom() -> None:
    link: JsonObject = TASK | {
        "dependencyId": 4,
        "relation": "BLOCKED_BY",
        "dependsOnTaskTitle": "Draft",
        "blocking": True,
    }
    answer = told("list_dependencies", {"dependencies": [link], "total": 1, "taskId": 5})
    assert answer.endswith("| 4 | blocked by | Fix | Draft | yes |")
    assert answer.startswith("**1 dependency**")


def test_tasks_in_groups_are_shown_group_by_group() -> None:
    groups: list[JsonValue] = [
        {"key": "overdue", "title": "Overdue", "total": 0, "tasks": []},
        {
            "key": "later",
            "title": "Later",
            "total": 40,
            "tasks": [TASK | {"dueDate": "2026-12-01T00:00:00Z"}],
        },
    ]
    answer = told("preview_my_tasks", {"view": "my-tasks", "groups": groups, "total": 40, "shown": 1})
    assert "**My tasks: 40**" in answer
    assert "**Overdue**: 0" in answer
    assert "**Later**: 40, of which the first 1 are shown" in answer
    assert "| 5 | Fix | 2026-12-01 |" in answer


def test_sizes_are_told_in_their_unit() -> None:
    file: JsonObject = {"attachmentId": 3, "fileName": "a.png", "size": 2_500_000}
    assert told("list_attachments", {"attachments": [file], "total": 1}).endswith("| 3 | a.png | 2.5 MB |")
