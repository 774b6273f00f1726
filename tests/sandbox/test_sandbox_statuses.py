"""What the tools of task statuses do."""

from typing import Any

import pytest
from sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    DRAFT_ANNOUNCEMENT,
    MARKETING,
    NINA,
    PRESS_RELEASE,
    PRIYA,
    Q2_LAUNCH,
    WEBSITE,
    Workspace,
)

from tests.sandbox.sandbox_invariants import broken

PERSONAL = 3002
OPEN, IN_PROGRESS, COMPLETED = 3004, 3005, 3006


def names(workspace: Workspace, project_id: int | None = Q2_LAUNCH) -> list[str]:
    place = {} if project_id is None else {"projectId": project_id}
    result = workspace.call(ALEX, "list_task_statuses", **place)
    return [status["statusName"] for status in result["statuses"]]


def add(workspace: Workspace, name: str, **more: Any) -> int:
    status_id: int = workspace.call(ALEX, "create_task_status", projectId=Q2_LAUNCH, statusName=name, **more)[
        "taskStatusId"
    ]
    return status_id


def tasks_in(workspace: Workspace, status: str) -> int:
    total: int = workspace.call(
        ALEX, "list_project_tasks", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH, status=status
    )["total"]
    return total


def tasks_and_subtasks_in(workspace: Workspace, status_id: int) -> int:
    count: int = workspace.database.value("SELECT COUNT(*) FROM tasks WHERE status_id = ?", (status_id,))
    return count


def test_a_project_lists_its_statuses_and_without_one_those_of_personal_tasks_come(
    workspace: Workspace,
) -> None:
    result = workspace.call(ALEX, "list_task_statuses", projectId=Q2_LAUNCH, spaceId=ASTRAVUE_MCP)
    assert result["total"] == 3
    assert result["statuses"][1] == {
        "taskStatusId": IN_PROGRESS,
        "statusName": "IN-PROGRESS",
        "statusCategory": "IN_PROGRESS",
        "color": "#f2994a",
        "projectId": Q2_LAUNCH,
        "spaceId": ASTRAVUE_MCP,
    }
    personal = workspace.call(NINA, "list_task_statuses")["statuses"]
    assert [status["projectId"] for status in personal] == [None, None, None]
    task = workspace.call(ALEX, "create_personal_task", taskTitle="Mine")
    assert task["status"]["taskStatusId"] == personal[0]["taskStatusId"]
    refusal = workspace.refusal(ALEX, "list_task_statuses", spaceId=ASTRAVUE_MCP)
    assert refusal.field == "projectId"


def test_the_groups_are_the_three_categories_each_with_its_statuses(workspace: Workspace) -> None:
    add(workspace, "In Review")
    workspace.call(ALEX, "delete_task_status", taskStatusId=IN_PROGRESS, replacementStatusId=OPEN)
    add(workspace, "Shipped", statusCategory="completed")
    result = workspace.call(ALEX, "list_project_statuses", projectId=Q2_LAUNCH)
    groups = {
        group["statusCategory"]: [status["statusName"] for status in group["statuses"]]
        for group in result["statusGroups"]
    }
    assert groups == {"OPEN": ["OPEN"], "IN_PROGRESS": ["In Review"], "COMPLETED": ["COMPLETED", "Shipped"]}
    assert list(groups) == ["OPEN", "IN_PROGRESS", "COMPLETED"]


def test_a_new_status_comes_last_in_its_category_with_the_colour_of_it(workspace: Workspace) -> None:
    status = workspace.call(ALEX, "create_task_status", projectId=Q2_LAUNCH, statusName=" In Review ")
    assert (status["statusName"], status["statusCategory"]) == ("In Review", "IN_PROGRESS")
    assert status["color"] == "#f2994a"
    add(workspace, "Backlog", statusCategory="Open", color="#ABCDEF")
    add(workspace, "Blocked", statusCategory="in-progress")
    assert names(workspace) == ["OPEN", "Backlog", "IN-PROGRESS", "In Review", "Blocked", "COMPLETED"]
    task = workspace.call(
        ALEX, "update_task", taskId=DRAFT_ANNOUNCEMENT, projectId=Q2_LAUNCH, status="in_review"
    )
    assert task["status"]["statusName"] == "In Review"
    fresh = workspace.call(
        ALEX, "create_task", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH, taskTitle="Something new"
    )
    assert fresh["status"]["statusName"] == "OPEN"
    assert names(workspace, WEBSITE) == ["OPEN", "IN-PROGRESS", "COMPLETED"]


