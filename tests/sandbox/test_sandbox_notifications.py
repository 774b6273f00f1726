"""Notifications: who is told of what, who is not, and how they are marked as read."""

from collections.abc import Generator
from typing import Any

import pytest

from agent.sandbox.errors import AccessDenied, InvalidInput, NotFound
from tests.sandbox.sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    DANIEL,
    DRAFT_ANNOUNCEMENT,
    GRACE,
    JULIA,
    LIVE_DEMO,
    MARIA,
    MARKETING,
    NINA,
    PRESS_RELEASE,
    PRIYA,
    Q2_LAUNCH,
    SAM,
    TOM,
    WEBSITE,
    Workspace,
    demo_workspace,
)

Q2 = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH}


@pytest.fixture
def workspace() -> Generator[Workspace]:
    """The demo company before anyone was told of anything."""
    workspace = demo_workspace()
    workspace.database.run("DELETE FROM notifications")
    yield workspace
    workspace.database.close()


def unread(workspace: Workspace, user_id: int, **page: int) -> list[dict[str, Any]]:
    return workspace.call(user_id, "list_notifications", **page)["notifications"]


def told(workspace: Workspace, user_id: int) -> list[tuple[str, str]]:
    return [(each["notificationType"], each["message"]) for each in unread(workspace, user_id)]


def nobody_was_told(workspace: Workspace) -> bool:
    return workspace.count("notifications") == 0


def test_an_owner_is_told_of_a_task_that_someone_else_gives_them(workspace: Workspace) -> None:
    made = workspace.call(GRACE, "create_task", **Q2, taskTitle="Count votes", owners=[PRIYA, GRACE, TOM])
    (notification,) = unread(workspace, PRIYA)
    assert notification == {
        "notificationId": notification["notificationId"],
        "notificationType": "ASSIGNED",
        "message": 'Grace Turner assigned you the task "Count votes".',
        "actor": {
            "userId": GRACE,
            "firstName": "Grace",
            "lastName": "Turner",
            "email": "grace@demo.astravue.example",
        },
        "taskId": made["taskId"],
        "taskTitle": "Count votes",
        "projectId": Q2_LAUNCH,
        "projectName": "Q2 launch",
        "spaceId": ASTRAVUE_MCP,
        "commentId": None,
        "comment": None,
        "createdTime": "2026-06-15T12:00:00Z",
        "read": False,
    }
    assert len(unread(workspace, TOM)) == 1
    assert unread(workspace, GRACE) == []


def test_only_those_who_are_new_to_a_task_are_told(workspace: Workspace) -> None:
    workspace.call(GRACE, "update_task", taskId=LIVE_DEMO, owners=[ALEX, PRIYA, SAM])
    assert told(workspace, SAM) == [
        ("ASSIGNED", 'Grace Turner assigned you the task "Prepare the live demo".')
    ]
    assert workspace.count("notifications") == 1


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("create_subtask", {"parentTaskId": LIVE_DEMO, "taskTitle": "A part", "owners": [SAM]}),
        ("bulk_create_tasks", Q2 | {"tasks": [{"taskTitle": "One", "owners": [SAM]}]}),
        ("bulk_update_tasks", {"updates": [{"taskId": LIVE_DEMO, "owners": [SAM]}]}),
        ("create_personal_task", {"taskTitle": "Lunch", "owners": [GRACE, SAM]}),
        ("duplicate_task", {"taskId": 141305}),
    ],
)
def test_every_way_of_giving_work_is_told(workspace: Workspace, tool: str, arguments: dict[str, Any]) -> None:
    workspace.call(GRACE, tool, **arguments)
    assert [kind for kind, _ in told(workspace, SAM)] == ["ASSIGNED"]


def test_an_item_of_a_bulk_call_that_is_refused_tells_nobody(workspace: Workspace) -> None:
    tasks: list[dict[str, Any]] = [
        {"taskTitle": "Fine", "owners": [SAM]},
        {"taskTitle": "Bad", "owners": [TOM], "startDate": "2026-07-02", "dueDate": "2026-07-01"},
        {"taskTitle": "Worse", "owners": [PRIYA, DANIEL, 999]},
    ]
    workspace.call(GRACE, "bulk_create_tasks", **Q2, tasks=tasks)
    assert workspace.count("notifications") == 1
    assert len(unread(workspace, SAM)) == 1


def test_owners_are_told_of_a_new_status(workspace: Workspace) -> None:
    workspace.call(ALEX, "update_task", taskId=LIVE_DEMO, status="in progress")
    assert told(workspace, PRIYA) == [
        (
            "STATUS_CHANGED",
            'Alex Morgan changed the status of "Prepare the live demo" from OPEN to IN-PROGRESS.',
        )
    ]
    assert unread(workspace, ALEX) == []
    workspace.call(ALEX, "bulk_update_tasks", updates=[{"taskId": LIVE_DEMO, "status": "completed"}])
    assert len(unread(workspace, PRIYA)) == 2


