"""What the tools of spaces, projects, members and time tracking do, and for whom."""

from typing import Any

import pytest
from sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    BEN,
    GRACE,
    LENA,
    LIVE_DEMO,
    MARKETING,
    MOBILE_APP,
    NINA,
    OMAR,
    OPERATIONS,
    PRESS_RELEASE,
    PRIYA,
    PRODUCT,
    Q2_LAUNCH,
    SAM,
    TOM,
    WEBSITE,
    Workspace,
    demo_workspace,
)

HOUR = 3_600_000
WRITES: list[tuple[str, dict[str, Any]]] = [
    ("create_task", {"spaceId": MARKETING, "projectId": WEBSITE, "taskTitle": "x"}),
    ("create_personal_task", {"taskTitle": "x"}),
    ("bulk_create_tasks", {"spaceId": MARKETING, "projectId": WEBSITE, "tasks": [{"taskTitle": "x"}]}),
    ("create_project", {"spaceId": MARKETING, "projectName": "x"}),
    ("update_project", {"spaceId": MARKETING, "projectId": WEBSITE, "projectName": "x"}),
    ("delete_project", {"spaceId": MARKETING, "projectId": WEBSITE}),
    ("add_project_member", {"spaceId": MARKETING, "projectId": WEBSITE, "userId": OMAR}),
    ("create_space", {"spaceName": "x"}),
    ("update_space", {"spaceId": MARKETING, "spaceName": "x"}),
    ("delete_space", {"spaceId": MARKETING}),
    ("stop_timer", {}),
]


def test_the_same_seed_makes_the_same_ids(workspace: Workspace) -> None:
    other = demo_workspace()
    mine, theirs = workspace.content(), other.content()
    for table in ("tasks", "task_owners", "task_tags", "comments", "time_entries", "projects", "statuses"):
        assert mine[table] == theirs[table]
    other.database.close()


def test_the_demo_company_is_as_large_as_it_says(workspace: Workspace) -> None:
    assert workspace.count("users") == 12
    assert workspace.count("spaces") == 4
    assert workspace.count("projects") == 10
    assert workspace.count("tasks") >= 120


def test_the_empty_seed_holds_people_and_nothing_else() -> None:
    empty = demo_workspace("empty")
    assert empty.call(ALEX, "list_spaces")["spaces"] == []
    assert empty.call(ALEX, "get_workspace_members")["total"] == 5
    space = empty.call(ALEX, "create_space", spaceName="First")
    project = empty.call(ALEX, "create_project", spaceId=space["spaceId"], projectName="Start")
    ids = {"spaceId": space["spaceId"], "projectId": project["projectId"]}
    assert ids == {"spaceId": 501, "projectId": 11272}
    assert empty.call(ALEX, "create_task", **ids, taskTitle="Begin")["taskId"] == 141298
    empty.database.close()


def test_spaces_show_what_the_caller_belongs_to(workspace: Workspace) -> None:
    names = [space["spaceName"] for space in workspace.call(ALEX, "list_spaces")["spaces"]]
    assert names == ["ASTRAVUE MCP", "Marketing", "Product", "Operations"]
    assert [space["spaceId"] for space in workspace.call(NINA, "list_spaces")["spaces"]] == [
        MARKETING,
        PRODUCT,
    ]
    space = workspace.call(NINA, "get_space", spaceId=MARKETING)
    assert [project["projectName"] for project in space["projects"]] == ["Website relaunch"]
    assert workspace.refusal(NINA, "get_space", spaceId=OPERATIONS).code == 404


def test_managers_and_admins_manage_spaces(workspace: Workspace) -> None:
    space = workspace.call(
        LENA, "create_space", spaceName="Events", color="#ABCDEF", description="All of them"
    )
    assert space["color"] == "#abcdef"
    assert [member["spaceRole"] for member in space["members"]] == ["ADMIN"]
    renamed = workspace.call(LENA, "update_space", spaceId=space["spaceId"], spaceName="Fairs")
    assert (renamed["spaceName"], renamed["description"]) == ("Fairs", "All of them")
    assert workspace.refusal(ALEX, "update_space", spaceId=space["spaceId"], spaceName="x").code == 404
    assert workspace.refusal(PRIYA, "create_space", spaceName="Mine").code == 403
    assert workspace.refusal(LENA, "create_space", spaceName="fairs").code == 409
    assert workspace.refusal(LENA, "create_space", spaceName="Red", color="red").field == "color"
    assert workspace.refusal(LENA, "update_space", spaceId=space["spaceId"]).field == "spaceName"
    assert workspace.call(GRACE, "delete_space", spaceId=space["spaceId"])["deleted"] is True


def test_deleting_a_space_takes_everything_in_it_along(workspace: Workspace) -> None:
    result = workspace.call(LENA, "delete_space", spaceId=MARKETING)
    assert result["deletedProjects"] == 2
    assert result["deletedTasks"] == 48
    assert workspace.refusal(GRACE, "get_space", spaceId=MARKETING).code == 404
    assert workspace.database.rows("PRAGMA foreign_key_check") == []


