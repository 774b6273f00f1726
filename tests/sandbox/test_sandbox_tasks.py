"""What the tools of tasks, subtasks, comments and overdue work do."""

from typing import Any

import pytest
from sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    BEN,
    DANIEL,
    DRAFT_ANNOUNCEMENT,
    GRACE,
    LIVE_DEMO,
    MARKETING,
    MOBILE_APP,
    NINA,
    OPERATIONS,
    PRESS_RELEASE,
    PRIYA,
    PRODUCT,
    Q2_LAUNCH,
    SAM,
    SECURITY_REVIEW,
    TOM,
    WEBSITE,
    Workspace,
)

Q2 = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}


def titles(result: dict[str, Any]) -> list[str]:
    return [task["taskTitle"] for task in result["tasks"]]


def test_the_launch_project_has_fifteen_tasks_five_in_each_status(workspace: Workspace) -> None:
    result = workspace.call(ALEX, "list_project_tasks", **Q2)
    assert [task["taskId"] for task in result["tasks"]] == list(range(141298, 141313))
    names = [task["status"]["statusName"] for task in result["tasks"]]
    assert names == ["OPEN"] * 5 + ["IN-PROGRESS"] * 5 + ["COMPLETED"] * 5
    assert workspace.call(ALEX, "get_project", **Q2)["completion"] == 33


def test_a_task_shows_everything_that_the_api_promises(workspace: Workspace) -> None:
    task = workspace.call(ALEX, "get_task", taskId=PRESS_RELEASE)
    assert task["taskTitle"] == "Write the press release"
    assert task["status"]["statusCategory"] == "IN_PROGRESS"
    assert task["priority"]["priorityLabel"] == "High"
    assert task["owners"] == [
        {"userId": ALEX, "firstName": "Alex", "lastName": "Morgan", "email": "alex@demo.astravue.example"}
    ]
    assert task["tags"] == ["launch", "content"]
    assert (task["projectName"], task["spaceName"]) == ("Q2 launch", "ASTRAVUE MCP")
    assert task["startDate"] == "2026-06-03T09:00:00Z"
    assert task["dueDate"] == "2026-06-12T17:00:00Z"
    assert task["overdueDays"] == 3
    counts = {name: count for name, count in task["counts"].items() if count}
    assert counts == {"comments": 2, "timeEntries": 2}


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({"status": "in progress"}, 5),
        ({"status": "Completed", "priority": "HIGH"}, 2),
        ({"ownerId": ALEX}, 5),
        ({"tag": "Launch"}, 4),
        ({"dueBefore": "2026-06-15"}, 7),
        ({"dueAfter": "2026-06-15T00:00:00+00:00", "status": "open"}, 5),
    ],
)
def test_tasks_can_be_narrowed(workspace: Workspace, narrowed: dict[str, Any], count: int) -> None:
    assert workspace.call(ALEX, "list_project_tasks", **Q2, **narrowed)["total"] == count


def test_tasks_can_be_sorted_and_paged(workspace: Workspace) -> None:
    whole = workspace.call(ALEX, "list_project_tasks", **Q2, sortBy="dueDate", sortOrder="desc")
    dates = [task["dueDate"] for task in whole["tasks"]]
    assert dates == sorted(dates, reverse=True)
    paged: list[str] = []
    for page in (1, 2, 3):
        result = workspace.call(
            ALEX, "list_project_tasks", **Q2, sortBy="dueDate", sortOrder="desc", page=page, pageSize=6
        )
        paged += titles(result)
        assert result["hasMore"] is (page < 3)
    assert paged == titles(whole)
    assert titles(workspace.call(ALEX, "list_project_tasks", **Q2, page=0, pageSize=3)) == titles(
        workspace.call(ALEX, "list_project_tasks", **Q2, page=1, pageSize=3)
    )


def test_finding_looks_for_every_word_in_what_the_caller_sees(workspace: Workspace) -> None:
    assert titles(workspace.call(ALEX, "find_tasks", keyword="harbour kick-off")) == [
        "Harbour Foods: kick-off call"
    ]
    assert titles(workspace.call(ALEX, "find_tasks", keyword="100%")) == []
    assert workspace.call(ALEX, "find_tasks", keyword="sign lease")["total"] == 1
    assert workspace.call(SAM, "find_tasks", keyword="sign lease")["total"] == 0