def test_other_changes_and_the_same_status_are_no_news(workspace: Workspace) -> None:
    workspace.call(ALEX, "update_task", taskId=LIVE_DEMO, status="Open", taskTitle="Demo", completion=40)
    assert nobody_was_told(workspace)


def test_a_new_owner_is_told_once_of_a_task_whose_status_changes_too(workspace: Workspace) -> None:
    workspace.call(ALEX, "update_task", taskId=LIVE_DEMO, status="Completed", owners=[ALEX, PRIYA, SAM])
    assert [kind for kind, _ in told(workspace, SAM)] == ["ASSIGNED"]
    assert [kind for kind, _ in told(workspace, PRIYA)] == ["STATUS_CHANGED"]


def test_owner_and_creator_are_told_of_a_comment_and_the_mentioned_of_the_mention(
    workspace: Workspace,
) -> None:
    comment = workspace.call(
        TOM, "add_task_comment", taskId=LIVE_DEMO, comment="Ready?", mentionedUserIds=[PRIYA, MARIA, TOM]
    )
    title = '"Prepare the live demo"'
    assert told(workspace, ALEX) == [("COMMENTED", f"Tom Becker commented on {title}.")]
    mentioned = [("MENTIONED", f"Tom Becker mentioned you in a comment on {title}.")]
    assert told(workspace, PRIYA) == told(workspace, MARIA) == mentioned
    assert unread(workspace, TOM) == []
    assert unread(workspace, MARIA)[0]["commentId"] == comment["commentId"]
    assert unread(workspace, MARIA)[0]["comment"] == "Ready?"
    assert workspace.count("notifications") == 3


def test_the_creator_of_a_task_is_told_once_though_they_own_it(workspace: Workspace) -> None:
    made = workspace.call(SAM, "create_task", **Q2, taskTitle="Mine", owners=[SAM])
    workspace.call(PRIYA, "add_task_comment", taskId=made["taskId"], comment="Good")
    assert [kind for kind, _ in told(workspace, SAM)] == ["COMMENTED"]


def test_nobody_is_told_of_what_they_do_themselves(workspace: Workspace) -> None:
    made = workspace.call(SAM, "create_task", **Q2, taskTitle="Mine", owners=[SAM])
    task = {"taskId": made["taskId"]}
    workspace.call(SAM, "update_task", **task, status="Completed")
    workspace.call(SAM, "add_task_comment", **task, comment="Done", mentionedUserIds=[SAM])
    assert nobody_was_told(workspace)


def test_a_creator_who_does_not_see_the_task_any_more_is_told_nothing(workspace: Workspace) -> None:
    made = workspace.call(SAM, "create_task", **Q2, taskTitle="Mine")
    workspace.database.run("DELETE FROM project_members WHERE user_id = ?", (SAM,))
    workspace.call(PRIYA, "add_task_comment", taskId=made["taskId"], comment="Good")
    assert nobody_was_told(workspace)


def test_a_stranger_to_a_personal_task_who_is_mentioned_there_is_told_nothing(workspace: Workspace) -> None:
    made = workspace.call(SAM, "create_personal_task", taskTitle="Lunch", owners=[SAM, PRIYA])
    workspace.call(
        SAM, "add_task_comment", taskId=made["taskId"], comment="Noon", mentionedUserIds=[TOM, PRIYA]
    )
    assert [kind for kind, _ in told(workspace, PRIYA)] == ["MENTIONED", "ASSIGNED"]
    assert unread(workspace, TOM) == []
    assert workspace.count("notifications") == 2


def test_a_notification_goes_with_its_comment_and_with_its_task(workspace: Workspace) -> None:
    comment = workspace.call(TOM, "add_task_comment", taskId=LIVE_DEMO, comment="Ready?")
    workspace.call(TOM, "update_task", taskId=LIVE_DEMO, status="Completed")
    assert len(unread(workspace, PRIYA)) == 2
    workspace.call(TOM, "delete_task_comment", commentId=comment["commentId"])
    assert [kind for kind, _ in told(workspace, PRIYA)] == ["STATUS_CHANGED"]
    workspace.call(GRACE, "delete_task", taskId=LIVE_DEMO)
    assert nobody_was_told(workspace)


def test_what_a_user_has_lost_sight_of_is_neither_shown_nor_marked(workspace: Workspace) -> None:
    workspace.call(GRACE, "update_task", taskId=LIVE_DEMO, owners=[SAM])
    hidden = unread(workspace, SAM)[0]["notificationId"]
    workspace.database.run("DELETE FROM project_members WHERE user_id = ?", (SAM,))
    assert workspace.call(SAM, "list_notifications")["total"] == 0
    assert workspace.call(SAM, "mark_notification_read", markAll=True) == {"marked": 0, "unread": 0}
    refusal = workspace.refusal(SAM, "mark_notification_read", notificationIds=[hidden])
    assert isinstance(refusal, NotFound)


