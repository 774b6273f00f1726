"""Interactive views and project figures: as data, as text for a terminal, and over the wire."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import TextContent, TextResourceContents

from agent.sandbox.clock import Clock
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.users import find_caller
from agent.sandbox.tools.catalogue import Catalogue, ToolDefinition, load_catalogue, run_tool
from agent.sandbox.tools.results import Arguments
from tests.sandbox.sandbox_http import RunningSandbox
from tests.sandbox.sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    BEN,
    GRACE,
    LIVE_DEMO,
    NINA,
    PRESS_RELEASE,
    PRIYA,
    Q2_LAUNCH,
    TOM,
    Workspace,
)
from tests.sandbox.test_sandbox_mcp import Mode, connected, listed

Q2 = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}
VIEWS = {
    "astravue_preview_task_list": "ui://astravue/task-list",
    "astravue_preview_my_tasks": "ui://astravue/my-tasks",
    "astravue_preview_project_overview": "ui://astravue/project-overview",
}


def text_of(workspace: Workspace, user_id: int, tool: str, **arguments: Any) -> str:
    caller, definition = find_caller(workspace.database, user_id), workspace.catalogue.find(tool)
    assert caller is not None
    assert definition is not None
    return run_tool(workspace.database, Clock(workspace.time), caller, definition, arguments).text


def empty_project(workspace: Workspace) -> dict[str, int]:
    made = workspace.call(ALEX, "create_project", spaceId=ASTRAVUE_MCP, projectName="Fresh start")
    return {"spaceId": ASTRAVUE_MCP, "projectId": made["projectId"]}


def counts(view: dict[str, Any]) -> dict[str, int]:
    return {group["title"]: group["total"] for group in view["groups"]}


def group(view: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in view.get("groups", view.get("attention", [])) if each["key"] == key)


def test_a_project_shows_its_tasks_by_status_in_the_order_of_their_ids(workspace: Workspace) -> None:
    view = workspace.call(ALEX, "preview_task_list", **Q2)
    assert (view["view"], view["projectName"], view["spaceName"]) == (
        "task-list",
        "Q2 launch",
        "ASTRAVUE MCP",
    )
    assert counts(view) == {"OPEN": 5, "IN-PROGRESS": 5, "COMPLETED": 5}
    shown = [task["taskId"] for each in view["groups"] for task in each["tasks"]]
    assert shown == list(range(141298, 141313))
    assert (view["shown"], view["total"], view["completion"]) == (15, 15, 33)
    late = view["groups"][1]["tasks"][0]
    assert late["taskId"] == PRESS_RELEASE
    assert late["owners"][0]["firstName"] == "Alex"
    assert (late["dueDate"], late["overdueDays"]) == ("2026-06-12T17:00:00Z", 3)
    assert (late["priority"]["priorityLabel"], late["completion"]) == ("High", 60)


def test_the_task_list_is_readable_in_a_terminal(workspace: Workspace) -> None:
    text = text_of(workspace, ALEX, "astravue_preview_task_list", **Q2)
    lines = text.splitlines()
    assert lines[:4] == ["# Q2 launch: tasks", "ASTRAVUE MCP · 33% complete", "", "## OPEN (5)"]
    late = "Write the press release (task 141303): Alex Morgan · due 2026-06-12, 3 days late · High · 60%"
    assert f"- [ ] {late}" in lines
    assert any(line.startswith("- [x] Choose the launch date (task 141308)") for line in lines)
    assert lines[-1] == "15 of 15 tasks"


def test_a_long_list_says_how_much_was_left_out(workspace: Workspace) -> None:
    tasks = [{"taskTitle": f"Task {number}"} for number in range(40)]
    workspace.call(ALEX, "bulk_create_tasks", **Q2, tasks=tasks)
    view = workspace.call(ALEX, "preview_task_list", **Q2)
    assert (view["shown"], view["total"]) == (40, 55)
    assert (view["groups"][0]["total"], len(view["groups"][0]["tasks"])) == (45, 30)
    lines = text_of(workspace, ALEX, "astravue_preview_task_list", **Q2).splitlines()
    assert "- ... and 15 more" in lines
    assert lines[-1] == "40 of 55 tasks"


def test_a_project_without_tasks_shows_its_statuses(workspace: Workspace) -> None:
    place = empty_project(workspace)
    view = workspace.call(ALEX, "preview_task_list", **place)
    assert counts(view) == {"OPEN": 0, "IN-PROGRESS": 0, "COMPLETED": 0}
    assert (view["shown"], view["total"], view["completion"]) == (0, 0, 0)
    assert text_of(workspace, ALEX, "astravue_preview_task_list", **place).endswith("\n0 of 0 tasks")


def test_own_tasks_are_grouped_by_when_they_are_due(workspace: Workspace) -> None:
    workspace.database.run("DELETE FROM task_owners WHERE user_id = ?", (BEN,))
    # It is Monday, 15 June 2026.
    due = {
        "overdue": "2026-06-14T23:59:59Z",
        "thisWeek": "2026-06-15T00:00:00Z",
        "later": "2026-06-22T00:00:00Z",
    }
    for key, moment in due.items():
        workspace.call(BEN, "create_personal_task", taskTitle=key, dueDate=moment)
    workspace.call(BEN, "create_personal_task", taskTitle="thisWeek", dueDate="2026-06-21T23:59:59Z")
    workspace.call(BEN, "create_personal_task", taskTitle="noDate")
    workspace.call(BEN, "create_personal_task", taskTitle="done", status="Completed")
    view = workspace.call(BEN, "preview_my_tasks")
    assert {each["key"]: [task["taskTitle"] for task in each["tasks"]] for each in view["groups"]} == {
        "overdue": ["overdue"],
        "thisWeek": ["thisWeek", "thisWeek"],
        "later": ["later"],
        "noDate": ["noDate"],
        "done": ["done"],
    }
    assert (view["shown"], view["total"], view["today"]) == (6, 6, "2026-06-15T00:00:00Z")
    assert view["user"]["firstName"] == "Ben"
    workspace.time.move(days=7, seconds=1)
    later = workspace.call(BEN, "preview_my_tasks")
    assert [each["total"] for each in later["groups"]] == [3, 1, 0, 1, 0]


@pytest.mark.parametrize(("days", "due"), [(0, "2026-06-21"), (6, "2026-06-21"), (7, "2026-06-28")])
def test_a_week_ends_on_sunday(workspace: Workspace, days: int, due: str) -> None:
    workspace.database.run("DELETE FROM task_owners WHERE user_id = ?", (BEN,))
    workspace.time.move(days=days)
    for moment in (f"{due}T23:59:59Z", f"{due[:-2]}{int(due[-2:]) + 1}T00:00:00Z"):
        workspace.call(BEN, "create_personal_task", taskTitle="A task", dueDate=moment)
    view = workspace.call(BEN, "preview_my_tasks")
    assert [task["dueDate"][:10] for task in group(view, "thisWeek")["tasks"]] == [due]
    assert group(view, "later")["total"] == 1


def test_own_tasks_come_by_date_then_by_priority_and_never_from_where_one_was_removed(
    workspace: Workspace,
) -> None:
    workspace.database.run("DELETE FROM task_owners WHERE user_id = ?", (BEN,))
    for title, day, priority in (("c", 17, "Low"), ("b", 17, "High"), ("a", 16, "Low")):
        workspace.call(
            ALEX,
            "create_task",
            **Q2,
            taskTitle=title,
            dueDate=f"2026-06-{day}",
            priority=priority,
            owners=[BEN],
        )
    view = workspace.call(BEN, "preview_my_tasks")
    assert [task["taskTitle"] for task in group(view, "thisWeek")["tasks"]] == ["a", "b", "c"]
    workspace.database.run("DELETE FROM project_members WHERE user_id = ?", (BEN,))
    assert workspace.call(BEN, "preview_my_tasks")["total"] == 0


def test_own_tasks_are_readable_in_a_terminal(workspace: Workspace) -> None:
    workspace.database.run("DELETE FROM task_owners WHERE user_id = ?", (BEN,))
    made = workspace.call(BEN, "create_personal_task", taskTitle="Lunch", dueDate="2026-06-14")
    assert text_of(workspace, BEN, "astravue_preview_my_tasks") == (
        "# Tasks of Ben Wright\n"
        "Today is 2026-06-15\n"
        "\n"
        "## Overdue (1)\n"
        f"- [ ] Lunch (task {made['taskId']}): personal · due 2026-06-14, 1 day late · Medium · 0%\n"
        "\n"
        "1 of 1 task"
    )


def test_an_overview_holds_the_project_and_what_needs_attention(workspace: Workspace) -> None:
    place = empty_project(workspace)
    workspace.call(ALEX, "update_project", **place, budget=1000, health="At Risk", dueDate="2026-07-31")
    late = workspace.call(ALEX, "create_task", **place, taskTitle="Late", dueDate="2026-06-01", owners=[ALEX])
    free = workspace.call(ALEX, "create_task", **place, taskTitle="Free", priority="Critical")
    workspace.call(ALEX, "create_task", **place, taskTitle="Free but no hurry", priority="Medium")
    waits = workspace.call(ALEX, "create_task", **place, taskTitle="Waits", owners=[ALEX])
    workspace.call(ALEX, "add_dependency", taskId=waits["taskId"], dependsOnTaskId=late["taskId"])
    view = workspace.call(ALEX, "preview_project_overview", **place)
    found = {each["key"]: [task["taskId"] for task in each["tasks"]] for each in view["attention"]}
    assert found == {
        "overdue": [late["taskId"]],
        "unassigned": [free["taskId"]],
        "blocked": [waits["taskId"]],
    }
    blockers = group(view, "blocked")["tasks"][0]["blockedBy"]
    assert blockers == [{"taskId": late["taskId"], "taskTitle": "Late"}]
    assert (view["health"], view["status"], view["completion"]) == ("At Risk", "Not Started", 0)
    assert view["budget"] == {"allocated": 1000, "spent": 0, "remaining": 1000}
    assert [(each["statusName"], each["taskCount"]) for each in view["statuses"]] == [
        ("OPEN", 4),
        ("IN-PROGRESS", 0),
        ("COMPLETED", 0),
    ]
    assert [each["firstName"] for each in view["members"]] == ["Alex"]
    for task in (late, free):
        workspace.call(ALEX, "update_task", taskId=task["taskId"], status="Completed")
    assert [
        each["total"] for each in workspace.call(ALEX, "preview_project_overview", **place)["attention"]
    ] == [
        0,
        0,
        0,
    ]


def test_a_blocker_that_one_does_not_see_is_not_told(workspace: Workspace) -> None:
    hidden = workspace.call(ALEX, "create_personal_task", taskTitle="A secret")
    workspace.database.run(
        "INSERT INTO dependencies (task_id, depends_on_task_id, dependency_type, created_by, created_time) "
        "VALUES (?, ?, 'WAITING_ON', ?, 0)",
        (LIVE_DEMO, hidden["taskId"], ALEX),
    )
    seen = {user_id: workspace.call(user_id, "preview_project_overview", **Q2) for user_id in (ALEX, PRIYA)}
    assert "A secret" in json.dumps(seen[ALEX])
    assert "A secret" not in json.dumps(seen[PRIYA])
    assert group(seen[ALEX], "blocked")["total"] == group(seen[PRIYA], "blocked")["total"] + 1


def test_an_overview_is_readable_in_a_terminal(workspace: Workspace) -> None:
    lines = text_of(workspace, ALEX, "astravue_preview_project_overview", **Q2).splitlines()
    assert lines[:2] == ["# Q2 launch", "ASTRAVUE MCP · In Progress · At Risk · 33% complete"]
    assert "- Dates: 2026-05-01 to 2026-07-06" in lines
    assert "- Tasks: 15, 2 of them overdue" in lines
    assert "  - IN-PROGRESS: 5" in lines
    assert "### Overdue (2)" in lines
    assert "- Alex Morgan (Project Admin)" in lines
    place = empty_project(workspace)
    quiet = text_of(workspace, ALEX, "astravue_preview_project_overview", **place)
    assert "- Dates: no start to no due date\n- Budget: none\n" in quiet
    assert "## Needs attention\n\nNothing.\n" in quiet


def test_an_overview_of_much_trouble_says_how_much_was_left_out(workspace: Workspace) -> None:
    place = empty_project(workspace)
    tasks = [{"taskTitle": f"Late {number}", "dueDate": "2026-06-01"} for number in range(12)]
    workspace.call(ALEX, "bulk_create_tasks", **place, tasks=tasks)
    view = workspace.call(ALEX, "preview_project_overview", **place)
    assert (group(view, "overdue")["total"], len(group(view, "overdue")["tasks"])) == (12, 10)
    assert "- ... and 2 more" in text_of(workspace, ALEX, "astravue_preview_project_overview", **place)


def test_figures_of_the_launch_project_are_those_of_the_demonstration(workspace: Workspace) -> None:
    stats = workspace.call(ALEX, "internal_get_project_stats", projectId=Q2_LAUNCH)
    assert stats["completion"] == 33
    assert stats["taskCounts"] == {
        "total": 15,
        "open": 5,
        "inProgress": 5,
        "completed": 5,
        "overdue": 2,
        "unassigned": 1,
    }
    assert [each["taskCount"] for each in stats["statuses"]] == [5, 5, 5]


def test_figures_count_subtasks_apart_and_time_in_milliseconds_until_now(workspace: Workspace) -> None:
    place = empty_project(workspace)
    workspace.call(ALEX, "add_project_member", **place, userId=TOM)
    task = workspace.call(
        ALEX, "create_task", **place, taskTitle="One", owners=[ALEX, GRACE], dueDate="2026-06-01"
    )["taskId"]
    workspace.call(ALEX, "create_task", **place, taskTitle="Two", owners=[ALEX], status="Completed")
    part = workspace.call(ALEX, "create_subtask", parentTaskId=task, taskTitle="Part", status="Completed")
    workspace.call(TOM, "log_manual_time", taskId=part["taskId"], hours=2, billable=True)
    workspace.call(ALEX, "start_timer", taskId=task)
    workspace.time.move(minutes=30)
    stats = workspace.call(ALEX, "internal_get_project_stats", **place)
    assert stats["completion"] == 50
    assert stats["subtaskCounts"] == {"total": 1, "completed": 1}
    assert stats["timeTracked"] == {"total": 9_000_000, "billable": 7_200_000, "nonBillable": 1_800_000}
    shown = {each["userId"]: (each["taskCounts"], each["timeTracked"]) for each in stats["members"]}
    assert shown == {
        ALEX: ({"total": 2, "completed": 1, "overdue": 1}, 1_800_000),
        GRACE: ({"total": 1, "completed": 0, "overdue": 1}, 0),
        TOM: ({"total": 0, "completed": 0, "overdue": 0}, 7_200_000),
    }


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_views_name_their_page_and_answer_with_text_and_data(
    sandbox: RunningSandbox, mode: Mode
) -> None:
    async with connected(sandbox, mode=mode) as client:
        tools, _ = await listed(client)
        result = await client.call_tool("astravue_preview_task_list", Q2)
    assert {tool.name: tool.meta for tool in tools if tool.meta} == {
        name: {"ui": {"resourceUri": uri}} for name, uri in VIEWS.items()
    }
    assert result.structured_content["total"] == 15
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert content.text.startswith("# Q2 launch: tasks\n")


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_pages_of_views_are_read_by_anyone_but_not_listed(sandbox: RunningSandbox, mode: Mode) -> None:
    async with connected(sandbox, "nina", mode) as client:
        listed_uris = [each.uri for each in (await client.list_resources()).resources]
        for uri in VIEWS.values():
            assert uri not in listed_uris
            (contents,) = (await client.read_resource(uri)).contents
            assert isinstance(contents, TextResourceContents)
            assert (contents.uri, contents.mime_type) == (uri, "text/html;profile=mcp-app")
            assert contents.text.startswith("<!doctype html>")
            assert "http://" not in contents.text
            assert "https://" not in contents.text
        with pytest.raises(MCPError, match="there is no resource"):
            await client.read_resource("ui://astravue/other")


async def failing_call(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    def fail(context: Context, _arguments: Arguments) -> Json:
        context.database.run("DELETE FROM tasks")
        raise ZeroDivisionError("a secret of the sandbox")

    def find(_catalogue: Catalogue, _name: str) -> ToolDefinition:
        return replace(sound, handler=fail)

    sound = load_catalogue().definitions[0]
    monkeypatch.setattr(Catalogue, "find", find)
    result = await client.call_tool("astravue_list_spaces", {})
    monkeypatch.undo()
    return result


@pytest.mark.anyio
async def test_a_failure_of_the_sandbox_is_logged_and_its_cause_kept_from_the_client(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sentence = "The sandbox failed at this call; nothing was changed."
    async with connected(sandbox) as client:
        with caplog.at_level(logging.ERROR, "agent.sandbox"):
            result = await failing_call(client, monkeypatch)
        after = await client.call_tool("astravue_preview_task_list", Q2)
    assert result.is_error
    assert [each.text for each in result.content] == [sentence]
    assert result.structured_content == {"error": {"code": 500, "message": sentence}}
    assert "a secret of the sandbox" in caplog.text
    assert "Traceback" in caplog.text
    assert after.structured_content["total"] == 15


def test_a_guest_of_another_project_is_shown_none_of_it(workspace: Workspace) -> None:
    for tool in ("preview_task_list", "preview_project_overview", "internal_get_project_stats"):
        assert workspace.refusal(NINA, tool, **Q2).code == 404