def test_creating_a_task_reads_names_and_answers_with_objects(workspace: Workspace) -> None:
    task = workspace.call(
        ALEX,
        "create_task",
        **Q2,
        taskTitle="  Print the banner ",
        priority="high",
        status="in progress",
        owners=[PRIYA, PRIYA],
        dueDate="2026-06-20",
        startDate="2026-06-18T10:00:00+02:00",
        tags=["Print", "launch", "print"],
    )
    assert task["taskTitle"] == "Print the banner"
    assert task["priority"]["priorityLabel"] == "High"
    assert task["status"]["statusName"] == "IN-PROGRESS"
    assert [owner["userId"] for owner in task["owners"]] == [PRIYA]
    assert task["startDate"] == "2026-06-18T08:00:00Z"
    assert task["dueDate"] == "2026-06-20T00:00:00Z"
    assert sorted(task["tags"]) == ["Print", "launch"]
    assert task["createdBy"]["userId"] == ALEX
    assert task["createdTime"] == "2026-06-15T12:00:00Z"
    assert workspace.call(PRIYA, "get_task", taskId=task["taskId"])["taskTitle"] == "Print the banner"


def test_completing_and_reopening_moves_the_percentage(workspace: Workspace) -> None:
    done = workspace.call(ALEX, "update_task", taskId=PRESS_RELEASE, status="COMPLETED")
    assert done["completion"] == 100
    assert "overdueDays" not in done
    assert workspace.call(ALEX, "list_overdue_tasks")["total"] == 5
    assert workspace.call(ALEX, "update_task", taskId=PRESS_RELEASE, status="open")["completion"] == 0
    given = workspace.call(ALEX, "update_task", taskId=PRESS_RELEASE, status="completed", completion=90)
    assert given["completion"] == 90


def test_an_update_keeps_what_is_not_given(workspace: Workspace) -> None:
    before = workspace.call(ALEX, "get_task", taskId=PRESS_RELEASE)
    workspace.time.move(minutes=5)
    after = workspace.call(ALEX, "update_task", taskId=PRESS_RELEASE, priority="Critical", owners=[])
    assert after["priority"]["priorityLabel"] == "Critical"
    assert after["owners"] == []
    assert after["updateTime"] == "2026-06-15T12:05:00Z"
    for name in ("taskTitle", "description", "dueDate", "tags", "status"):
        assert after[name] == before[name]


