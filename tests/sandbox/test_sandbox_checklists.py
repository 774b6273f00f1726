"""What the tools of checklists and attachments do."""

from typing import Any

import pytest

from tests.sandbox.sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    BEN,
    GRACE,
    LIVE_DEMO,
    PRESS_RELEASE,
    PRIYA,
    Q2_LAUNCH,
    SECURITY_REVIEW,
    Workspace,
    attach,
)

Q2 = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}


@pytest.fixture
def task(workspace: Workspace) -> int:
    task_id: int = workspace.call(ALEX, "create_task", **Q2, taskTitle="Set up the booth")["taskId"]
    return task_id


def step(workspace: Workspace, task_id: int, title: str) -> int:
    item_id: int = workspace.call(ALEX, "create_checklist_item", taskId=task_id, title=title)[
        "checklistItemId"
    ]
    return item_id


def items(workspace: Workspace, **arguments: Any) -> list[str]:
    found = workspace.call(ALEX, "get_task_checklists", **arguments)["checklistItems"]
    return [item["title"] for item in found]


def test_items_come_in_the_order_in_which_they_were_added(workspace: Workspace, task: int) -> None:
    made = workspace.call(BEN, "create_checklist_item", taskId=task, **Q2, title="  Order the banner ")
    assert (made["title"], made["completed"], made["taskId"]) == ("Order the banner", False, task)
    assert made["createdBy"]["userId"] == BEN
    assert made["createdTime"] == "2026-06-15T12:00:00Z"
    lights = step(workspace, task, "Test the lights")
    workspace.call(ALEX, "delete_checklist_item", checklistItemId=made["checklistItemId"])
    step(workspace, task, "Lay the cables")
    workspace.call(ALEX, "update_checklist_item", checklistItemId=lights, completed=True)
    shown = workspace.call(ALEX, "get_task_checklists", taskId=task)
    assert [item["title"] for item in shown["checklistItems"]] == ["Test the lights", "Lay the cables"]
    assert (shown["total"], shown["totalCompleted"], shown["taskId"]) == (2, 1, task)
    counts = workspace.call(ALEX, "get_task", taskId=task)["counts"]
    assert (counts["checklistItems"], counts["checklistItemsDone"]) == (2, 1)


def test_an_item_is_ticked_and_renamed_apart(workspace: Workspace, task: int) -> None:
    item = step(workspace, task, "Order the banner")
    workspace.time.move(minutes=5)
    ticked = workspace.call(ALEX, "update_checklist_item", checklistItemId=item, completed=True, taskId=task)
    assert (ticked["title"], ticked["completed"]) == ("Order the banner", True)
    assert ticked["updateTime"] == "2026-06-15T12:05:00Z"
    renamed = workspace.call(ALEX, "update_checklist_item", checklistItemId=item, title="Order two")
    assert (renamed["title"], renamed["completed"]) == ("Order two", True)
    opened = workspace.call(ALEX, "update_checklist_item", checklistItemId=item, completed=False)
    assert opened["completed"] is False


def test_a_subtask_has_a_checklist_of_its_own(workspace: Workspace, task: int) -> None:
    subtask = workspace.call(ALEX, "create_subtask", parentTaskId=task, taskTitle="Power")["taskId"]
    step(workspace, task, "Of the task")
    step(workspace, subtask, "Of the subtask")
    assert items(workspace, taskId=task) == ["Of the task"]
    assert items(workspace, taskId=task, subtaskId=subtask) == ["Of the subtask"]
    assert items(workspace, taskId=subtask) == ["Of the subtask"]
    elsewhere = workspace.refusal(ALEX, "get_task_checklists", taskId=LIVE_DEMO, subtaskId=subtask)
    assert (elsewhere.code, elsewhere.field) == (404, "subtaskId")
    assert f"not a subtask of task {LIVE_DEMO}" in elsewhere.message
    none = workspace.refusal(ALEX, "get_task_checklists", taskId=task, subtaskId=PRESS_RELEASE)
    assert (none.code, none.field) == (404, "subtaskId")


@pytest.mark.parametrize(
    ("title", "problem"),
    [
        ("", "empty"),
        ("  ", "blank"),
        ("x" * 256, "256 characters"),
        ("two\nlines", "single line"),
        ("nul\x00", "control characters"),
    ],
)
def test_a_title_that_cannot_be_used_is_refused(
    workspace: Workspace, task: int, title: str, problem: str
) -> None:
    refusal = workspace.refusal(ALEX, "create_checklist_item", taskId=task, title=title)
    assert refusal.field == "title"
    assert problem in refusal.message
    item = step(workspace, task, "<b>'; DROP TABLE tasks;--</b>")
    if title:
        changed = workspace.refusal(ALEX, "update_checklist_item", checklistItemId=item, title=title)
        assert problem in changed.message
    assert items(workspace, taskId=task) == ["<b>'; DROP TABLE tasks;--</b>"]