def test_projects_are_made_by_those_who_administer_the_space(workspace: Workspace) -> None:
    project = workspace.call(
        ALEX,
        "create_project",
        spaceId=PRODUCT,
        projectName="Search",
        priority="critical",
        health="at-risk",
        dueDate="2026-12-31",
        budget=1000.5,
    )
    assert project["priority"]["priorityLabel"] == "Critical"
    assert project["health"] == "At Risk"
    assert project["budget"] == {"allocated": 1000.5, "spent": 0, "remaining": 1000.5}
    assert [status["statusName"] for status in project["statuses"]] == ["OPEN", "IN-PROGRESS", "COMPLETED"]
    refusal = workspace.refusal(PRIYA, "create_project", spaceId=PRODUCT, projectName="Mine")
    assert "Space Admin" in refusal.message
    same = workspace.refusal(ALEX, "create_project", spaceId=PRODUCT, projectName="search")
    assert same.code == 409
    unknown = workspace.refusal(ALEX, "create_project", spaceId=PRODUCT, projectName="x", health="fine")
    assert unknown.field == "health"


def test_projects_are_changed_by_their_admins(workspace: Workspace) -> None:
    ids = {"spaceId": PRODUCT, "projectId": MOBILE_APP}
    changed = workspace.call(PRIYA, "update_project", **ids, status="on hold", health="Off track")
    assert (changed["status"], changed["health"], changed["projectName"]) == (
        "On Hold",
        "Off Track",
        "Mobile app",
    )
    refusal = workspace.refusal(SAM, "update_project", **ids, status="Completed")
    assert (refusal.code, "Project Admin" in refusal.message) == (403, True)
    assert workspace.refusal(SAM, "delete_project", **ids).code == 403
    result = workspace.call(PRIYA, "delete_project", **ids)
    assert result["deletedTasks"] == 33
    listed = workspace.call(ALEX, "list_projects", spaceId=PRODUCT)["projects"]
    assert [project["projectName"] for project in listed] == ["Customer onboarding", "Billing service"]


def test_a_new_project_member_sees_the_project(workspace: Workspace) -> None:
    ids = {"spaceId": OPERATIONS, "projectId": 11280}
    assert workspace.refusal(BEN, "get_project", **ids).code == 404
    added = workspace.call(ALEX, "add_project_member", **ids, email="ben@demo.astravue.example")
    assert (added["userId"], added["role"], added["alreadyMember"]) == (BEN, "MEMBER", False)
    assert workspace.call(BEN, "get_project", **ids)["projectName"] == "Hiring plan"
    again = workspace.call(ALEX, "add_project_member", **ids, userId=BEN, role="ADMIN")
    assert (again["role"], again["alreadyMember"]) == ("ADMIN", True)
    assert "at least one of userId or email" in workspace.refusal(ALEX, "add_project_member", **ids).message
    two = workspace.refusal(ALEX, "add_project_member", **ids, userId=BEN, email="sam@demo.astravue.example")
    assert two.field == "email"
    assert workspace.refusal(ALEX, "add_project_member", **ids, email="no address").field == "email"


@pytest.mark.parametrize(("tool", "arguments"), WRITES)
def test_a_guest_reads_and_writes_nothing(workspace: Workspace, tool: str, arguments: dict[str, Any]) -> None:
    refusal = workspace.refusal(NINA, tool, **arguments)
    assert refusal.code == 403
    assert refusal.message.startswith("Access denied: ")


def test_members_are_found_by_name_and_address(workspace: Workspace) -> None:
    members = workspace.call(PRIYA, "get_workspace_members")
    assert members["total"] == 12
    assert members["members"][0]["firstName"] == "Alex"
    found = workspace.call(ALEX, "get_member_by_email", email="Priya@Demo.Astravue.Example")
    assert (found["userId"], found["role"]) == (PRIYA, {"orgRoleId": 4, "roleName": "Member"})
    assert workspace.refusal(ALEX, "get_member_by_email", email="who@example.com").code == 404
    me = workspace.call(ALEX, "get_current_user")
    assert (me["firstName"], me["role"]["roleName"], me["organisationName"]) == (
        "Alex",
        "Manager",
        "Brightwater Studio",
    )