@pytest.mark.parametrize(
    ("arguments", "field", "sentence"),
    [
        ({"statusName": " "}, "statusName", "must not be blank"),
        ({"statusName": "two\nlines"}, "statusName", "single line"),
        ({"statusName": "x" * 51}, "statusName", "at most 50"),
        ({"statusName": "- _ -"}, "statusName", "letter or digit"),
        ({"statusName": "bell\x07"}, "statusName", "control characters"),
        ({"statusName": "In Progress"}, "statusName", 'already has a status "IN-PROGRESS"'),
        ({"statusName": "Late", "color": "red"}, "color", "#1f8f75"),
        ({"statusName": "Late", "statusCategory": "Done"}, "statusCategory", "OPEN, IN_PROGRESS, COMPLETED"),
        ({"statusName": "Late", "spaceId": MARKETING}, "spaceId", "not in space"),
    ],
)
def test_a_status_that_cannot_be_is_refused(
    workspace: Workspace, arguments: dict[str, Any], field: str, sentence: str
) -> None:
    refusal = workspace.refusal(ALEX, "create_task_status", projectId=Q2_LAUNCH, **arguments)
    assert refusal.field == field
    assert sentence in refusal.message


def test_a_status_needs_a_project(workspace: Workspace) -> None:
    refusal = workspace.refusal(ALEX, "create_task_status", statusName="Late", spaceId=ASTRAVUE_MCP)
    assert refusal.field == "projectId"


def test_html_and_sql_in_a_name_are_kept_as_they_are(workspace: Workspace) -> None:
    name = "<b>Done</b>'); DROP TABLE statuses; --"
    add(workspace, name)
    assert name in names(workspace)
    assert tasks_in(workspace, name) == 0


def test_a_project_has_at_most_thirty_statuses_and_a_refusal_does_not_recite_them(
    workspace: Workspace,
) -> None:
    for number in range(27):
        add(workspace, f"Step number {number:02} of a long procedure")
    refusal = workspace.refusal(ALEX, "create_task_status", projectId=Q2_LAUNCH, statusName="One more")
    assert "has 30 statuses already" in refusal.message
    unknown = workspace.refusal(ALEX, "update_task", taskId=PRESS_RELEASE, status="Nowhere")
    assert "OPEN, IN-PROGRESS" in unknown.message
    assert unknown.message.endswith(" more.")
    assert len(unknown.message) < 450


def test_a_status_can_be_renamed_and_recoloured_and_its_tasks_keep_it(workspace: Workspace) -> None:
    status = workspace.call(
        ALEX, "update_task_status", taskStatusId=IN_PROGRESS, statusName="Doing", color="#123ABC"
    )
    assert (status["statusName"], status["color"]) == ("Doing", "#123abc")
    assert (status["statusCategory"], status["affectedTasks"]) == ("IN_PROGRESS", 0)
    task = workspace.call(ALEX, "get_task", taskId=PRESS_RELEASE)
    assert task["status"]["statusName"] == "Doing"
    assert workspace.call(ALEX, "update_task_status", taskStatusId=IN_PROGRESS, statusName="DOING")
    refusal = workspace.refusal(ALEX, "update_task_status", taskStatusId=IN_PROGRESS, statusName="open")
    assert refusal.field == "statusName"
    assert "at least one of" in workspace.refusal(ALEX, "update_task_status", taskStatusId=OPEN).message
    assert (
        workspace.refusal(ALEX, "update_task_status", taskStatusId=OPEN, statusName="").field == "statusName"
    )


def test_changing_the_category_finishes_and_reopens_the_tasks_of_a_status(workspace: Workspace) -> None:
    workspace.call(ALEX, "update_task", taskId=PRESS_RELEASE, completion=40)
    workspace.time.move(minutes=5)
    status = workspace.call(ALEX, "update_task_status", taskStatusId=IN_PROGRESS, statusCategory="Completed")
    assert (status["statusCategory"], status["affectedTasks"]) == ("COMPLETED", 5)
    assert names(workspace) == ["OPEN", "COMPLETED", "IN-PROGRESS"]
    task = workspace.call(ALEX, "get_task", taskId=PRESS_RELEASE)
    assert (task["completion"], task["updateTime"]) == (100, "2026-06-15T12:05:00Z")
    assert "overdueDays" not in task
    reopened = workspace.call(
        ALEX, "update_task_status", taskStatusId=IN_PROGRESS, statusCategory="in progress"
    )
    assert reopened["affectedTasks"] == 5
    assert workspace.call(ALEX, "get_task", taskId=PRESS_RELEASE)["completion"] == 0
    assert broken(workspace.database) == []


@pytest.mark.parametrize(("status_id", "category"), [(OPEN, "IN_PROGRESS"), (COMPLETED, "OPEN")])
def test_a_project_keeps_an_open_and_a_completed_status(
    workspace: Workspace, status_id: int, category: str
) -> None:
    changed = workspace.refusal(ALEX, "update_task_status", taskStatusId=status_id, statusCategory=category)
    assert (changed.code, changed.field) == (409, "statusCategory")
    deleted = workspace.refusal(
        ALEX, "delete_task_status", taskStatusId=status_id, replacementStatusId=IN_PROGRESS
    )
    assert (deleted.code, deleted.field) == (409, "taskStatusId")
    assert "status of this project, which has to keep one" in deleted.message
    held = tasks_and_subtasks_in(workspace, status_id)
    add(workspace, "Another one", statusCategory="OPEN" if status_id == OPEN else "COMPLETED")
    gone = workspace.call(ALEX, "delete_task_status", taskStatusId=status_id, replacementStatusId=IN_PROGRESS)
    assert gone["movedTasks"] == held
    assert broken(workspace.database) == []