def test_an_update_needs_something_to_change_and_the_right_task(workspace: Workspace, task: int) -> None:
    item = step(workspace, task, "Order the banner")
    assert (
        "title or completed" in workspace.refusal(ALEX, "update_checklist_item", checklistItemId=item).message
    )
    for tool in ("update_checklist_item", "delete_checklist_item"):
        change = {"completed": True} if tool.startswith("update") else {}
        wrong = workspace.refusal(ALEX, tool, checklistItemId=item, taskId=LIVE_DEMO, **change)
        assert (wrong.code, wrong.field) == (404, "taskId")
        unknown = workspace.refusal(ALEX, tool, checklistItemId=task, **change)
        assert (unknown.code, unknown.field) == (404, "checklistItemId")


def test_a_checklist_holds_two_hundred_items(workspace: Workspace, task: int) -> None:
    for number in range(200):
        step(workspace, task, f"Step {number}")
    refusal = workspace.refusal(ALEX, "create_checklist_item", taskId=task, title="One more")
    assert (refusal.code, refusal.field) == (409, "taskId")
    assert "200 items" in refusal.message


def test_deleting_an_item_says_what_went(workspace: Workspace, task: int) -> None:
    item = step(workspace, task, "Order the banner")
    gone = workspace.call(ALEX, "delete_checklist_item", checklistItemId=item)
    assert gone == {
        "deleted": True,
        "checklistItemId": item,
        "title": "Order the banner",
        "taskId": task,
        "taskTitle": "Set up the booth",
    }
    assert workspace.refusal(ALEX, "delete_checklist_item", checklistItemId=item).code == 404


def test_a_copy_of_a_task_has_its_checklist_tags_and_fields_alone(workspace: Workspace, task: int) -> None:
    subtask = workspace.call(ALEX, "create_subtask", parentTaskId=task, taskTitle="Power")["taskId"]
    ticked = step(workspace, task, "Order the banner")
    step(workspace, task, "Test the lights")
    step(workspace, subtask, "Of the subtask")
    workspace.call(ALEX, "update_checklist_item", checklistItemId=ticked, completed=True)
    workspace.call(ALEX, "add_tag_to_task", taskId=task, tagName="launch")
    workspace.call(ALEX, "add_task_comment", taskId=task, comment="A remark")
    workspace.call(ALEX, "add_dependency", taskId=task, dependsOnTaskId=LIVE_DEMO)
    attach(workspace, task, ALEX)
    text = field(workspace, "SINGLE_LINE_TEXT", Q2_LAUNCH)
    workspace.database.run("INSERT INTO custom_field_values VALUES (?, ?, '\"North\"')", (text, task))
    choice, option = dropdown(workspace, Q2_LAUNCH)
    workspace.database.run("INSERT INTO custom_field_choices VALUES (?, ?, ?)", (choice, task, option))
    copy = workspace.call(ALEX, "duplicate_task", taskId=task, includeSubtasks=True)
    held = {name: count for name, count in copy["counts"].items() if count}
    assert held == {"subtasks": 1, "checklistItems": 2, "checklistItemsDone": 1}
    assert copy["tags"] == ["launch"]
    assert items(workspace, taskId=copy["taskId"]) == ["Order the banner", "Test the lights"]
    child = workspace.call(ALEX, "list_subtasks", parentTaskId=copy["taskId"])["subtasks"][0]
    assert items(workspace, taskId=child["taskId"]) == ["Of the subtask"]
    assert values(workspace, copy["taskId"]) == values(workspace, task) == {text, choice}