def test_one_timer_runs_at_a_time(workspace: Workspace) -> None:
    timer = workspace.call(ALEX, "start_timer", taskId=PRESS_RELEASE, notes="Third draft")
    assert (timer["running"], timer["endTime"]) == (True, None)
    refusal = workspace.refusal(ALEX, "start_timer", taskId=LIVE_DEMO)
    assert refusal.code == 409
    assert str(timer["timerId"]) in refusal.message
    assert "Write the press release" in refusal.message
    workspace.call(PRIYA, "start_timer", taskId=PRESS_RELEASE)
    workspace.time.move(minutes=25)
    assert workspace.call(ALEX, "get_active_timers")["timers"][0]["duration"] == 25 * 60_000
    assert workspace.refusal(ALEX, "stop_timer", taskId=LIVE_DEMO).field == "taskId"
    stopped = workspace.call(ALEX, "stop_timer", billable=True)
    assert (stopped["duration"], stopped["billable"], stopped["notes"]) == (1_500_000, True, "Third draft")
    assert workspace.call(ALEX, "get_active_timers")["timers"] == []
    assert "no running timer" in workspace.refusal(ALEX, "stop_timer").message
    assert workspace.call(PRIYA, "get_active_timers")["total"] == 1


def test_time_is_logged_by_duration_or_by_range(workspace: Workspace) -> None:
    logged = workspace.call(ALEX, "log_manual_time", taskId=LIVE_DEMO, hours=1, minutes=30, billable=True)
    assert logged["duration"] == 5_400_000
    assert (logged["startTime"], logged["endTime"]) == ("2026-06-15T10:30:00Z", "2026-06-15T12:00:00Z")
    ranged = workspace.call(
        ALEX,
        "log_time_range",
        taskId=LIVE_DEMO,
        startTime="2026-06-14T09:00:00Z",
        endTime="2026-06-14T09:45:00Z",
    )
    assert ranged["duration"] == 2_700_000
    entries = workspace.call(ALEX, "get_task_time_entries", taskId=LIVE_DEMO)
    assert (entries["total"], entries["totalDuration"]) == (2, 8_100_000)


@pytest.mark.parametrize(
    ("tool", "arguments", "field"),
    [
        ("log_manual_time", {}, "hours"),
        ("log_manual_time", {"minutes": 0}, "minutes"),
        ("log_manual_time", {"hours": 25}, "hours"),
        ("log_manual_time", {"hours": 1, "startTime": "2026-06-15T11:30:00Z"}, "startTime"),
        (
            "log_time_range",
            {"startTime": "2026-06-14T10:00:00Z", "endTime": "2026-06-14T09:00:00Z"},
            "endTime",
        ),
        ("log_time_range", {"startTime": "2026-06-12", "endTime": "2026-06-14"}, "endTime"),
        (
            "log_time_range",
            {"startTime": "2026-06-15T11:00:00Z", "endTime": "2026-06-15T13:00:00Z"},
            "endTime",
        ),
    ],
)
def test_impossible_times_are_refused(
    workspace: Workspace, tool: str, arguments: dict[str, Any], field: str
) -> None:
    assert workspace.refusal(ALEX, tool, taskId=LIVE_DEMO, **arguments).field == field


def test_a_projects_time_is_grouped_by_member(workspace: Workspace) -> None:
    report = workspace.call(ALEX, "get_project_time_entries", projectId=Q2_LAUNCH)
    totals = {group["firstName"]: group["total"] for group in report["members"]}
    assert totals == {"Tom": 6 * HOUR, "Alex": 2.25 * HOUR, "Sam": 9.5 * HOUR, "Maria": 3 * HOUR}
    summary = workspace.call(ALEX, "get_project_time_summary", projectId=Q2_LAUNCH, spaceId=ASTRAVUE_MCP)
    assert summary["billable"] == 12.5 * HOUR
    assert summary["total"] == summary["billable"] + summary["nonBillable"] == 20.75 * HOUR
    one = workspace.call(
        ALEX, "get_project_time_entries", projectId=Q2_LAUNCH, userId=SAM, startDate="2026-06-12"
    )
    assert one["totals"]["total"] == 5.5 * HOUR


def test_a_timesheet_shows_what_the_role_allows(workspace: Workspace) -> None:
    own = workspace.call(SAM, "get_timesheet_report")
    assert {group["firstName"] for group in own["groups"]} == {"Sam"}
    everyone = workspace.call(GRACE, "get_timesheet_report", groupBy="project")
    assert len(everyone["groups"]) == 8
    narrowed = workspace.call(
        GRACE, "get_timesheet_report", userIds=[SAM], billable=True, projectIds=[Q2_LAUNCH]
    )
    assert narrowed["totals"] == {"billable": 9.5 * HOUR, "nonBillable": 0, "total": 9.5 * HOUR}
    assert workspace.refusal(GRACE, "get_timesheet_report", userIds=[999]).code == 404


def test_time_entries_are_deleted_by_their_owner_or_a_project_admin(workspace: Workspace) -> None:
    mine, another = (
        workspace.call(TOM, "log_manual_time", taskId=LIVE_DEMO, minutes=10)["timerId"] for _ in range(2)
    )
    assert workspace.refusal(SAM, "delete_time_entry", timerId=mine).code == 403
    assert workspace.call(TOM, "delete_time_entry", timerId=mine)["duration"] == 600_000
    assert workspace.call(ALEX, "delete_time_entry", timerId=another)["deleted"] is True
    assert workspace.refusal(ALEX, "delete_time_entry", timerId=mine).code == 404