def test_new_tasks_get_the_first_open_status_that_is_left(workspace: Workspace) -> None:
    backlog = add(workspace, "Backlog", statusCategory="OPEN")
    workspace.call(ALEX, "delete_task_status", taskStatusId=OPEN, replacementStatusId=backlog)
    task = workspace.call(
        ALEX, "create_task", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH, taskTitle="Something new"
    )
    assert task["status"]["taskStatusId"] == backlog


def test_a_status_in_use_goes_only_when_its_tasks_have_somewhere_to_go(workspace: Workspace) -> None:
    refusal = workspace.refusal(ALEX, "delete_task_status", taskStatusId=IN_PROGRESS)
    assert (refusal.code, refusal.field) == (409, "replacementStatusId")
    assert '5 tasks have the status "IN-PROGRESS"' in refusal.message
    gone = workspace.call(ALEX, "delete_task_status", taskStatusId=IN_PROGRESS, replacementStatusId=COMPLETED)
    assert (gone["deleted"], gone["taskStatusId"], gone["statusName"]) == (True, IN_PROGRESS, "IN-PROGRESS")
    assert gone["movedTasks"] == 5
    assert gone["replacementStatus"]["statusName"] == "COMPLETED"
    assert tasks_in(workspace, "completed") == 10
    assert workspace.call(ALEX, "get_task", taskId=PRESS_RELEASE)["completion"] == 100
    again = workspace.refusal(ALEX, "delete_task_status", taskStatusId=IN_PROGRESS)
    assert (again.code, again.field) == (404, "taskStatusId")
    assert broken(workspace.database) == []


def test_a_status_that_no_task_has_goes_without_more_ado(workspace: Workspace) -> None:
    gone = workspace.call(ALEX, "delete_task_status", taskStatusId=add(workspace, "In Review"))
    assert (gone["movedTasks"], gone["replacementStatus"]) == (0, None)
    assert names(workspace) == ["OPEN", "IN-PROGRESS", "COMPLETED"]


def test_a_replacement_is_another_status_of_the_same_project(workspace: Workspace) -> None:
    elsewhere = workspace.call(ALEX, "list_task_statuses", projectId=WEBSITE)["statuses"][0]
    unusable = {IN_PROGRESS: 400, elsewhere["taskStatusId"]: 404, PERSONAL: 404, 99_999: 404, Q2_LAUNCH: 404}
    for replacement, code in unusable.items():
        refusal = workspace.refusal(
            ALEX, "delete_task_status", taskStatusId=IN_PROGRESS, replacementStatusId=replacement
        )
        assert (refusal.code, refusal.field) == (code, "replacementStatusId")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"taskStatusId": 99_999}, "taskStatusId"),
        ({"taskStatusId": Q2_LAUNCH}, "taskStatusId"),
        ({"taskStatusId": IN_PROGRESS, "projectId": WEBSITE}, "projectId"),
        ({"taskStatusId": IN_PROGRESS, "spaceId": MARKETING}, "spaceId"),
    ],
)
def test_a_status_that_is_not_there_or_elsewhere_is_not_found(
    workspace: Workspace, arguments: dict[str, int], field: str
) -> None:
    for tool, more in (("update_task_status", {"statusName": "Doing"}), ("delete_task_status", {})):
        refusal = workspace.refusal(ALEX, tool, **arguments, **more)
        assert (refusal.code, refusal.field) == (404, field)


def test_statuses_of_personal_tasks_and_of_projects_one_does_not_administer_stay(
    workspace: Workspace,
) -> None:
    for tool, more in (("update_task_status", {"statusName": "Doing"}), ("delete_task_status", {})):
        personal = workspace.refusal(ALEX, tool, taskStatusId=PERSONAL, **more)
        assert (personal.code, personal.field) == (409, "taskStatusId")
        assert "Project Admin" in workspace.refusal(PRIYA, tool, taskStatusId=IN_PROGRESS, **more).message


def test_a_moved_task_is_finished_or_reopened_by_the_status_that_it_finds(workspace: Workspace) -> None:
    review = workspace.call(
        ALEX,
        "create_task_status",
        projectId=WEBSITE,
        statusName="in review",
        statusCategory="COMPLETED",
    )
    add(workspace, "In Review")
    workspace.call(ALEX, "update_task", taskId=PRESS_RELEASE, status="In Review", completion=30)
    moved = workspace.call(ALEX, "move_task", taskId=PRESS_RELEASE, targetProjectId=WEBSITE)
    assert moved["status"]["taskStatusId"] == review["taskStatusId"]
    assert moved["completion"] == 100