@pytest.mark.parametrize(
    ("arguments", "field", "sentence"),
    [
        ({"taskTitle": "   "}, "taskTitle", "must not be blank"),
        ({"taskTitle": "x" * 256}, "taskTitle", "256 characters"),
        ({"taskTitle": "two\nlines"}, "taskTitle", "single line"),
        ({"taskTitle": "bell \x07"}, "taskTitle", "control characters"),
        ({"taskTitle": "half \ud800"}, "taskTitle", "control characters"),
        ({"taskTitle": 5}, "taskTitle", "must be text"),
        ({}, "taskTitle", "required"),
        ({"taskTitle": "x", "nonsense": 1}, "nonsense", "no such argument"),
        ({"taskTitle": "x", "dueDate": "2026-02-30"}, "dueDate", "exists"),
        ({"taskTitle": "x", "dueDate": "soon"}, "dueDate", "exists"),
        ({"taskTitle": "x", "dueDate": "9999-12-31"}, "dueDate", "between 1970 and 2200"),
        (
            {"taskTitle": "x", "startDate": "2026-07-02", "dueDate": "2026-07-01"},
            "startDate",
            "after dueDate",
        ),
        ({"taskTitle": "x", "status": "Blocked"}, "status", "OPEN, IN-PROGRESS, COMPLETED"),
        ({"taskTitle": "x", "priority": "urgent"}, "priority", "Low, Medium, High, Critical"),
        ({"taskTitle": "x", "owners": [999]}, "owners", "user ID 999"),
        ({"taskTitle": "x", "owners": [NINA]}, "owners", "astravue_add_project_member"),
        ({"taskTitle": "x", "owners": ["alex"]}, "owners[0]", "whole number"),
        ({"taskTitle": "x", "owners": [10**30]}, "owners[0]", "too large"),
        ({"taskTitle": "x", "completion": 101}, "completion", "not be above 100"),
        ({"taskTitle": "x", "tags": ["--"]}, "tags", "letter or digit"),
        ({"taskTitle": "x", "description": "y" * 20_001}, "description", "20001 characters"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(
    workspace: Workspace, arguments: dict[str, Any], field: str, sentence: str
) -> None:
    refusal = workspace.refusal(ALEX, "create_task", **Q2, **arguments)
    assert refusal.field == field
    assert refusal.message.startswith(f"{field}: ")
    assert sentence in refusal.message


def test_titles_with_sql_and_html_are_only_text(workspace: Workspace) -> None:
    title = "'); DROP TABLE tasks; -- <script>alert(1)</script>"
    task = workspace.call(ALEX, "create_task", **Q2, taskTitle=title)
    assert workspace.call(ALEX, "find_tasks", keyword="DROP TABLE")["tasks"][0]["taskTitle"] == title
    assert workspace.call(ALEX, "get_task", taskId=task["taskId"])["taskTitle"] == title


def test_a_mismatch_of_task_project_and_space_is_refused(workspace: Workspace) -> None:
    wrong_project = workspace.refusal(ALEX, "get_task", taskId=PRESS_RELEASE, projectId=WEBSITE)
    assert wrong_project.field == "projectId"
    wrong_space = workspace.refusal(
        ALEX, "update_task", taskId=PRESS_RELEASE, spaceId=MARKETING, taskTitle="x"
    )
    assert wrong_space.field == "spaceId"
    in_another_space = workspace.refusal(ALEX, "list_project_tasks", spaceId=MARKETING, projectId=Q2_LAUNCH)
    assert in_another_space.field == "spaceId"


def test_deleting_takes_subtasks_comments_time_and_links_along(workspace: Workspace) -> None:
    design = workspace.call(ALEX, "find_tasks", keyword="Redesign pricing")["tasks"][0]["taskId"]
    tables = ("tasks", "comments", "time_entries", "task_owners", "task_tags")
    before = {table: workspace.count(table) for table in tables}
    result = workspace.call(ALEX, "delete_task", taskId=design)
    assert result["deletedSubtasks"] == 2
    assert workspace.count("tasks") == before["tasks"] - 3
    assert workspace.count("time_entries") == before["time_entries"] - 2
    for table in tables[1:]:
        orphans = workspace.database.value(
            " ".join(("SELECT COUNT(*) FROM", table, "WHERE task_id NOT IN (SELECT task_id FROM tasks)"))
        )
        assert orphans == 0
    assert workspace.refusal(ALEX, "get_task", taskId=design).code == 404


def test_a_task_is_deleted_by_owner_creator_or_project_admin_alone(workspace: Workspace) -> None:
    refusal = workspace.refusal(BEN, "delete_task", taskId=DRAFT_ANNOUNCEMENT)
    assert refusal.code == 403
    assert "Project Admin" in refusal.message
    made = workspace.call(BEN, "create_task", **Q2, taskTitle="Ben's own")["taskId"]
    workspace.call(BEN, "delete_task", taskId=made)
    owned = workspace.call(ALEX, "create_task", **Q2, taskTitle="For Ben", owners=[BEN])["taskId"]
    workspace.call(BEN, "delete_task", taskId=owned)
    workspace.call(GRACE, "delete_task", taskId=DRAFT_ANNOUNCEMENT)


def test_moving_maps_the_status_and_takes_strangers_off(workspace: Workspace) -> None:
    moved = workspace.call(ALEX, "move_task", taskId=LIVE_DEMO, targetProjectId=SECURITY_REVIEW)
    assert moved["projectId"] == SECURITY_REVIEW
    assert moved["status"]["statusName"] == "OPEN"
    assert [owner["userId"] for owner in moved["owners"]] == [ALEX]
    assert [owner["userId"] for owner in moved["ownersRemoved"]] == [PRIYA]
    subtasks = workspace.call(ALEX, "list_subtasks", parentTaskId=LIVE_DEMO)["subtasks"]
    assert {subtask["projectId"] for subtask in subtasks} == {SECURITY_REVIEW}
    statuses = workspace.database.value(
        "SELECT COUNT(*) FROM tasks t JOIN statuses s USING (status_id) WHERE t.project_id <> s.project_id"
    )
    assert statuses == 0
    wrong = workspace.refusal(
        ALEX, "move_task", taskId=LIVE_DEMO, targetProjectId=MOBILE_APP, targetSpaceId=MARKETING
    )
    assert wrong.code == 404
    child = subtasks[0]["taskId"]
    assert "parent" in workspace.refusal(ALEX, "move_task", taskId=child, targetProjectId=MOBILE_APP).message


def test_duplicating_copies_subtasks_only_when_asked(workspace: Workspace) -> None:
    copy = workspace.call(ALEX, "duplicate_task", taskId=LIVE_DEMO)
    assert copy["taskTitle"] == "Prepare the live demo (copy)"
    assert copy["counts"]["subtasks"] == 0
    full = workspace.call(ALEX, "duplicate_task", taskId=LIVE_DEMO, includeSubtasks=True, newTitle="Again")
    assert (full["taskTitle"], full["counts"]["subtasks"]) == ("Again", 3)
    assert [owner["userId"] for owner in full["owners"]] == [ALEX, PRIYA]


def test_a_personal_task_is_its_owners_alone(workspace: Workspace) -> None:
    task = workspace.call(PRIYA, "create_personal_task", taskTitle="Buy flowers", dueDate="2026-06-01")
    assert task["projectId"] is None
    assert [owner["userId"] for owner in task["owners"]] == [PRIYA]
    assert "Buy flowers" in titles(workspace.call(PRIYA, "list_overdue_tasks"))
    assert workspace.refusal(GRACE, "get_task", taskId=task["taskId"]).code == 404


def test_counts_agree_with_the_lists(workspace: Workspace) -> None:
    counts = workspace.call(ALEX, "get_task_counts")
    overdue = workspace.call(ALEX, "list_overdue_tasks")
    assert counts == {"total": 35, "pending": 25, "completed": 10, "overdue": 6}
    assert overdue["total"] == 6
    assert [task["overdueDays"] for task in overdue["tasks"]] == [12, 9, 6, 3, 2, 1]


def test_a_task_is_overdue_from_the_day_after_it_was_due(workspace: Workspace) -> None:
    task = workspace.call(
        ALEX, "create_task", **Q2, taskTitle="Due today", owners=[ALEX], dueDate="2026-06-15"
    )
    assert "overdueDays" not in task
    workspace.time.move(hours=12)
    assert workspace.call(ALEX, "get_task", taskId=task["taskId"])["overdueDays"] == 1


def test_scheduled_tasks_lie_between_two_days(workspace: Workspace) -> None:
    everything = workspace.call(ALEX, "list_scheduled_tasks")
    assert everything["total"] > 10
    week = workspace.call(ALEX, "list_scheduled_tasks", startDate="2026-06-15", endDate="2026-06-21")
    assert 0 < week["total"] < everything["total"]
    assert all("2026-06-15" <= task["dueDate"] < "2026-06-22" for task in week["tasks"])
    refusal = workspace.refusal(ALEX, "list_scheduled_tasks", startDate="2026-06-21", endDate="2026-06-15")
    assert refusal.field == "endDate"
    for text in ("20260615", "2026-W25", "2026-02-30", "15.06.2026"):
        assert workspace.refusal(ALEX, "list_scheduled_tasks", startDate=text).field == "startDate"


def test_subtasks_live_and_die_with_their_parent(workspace: Workspace) -> None:
    child = workspace.call(
        PRIYA, "create_subtask", parentTaskId=LIVE_DEMO, taskTitle="Test the microphone", priority="low"
    )
    assert (child["parentTaskId"], child["projectId"]) == (LIVE_DEMO, Q2_LAUNCH)
    assert workspace.call(ALEX, "list_subtasks", parentTaskId=LIVE_DEMO)["total"] == 4
    changed = workspace.call(ALEX, "update_subtask", subtaskId=child["taskId"], status="Completed")
    assert changed["completion"] == 100
    nested = workspace.refusal(ALEX, "create_subtask", parentTaskId=child["taskId"], taskTitle="x")
    assert nested.field == "parentTaskId"
    no_subtask = workspace.refusal(ALEX, "update_subtask", subtaskId=LIVE_DEMO, taskTitle="x")
    assert no_subtask.field == "subtaskId"
    elsewhere = workspace.refusal(
        ALEX, "delete_subtask", subtaskId=child["taskId"], parentTaskId=DRAFT_ANNOUNCEMENT
    )
    assert elsewhere.field == "parentTaskId"
    assert workspace.call(PRIYA, "delete_subtask", subtaskId=child["taskId"])["deleted"] is True
    workspace.call(ALEX, "delete_task", taskId=LIVE_DEMO)
    assert workspace.database.value("SELECT COUNT(*) FROM tasks WHERE parent_task_id = ?", (LIVE_DEMO,)) == 0


def test_bulk_creation_reports_every_item(workspace: Workspace) -> None:
    report = workspace.call(
        ALEX,
        "bulk_create_tasks",
        **Q2,
        tasks=[
            {"taskTitle": "One"},
            {"taskTitle": "Refused one", "status": "nowhere"},
            {"taskTitle": "Three"},
        ],
    )
    assert (report["succeeded"], report["failed"]) == (2, 1)
    assert [result["success"] for result in report["results"]] == [True, False, True]
    assert report["results"][1]["error"].startswith("tasks[1]: status:")
    assert workspace.call(ALEX, "find_tasks", keyword="Refused one")["total"] == 0


def test_bulk_update_and_deletion_report_every_item(workspace: Workspace) -> None:
    report = workspace.call(
        ALEX,
        "bulk_update_tasks",
        updates=[
            {"taskId": PRESS_RELEASE, "priority": "Low"},
            {"taskId": 999999, "priority": "Low"},
            {"taskId": LIVE_DEMO},
        ],
    )
    assert [result["success"] for result in report["results"]] == [True, False, False]
    report = workspace.call(ALEX, "bulk_delete_tasks", taskIds=[PRESS_RELEASE, 999999], projectId=Q2_LAUNCH)
    assert [result["success"] for result in report["results"]] == [True, False]


def test_a_bulk_call_without_a_success_is_an_error(workspace: Workspace) -> None:
    refusal = workspace.refusal(ALEX, "bulk_delete_tasks", taskIds=[1, 2])
    assert refusal.details["failed"] == 2
    assert "taskIds[0]" in refusal.message


def test_bulk_calls_take_a_hundred_items_and_no_more(workspace: Workspace) -> None:
    tasks = [{"taskTitle": f"Item {number}"} for number in range(101)]
    assert workspace.call(ALEX, "bulk_create_tasks", **Q2, tasks=tasks[:100])["succeeded"] == 100
    refusal = workspace.refusal(ALEX, "bulk_create_tasks", **Q2, tasks=tasks)
    assert "at most 100" in refusal.message
    assert workspace.refusal(ALEX, "bulk_create_tasks", **Q2, tasks=[]).field == "tasks"


def test_comments_are_their_writers_and_the_admins(workspace: Workspace) -> None:
    comment = workspace.call(
        PRIYA,
        "add_task_comment",
        taskId=PRESS_RELEASE,
        comment="Looks good.\nShip it.",
        mentionedUserIds=[ALEX],
    )
    comment_id = comment["commentId"]
    assert comment["createdBy"]["userId"] == PRIYA
    assert [user["userId"] for user in comment["mentionedUsers"]] == [ALEX]
    assert workspace.call(ALEX, "get_task_comments", taskId=PRESS_RELEASE)["total"] == 3
    assert workspace.refusal(ALEX, "update_task_comment", commentId=comment_id, comment="x").code == 403
    assert "Account Admin" in workspace.refusal(ALEX, "delete_task_comment", commentId=comment_id).message
    edited = workspace.call(PRIYA, "update_task_comment", commentId=comment_id, comment="Ship it now.")
    assert edited["comment"] == "Ship it now."
    assert workspace.refusal(PRIYA, "delete_task_comment", commentId=comment_id, taskId=LIVE_DEMO).code == 404
    assert workspace.call(DANIEL, "delete_task_comment", commentId=comment_id)["deleted"] is True
    assert workspace.refusal(PRIYA, "add_task_comment", taskId=PRESS_RELEASE, comment=" ").field == "comment"


def test_people_see_only_where_they_belong(workspace: Workspace) -> None:
    assert (
        workspace.refusal(SAM, "list_project_tasks", spaceId=OPERATIONS, projectId=SECURITY_REVIEW).code
        == 404
    )
    lease = workspace.call(ALEX, "find_tasks", keyword="sign lease")["tasks"][0]["taskId"]
    for tool in ("get_task", "get_task_comments", "list_subtasks", "start_timer", "delete_task"):
        name = "parentTaskId" if tool == "list_subtasks" else "taskId"
        assert workspace.refusal(SAM, tool, **{name: lease}).code == 404
    assert workspace.call(GRACE, "get_task", taskId=lease)["taskId"] == lease
    assert workspace.call(TOM, "get_task", taskId=lease)["taskId"] == lease


def test_names_of_products_are_matched_in_any_spelling(workspace: Workspace) -> None:
    for spelling in ("In Progress", "in-progress", "IN_PROGRESS", "inprogress"):
        found = workspace.call(
            PRIYA, "list_project_tasks", spaceId=PRODUCT, projectId=MOBILE_APP, status=spelling
        )
        assert found["total"] == 4