def test_a_move_keeps_what_hangs_on_a_task_but_for_fields_of_its_old_project(
    workspace: Workspace, task: int
) -> None:
    step(workspace, task, "Order the banner")
    attach(workspace, task, ALEX)
    workspace.call(ALEX, "add_dependency", taskId=task, dependsOnTaskId=LIVE_DEMO)
    workspace.call(ALEX, "add_task_comment", taskId=task, comment="Look", mentionedUserIds=[PRIYA, ALEX])
    text = field(workspace, "SINGLE_LINE_TEXT", Q2_LAUNCH)
    workspace.database.run("INSERT INTO custom_field_values VALUES (?, ?, '\"North\"')", (text, task))
    choice, option = dropdown(workspace, Q2_LAUNCH)
    workspace.database.run("INSERT INTO custom_field_choices VALUES (?, ?, ?)", (choice, task, option))
    kept = field(workspace, "NUMBERS", SECURITY_REVIEW)
    workspace.database.run("INSERT INTO custom_field_values VALUES (?, ?, '7')", (kept, task))
    moved = workspace.call(ALEX, "move_task", taskId=task, targetProjectId=SECURITY_REVIEW)
    assert [each["fieldId"] for each in moved["customFieldsRemoved"]] == [text, choice]
    assert values(workspace, task) == {kept}
    assert (moved["counts"]["checklistItems"], moved["counts"]["attachments"]) == (1, 1)
    link = workspace.call(ALEX, "list_dependencies", taskId=task)["dependencies"][0]
    assert link["dependsOnTaskId"] == LIVE_DEMO
    assert (link["projectName"], link["dependsOnProjectName"]) == ("Security review", "Q2 launch")
    comment = workspace.call(ALEX, "get_task_comments", taskId=task)["comments"][0]
    assert [user["userId"] for user in comment["mentionedUsers"]] == [ALEX]


def test_attachments_are_listed_with_size_and_uploader(workspace: Workspace, task: int) -> None:
    plan = attach(workspace, task, PRIYA, "floor plan.pdf", 2048)
    attach(workspace, task, ALEX, "sketch.pdf", 100)
    listed = workspace.call(BEN, "list_attachments", taskId=task)
    assert (listed["total"], listed["totalSize"]) == (2, 2148)
    first = listed["attachments"][0]
    assert (first["attachmentId"], first["fileName"]) == (plan, "floor plan.pdf")
    assert (first["contentType"], first["size"]) == ("application/pdf", 2048)
    assert first["uploadedBy"]["userId"] == PRIYA
    assert first["createdTime"] == "2026-06-15T12:00:00Z"
    assert workspace.call(ALEX, "get_task", taskId=task)["counts"]["attachments"] == 2


def test_an_attachment_is_deleted_by_its_uploader_or_a_project_admin(workspace: Workspace, task: int) -> None:
    plan, sketch = attach(workspace, task, BEN, "plan.pdf"), attach(workspace, task, PRIYA, "sketch.pdf")
    refusal = workspace.refusal(BEN, "delete_attachment", taskId=task, attachmentId=sketch)
    assert refusal.code == 403
    assert "uploader or the Project Admin role" in refusal.message
    gone = workspace.call(BEN, "delete_attachment", taskId=task, attachmentId=plan)
    assert gone == {
        "deleted": True,
        "attachmentId": plan,
        "fileName": "plan.pdf",
        "taskId": task,
        "taskTitle": "Set up the booth",
    }
    workspace.call(GRACE, "delete_attachment", taskId=task, attachmentId=sketch)
    assert workspace.call(BEN, "list_attachments", taskId=task)["total"] == 0
    again = workspace.refusal(BEN, "delete_attachment", taskId=task, attachmentId=plan)
    assert (again.code, again.field) == (404, "attachmentId")


def test_an_attachment_is_looked_for_on_the_task_named_alone(workspace: Workspace, task: int) -> None:
    plan = attach(workspace, task, ALEX)
    refusal = workspace.refusal(ALEX, "delete_attachment", taskId=LIVE_DEMO, attachmentId=plan)
    assert (refusal.code, refusal.field) == (404, "attachmentId")


def field(workspace: Workspace, kind: str, project_id: int) -> int:
    return workspace.database.insert(
        "INSERT INTO custom_fields (project_id, field_name, field_type, created_by, created_time) "
        "VALUES (?, ?, ?, ?, 0)",
        (project_id, f"A field for {kind}", kind, ALEX),
    )


def dropdown(workspace: Workspace, project_id: int) -> tuple[int, int]:
    field_id = field(workspace, "SINGLE_SELECT_DROPDOWN", project_id)
    option_id = workspace.database.insert(
        "INSERT INTO custom_field_options (field_id, option_name, match_name, color, position) "
        "VALUES (?, 'North', 'north', '#1f8f75', 0)",
        (field_id,),
    )
    return field_id, option_id


def values(workspace: Workspace, task_id: int) -> set[int]:
    rows = workspace.database.rows(
        "SELECT field_id FROM custom_field_values WHERE task_id = :task "
        "UNION SELECT field_id FROM custom_field_choices WHERE task_id = :task",
        {"task": task_id},
    )
    return {row["field_id"] for row in rows}