def fill(workspace: Workspace, count: int) -> None:
    for number in range(count):
        workspace.call(GRACE, "create_task", **Q2, taskTitle=f"Task {number}", owners=[SAM])
        workspace.time.move(seconds=1)


def test_the_newest_come_first_in_pages(workspace: Workspace) -> None:
    fill(workspace, 5)
    workspace.call(GRACE, "bulk_create_tasks", **Q2, tasks=[{"taskTitle": "Last", "owners": [SAM]}] * 2)
    titles: list[str] = []
    for number in (1, 2, 3):
        page = workspace.call(SAM, "list_notifications", page=number, pageSize=3)
        assert page["total"] == 7
        assert page["hasMore"] == (number < 3)
        titles += [each["taskTitle"] for each in page["notifications"]]
    assert titles == ["Last", "Last", "Task 4", "Task 3", "Task 2", "Task 1", "Task 0"]
    ids = [each["notificationId"] for each in unread(workspace, SAM)]
    assert ids == sorted(ids, reverse=True)


def test_marked_notifications_are_not_listed_and_marking_them_again_changes_nothing(
    workspace: Workspace,
) -> None:
    fill(workspace, 3)
    first, second, third = [each["notificationId"] for each in unread(workspace, SAM)]
    chosen = [first, third, first]
    assert workspace.call(SAM, "mark_notification_read", notificationIds=chosen) == {"marked": 2, "unread": 1}
    before = workspace.content()
    assert workspace.call(SAM, "mark_notification_read", notificationIds=chosen) == {"marked": 0, "unread": 1}
    assert workspace.content() == before
    assert [each["notificationId"] for each in unread(workspace, SAM)] == [second]


def test_all_are_marked_at_once_and_nobody_elses(workspace: Workspace) -> None:
    fill(workspace, 3)
    workspace.call(GRACE, "update_task", taskId=PRESS_RELEASE, owners=[ALEX, TOM])
    assert workspace.call(SAM, "mark_notification_read", markAll=True) == {"marked": 3, "unread": 0}
    assert workspace.call(SAM, "mark_notification_read", markAll=True) == {"marked": 0, "unread": 0}
    assert len(unread(workspace, TOM)) == 1


def test_an_unknown_notification_is_named_and_none_is_marked(workspace: Workspace) -> None:
    fill(workspace, 1)
    workspace.call(GRACE, "update_task", taskId=PRESS_RELEASE, owners=[ALEX, TOM])
    own, other = (unread(workspace, user_id)[0]["notificationId"] for user_id in (SAM, TOM))
    refusal = workspace.refusal(SAM, "mark_notification_read", notificationIds=[own, other, 7])
    assert isinstance(refusal, NotFound)
    assert refusal.message == f"notificationIds: you have no notification 7, {other}."
    refusal = workspace.refusal(SAM, "mark_notification_read", notificationIds=list(range(1, 500)))
    assert refusal.message.endswith("8, 9, 10 and 489 more.")


@pytest.mark.parametrize(
    "arguments",
    [{}, {"notificationIds": []}, {"markAll": False}, {"notificationIds": [25001], "markAll": True}],
)
def test_what_is_to_be_marked_has_to_be_said(workspace: Workspace, arguments: dict[str, Any]) -> None:
    refusal = workspace.refusal(ALEX, "mark_notification_read", **arguments)
    assert isinstance(refusal, InvalidInput)
    assert refusal.field in ("notificationIds", "markAll")


def test_a_guest_reads_their_notifications_and_marks_none(workspace: Workspace) -> None:
    task = workspace.call(GRACE, "list_project_tasks", spaceId=502, projectId=WEBSITE)["tasks"][0]
    workspace.call(GRACE, "add_task_comment", taskId=task["taskId"], comment="Hello", mentionedUserIds=[NINA])
    assert [kind for kind, _ in told(workspace, NINA)] == ["MENTIONED"]
    refusal = workspace.refusal(NINA, "mark_notification_read", markAll=True)
    assert isinstance(refusal, AccessDenied)


def test_an_owner_who_stays_behind_when_a_task_moves_is_shown_nothing_of_it(workspace: Workspace) -> None:
    workspace.call(GRACE, "update_task", taskId=DRAFT_ANNOUNCEMENT, owners=[JULIA, ALEX, TOM])
    workspace.call(
        GRACE, "move_task", taskId=DRAFT_ANNOUNCEMENT, targetProjectId=WEBSITE, targetSpaceId=MARKETING
    )
    assert [kind for kind, _ in told(workspace, ALEX)] == ["ASSIGNED"]
    assert unread(workspace, TOM) == []
