"""What changed in a workspace is said in a form that does not depend on ids, times and order."""

from collections.abc import Generator, Sequence
from typing import Any

import pytest

from evals.state.changes import Change, ChangeKind, find_changes
from evals.state.difference import describe_difference
from evals.state.tables import TABLES
from tests.evals.state_workspace import Watched, watched_workspace
from tests.sandbox.sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    GRACE,
    LIVE_DEMO,
    MARKETING,
    PRESS_RELEASE,
    PRIYA,
    PRODUCT,
    Q2_LAUNCH,
    WEBSITE,
    attach,
)


@pytest.fixture
def watched() -> Generator[Watched]:
    with watched_workspace() as watched:
        yield watched


def new_task(watched: Watched, title: str = "Call the printer", **more: object) -> int:
    made = watched.workspace.call(
        ALEX, "create_task", spaceId=MARKETING, projectId=WEBSITE, taskTitle=title, **more
    )
    task_id: int = made["taskId"]
    return task_id


def test_nothing_changed_between_a_snapshot_and_itself(watched: Watched) -> None:
    assert find_changes(watched.before, watched.before) == ()


def test_reading_changes_nothing(watched: Watched) -> None:
    watched.workspace.call(ALEX, "find_tasks", keyword="launch")
    watched.workspace.call(ALEX, "list_spaces")

    assert watched.changes() == ()


def test_a_new_task_is_named_by_what_it_holds(watched: Watched) -> None:
    new_task(watched, priority="High", dueDate="2026-06-30", owners=[PRIYA])

    task, owner = watched.changes()
    assert (task.kind, task.table, task.row) == (ChangeKind.ADDED, "tasks", "task “Call the printer”")
    assert task.values["due_date"] == "2026-06-30T00:00:00Z"
    assert task.values["priority_id"] == "priority 13 “High”"
    assert task.values["project_id"] == f"project {WEBSITE} “Website relaunch”"
    assert owner.row == f"owner user {PRIYA} “Priya Sharma” of task “Call the printer”"


def test_times_of_the_run_and_what_follows_from_others_are_left_out(watched: Watched) -> None:
    new_task(watched)

    values = watched.only("tasks").values
    assert not {"created_time", "update_time", "organisation_id", "modified_by", "task_id"} & set(values)


def test_a_changed_row_keeps_its_id_and_tells_old_and_new_values(watched: Watched) -> None:
    watched.workspace.call(ALEX, "update_task", taskId=LIVE_DEMO, taskTitle="Show it", completion=40)

    assert watched.changes() == (
        Change(
            ChangeKind.CHANGED,
            "tasks",
            f"task {LIVE_DEMO} “Prepare the live demo”",
            {"task_title": "Show it", "completion": 40},
            {"task_title": "Prepare the live demo", "completion": 0},
        ),
    )


def test_writing_what_is_there_changes_nothing(watched: Watched) -> None:
    watched.workspace.time.move(hours=1)
    watched.workspace.call(ALEX, "update_task", taskId=LIVE_DEMO, taskTitle="Prepare the live demo")

    assert watched.changes() == ()


def test_what_goes_with_a_deleted_row_is_no_change_of_its_own(watched: Watched) -> None:
    watched.workspace.call(ALEX, "create_subtask", parentTaskId=PRESS_RELEASE, taskTitle="Proof-read")
    before = watched.workspace.database.snapshot()

    watched.workspace.call(ALEX, "delete_task", taskId=PRESS_RELEASE)

    [gone] = find_changes(before, watched.workspace.database.snapshot())
    assert gone == Change(ChangeKind.REMOVED, "tasks", f"task {PRESS_RELEASE} “Write the press release”")


def test_what_moved_away_from_a_deleted_row_is_a_change(watched: Watched) -> None:
    watched.workspace.call(ALEX, "move_task", taskId=LIVE_DEMO, targetProjectId=WEBSITE)
    watched.workspace.call(GRACE, "delete_project", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH)

    title = f"task {LIVE_DEMO} “Prepare the live demo”"
    [moved] = [change for change in watched.changes() if change.row == title]
    assert moved.values["project_id"] == f"project {WEBSITE} “Website relaunch”"


def test_other_ids_make_no_difference(watched: Watched) -> None:
    new_task(watched, tags=["brand new"])
    wanted = watched.changes()
    watched.begin_again()

    doomed = new_task(watched, "A mistake")
    watched.workspace.call(ALEX, "delete_task", taskId=doomed)
    new_task(watched, tags=["brand new"])

    assert watched.changes() == wanted


def test_an_old_id_is_no_new_row(watched: Watched) -> None:
    entry = watched.workspace.call(ALEX, "add_task_comment", taskId=LIVE_DEMO, comment="One")
    before = watched.workspace.database.snapshot()

    watched.workspace.call(ALEX, "delete_task_comment", commentId=entry["commentId"])
    watched.workspace.call(ALEX, "add_task_comment", taskId=LIVE_DEMO, comment="Two")

    found = find_changes(before, watched.workspace.database.snapshot())
    assert [change.kind for change in found] == [ChangeKind.ADDED, ChangeKind.REMOVED]


def test_what_refers_to_a_new_row_names_it(watched: Watched) -> None:
    task_id = new_task(watched)
    watched.workspace.call(
        ALEX, "add_task_comment", taskId=task_id, comment="Hello", mentionedUserIds=[PRIYA]
    )

    assert watched.only("comments").values["task_id"] == "task “Call the printer”"
    assert watched.only("comment_mentions").row == (
        f"mention of user {PRIYA} “Priya Sharma” in comment “Hello” on task “Call the printer”"
    )


def test_a_renamed_row_keeps_its_old_name_where_others_refer_to_it(watched: Watched) -> None:
    watched.workspace.call(
        ALEX, "update_project", spaceId=MARKETING, projectId=WEBSITE, projectName="New web"
    )
    new_task(watched)

    assert watched.only("tasks").values["project_id"] == f"project {WEBSITE} “Website relaunch”"


def test_two_equal_rows_stay_two(watched: Watched) -> None:
    for _ in range(2):
        watched.workspace.call(ALEX, "add_task_comment", taskId=LIVE_DEMO, comment="Done")

    first, second = watched.changes()
    assert first == second


def test_rows_of_one_name_are_told_apart_by_what_they_hold(watched: Watched) -> None:
    def make(first: str, second: str, commented: str) -> tuple[Change, ...]:
        watched.begin_again()
        tasks = {priority: new_task(watched, priority=priority) for priority in (first, second)}
        watched.workspace.call(ALEX, "add_task_comment", taskId=tasks[commented], comment="This one")
        return watched.changes()

    assert make("High", "Low", "High") == make("Low", "High", "High")
    assert make("High", "Low", "High") != make("High", "Low", "Low")


def test_rows_of_one_name_are_told_apart_by_what_refers_to_them(watched: Watched) -> None:
    def make(commented: Sequence[tuple[int, str]]) -> tuple[Change, ...]:
        watched.begin_again()
        tasks = [new_task(watched), new_task(watched)]
        for place, comment in commented:
            watched.workspace.call(ALEX, "add_task_comment", taskId=tasks[place], comment=comment)
        return watched.changes()

    one_each = make([(0, "First"), (1, "Second")])
    assert make([(1, "First"), (0, "Second")]) == one_each
    assert make([(0, "First"), (0, "Second")]) != one_each


def test_rows_of_one_name_are_told_apart_by_old_rows_that_moved_to_them(watched: Watched) -> None:
    def make(spaces: Sequence[int], targets: Sequence[int]) -> tuple[Change, ...]:
        watched.begin_again()
        projects = {
            space: watched.workspace.call(ALEX, "create_project", spaceId=space, projectName="Twin")[
                "projectId"
            ]
            for space in spaces
        }
        for task_id, space in zip((LIVE_DEMO, PRESS_RELEASE), targets, strict=True):
            watched.workspace.call(ALEX, "move_task", taskId=task_id, targetProjectId=projects[space])
        return watched.changes()

    both, swapped = (MARKETING, PRODUCT), (PRODUCT, MARKETING)
    assert make(both, both) == make(swapped, both)
    assert make(both, both) != make(both, swapped)


def test_rows_of_one_name_are_told_apart_by_what_else_is_linked_to_them(watched: Watched) -> None:
    def make(*links: tuple[str, str]) -> tuple[Change, ...]:
        watched.begin_again()
        tasks = {title: new_task(watched, title) for title in ("W", "X", "Y", "Z")}
        tasks |= {twin: new_task(watched) for twin in ("one", "other")}
        for twin, title in links:
            link = {"taskId": tasks[twin], "dependsOnTaskId": tasks[title]}
            watched.workspace.call(ALEX, "add_dependency", **link)
        return watched.changes()

    apart = make(("one", "W"), ("one", "X"), ("other", "Y"), ("other", "Z"))
    assert make(("other", "X"), ("one", "Y"), ("other", "W"), ("one", "Z")) == apart
    assert make(("one", "W"), ("one", "Y"), ("other", "X"), ("other", "Z")) != apart


def test_rows_of_one_name_are_told_apart_by_what_they_are_part_of(watched: Watched) -> None:
    def make(*links: tuple[str, str]) -> tuple[Change, ...]:
        watched.begin_again()
        parts = {"A": "First", "B": "First", "C": "Second", "D": "Second"}
        tasks = {
            title: watched.workspace.call(
                ALEX, "create_subtask", parentTaskId=new_task(watched, title), taskTitle=part
            )["taskId"]
            for title, part in parts.items()
        }
        for first, second in links:
            link = {"taskId": tasks[first], "dependsOnTaskId": tasks[second]}
            watched.workspace.call(ALEX, "add_dependency", **link)
        return watched.changes()

    assert make(("A", "C"), ("B", "D")) != make(("A", "D"), ("B", "C"))


def test_the_order_of_owners_and_tags_makes_no_difference(watched: Watched) -> None:
    new_task(watched, owners=[ALEX, PRIYA], tags=["launch", "urgent"])
    wanted = watched.changes()
    watched.begin_again()

    new_task(watched, owners=[PRIYA, ALEX], tags=["urgent", "launch"])

    assert watched.changes() == wanted


def size_field(watched: Watched) -> dict[str, Any]:
    return watched.workspace.call(
        ALEX,
        "create_custom_field",
        fieldName="Size",
        fieldType="SINGLE_SELECT_DROPDOWN",
        scope="SPACE",
        spaceId=PRODUCT,
        options=["Small"],
    )


def test_the_order_of_new_options_makes_no_difference(watched: Watched) -> None:
    def make(options: Sequence[str]) -> tuple[Change, ...]:
        watched.begin_again()
        field = size_field(watched)
        for option in options:
            watched.workspace.call(
                ALEX,
                "create_custom_field_option",
                fieldId=field["fieldId"],
                spaceId=PRODUCT,
                optionName=option,
            )
        return watched.changes()

    assert make(["Medium", "Large"]) == make(["Large", "Medium"])


def test_a_chosen_colour_of_an_option_counts(watched: Watched) -> None:
    field = size_field(watched)
    before = watched.workspace.database.snapshot()
    watched.workspace.call(
        ALEX,
        "create_custom_field_option",
        fieldId=field["fieldId"],
        spaceId=PRODUCT,
        optionName="Large",
        color="#123456",
    )

    [option] = find_changes(before, watched.workspace.database.snapshot())
    assert option.values["color"] == "#123456"


def test_the_conditions_of_a_filter_are_read_and_name_what_they_refer_to(watched: Watched) -> None:
    def make(owners: list[int]) -> Change:
        watched.begin_again()
        project = watched.workspace.call(ALEX, "create_project", spaceId=MARKETING, projectName="Fair")
        watched.workspace.call(
            ALEX,
            "create_filter",
            filterName="Ours",
            criteria={"projectId": project["projectId"], "owners": owners},
        )
        return watched.only("filters")

    assert make([PRIYA, ALEX]).values["criteria"] == {
        "projectId": "project “Fair”",
        "owners": [f"user {ALEX} “Alex Morgan”", f"user {PRIYA} “Priya Sharma”"],
    }
    assert make([PRIYA, ALEX]) == make([ALEX, PRIYA])


def test_when_a_timer_ran_makes_no_difference(watched: Watched) -> None:
    def make(minutes: int) -> Change:
        watched.begin_again()
        watched.workspace.time.move(minutes=minutes)
        watched.workspace.call(ALEX, "start_timer", taskId=LIVE_DEMO, notes="Rehearsal")
        return watched.only("time_entries")

    assert make(0) == make(30)
    assert make(0).values["running"] is True
    assert not {"start_time", "end_time", "minutes"} & set(make(0).values)


def test_that_a_timer_was_stopped_is_a_change(watched: Watched) -> None:
    watched.workspace.call(ALEX, "start_timer", taskId=LIVE_DEMO)
    before = watched.workspace.database.snapshot()
    watched.workspace.time.move(minutes=5)
    watched.workspace.call(ALEX, "stop_timer")

    [stopped] = find_changes(before, watched.workspace.database.snapshot())
    assert (stopped.values, stopped.before) == ({"running": False}, {"running": True})


def test_when_a_timer_was_stopped_makes_no_difference(watched: Watched) -> None:
    timer = watched.workspace.call(ALEX, "start_timer", taskId=LIVE_DEMO)
    watched.workspace.call(ALEX, "stop_timer")
    before = watched.workspace.database.snapshot()
    watched.workspace.database.run(
        "UPDATE time_entries SET end_time = end_time + 60000 WHERE timer_id = ?", (timer["timerId"],)
    )

    assert find_changes(before, watched.workspace.database.snapshot()) == ()


def test_logged_time_counts_by_how_long_it_is(watched: Watched) -> None:
    def make(minutes: int, passed: int = 0) -> Change:
        watched.begin_again()
        watched.workspace.time.move(minutes=passed)
        watched.workspace.call(ALEX, "log_manual_time", taskId=LIVE_DEMO, minutes=minutes)
        return watched.only("time_entries")

    assert make(20) == make(20, passed=45)
    assert make(20) != make(25)


def test_logged_time_with_a_given_beginning_counts_by_that_too(watched: Watched) -> None:
    def make(start: str) -> Change:
        watched.begin_again()
        watched.workspace.call(ALEX, "log_manual_time", taskId=LIVE_DEMO, minutes=20, startTime=start)
        return watched.only("time_entries")

    assert make("2026-06-15T08:00:00Z").values["start_time"] == "2026-06-15T08:00:00Z"
    assert make("2026-06-15T08:00:00Z") != make("2026-06-15T09:00:00Z")


def test_logged_time_that_ended_just_before_counts_the_same_however_it_was_logged(watched: Watched) -> None:
    def make(tool: str, **more: object) -> Change:
        watched.begin_again()
        watched.workspace.call(ALEX, tool, taskId=LIVE_DEMO, **more)
        return watched.only("time_entries")

    logged = make("log_manual_time", minutes=30)
    assert make("log_manual_time", minutes=30, startTime="2026-06-15T11:29:00Z") == logged
    earlier = {"startTime": "2026-06-15T11:30:00Z", "endTime": "2026-06-15T12:00:00Z"}
    assert make("log_time_range", **earlier) == logged
    assert make("log_manual_time", minutes=30, startTime="2026-06-15T11:20:00Z") != logged


def test_that_others_were_told_is_no_change_of_its_own(watched: Watched) -> None:
    watched.workspace.call(
        ALEX, "add_task_comment", taskId=LIVE_DEMO, comment="@Priya", mentionedUserIds=[PRIYA]
    )

    assert {change.table for change in watched.changes()} == {"comments", "comment_mentions"}


def test_that_notifications_were_read_is_a_change(watched: Watched) -> None:
    watched.workspace.call(ALEX, "mark_notification_read", markAll=True)

    changes = watched.changes()
    assert changes
    assert {(change.table, change.values["read"]) for change in changes} == {("notifications", True)}


def test_a_dependency_that_was_taken_away_and_made_again_is_the_same(watched: Watched) -> None:
    link = {"taskId": LIVE_DEMO, "dependsOnTaskId": PRESS_RELEASE}
    watched.workspace.call(ALEX, "add_dependency", **link)
    before = watched.workspace.database.snapshot()
    watched.workspace.call(ALEX, "remove_dependency", **link)
    watched.workspace.call(ALEX, "add_dependency", **link)

    assert find_changes(before, watched.workspace.database.snapshot()) == ()


def test_an_attachment_that_went_is_a_change(watched: Watched) -> None:
    attachment_id = attach(watched.workspace, LIVE_DEMO, ALEX)
    before = watched.workspace.database.snapshot()
    watched.workspace.call(ALEX, "delete_attachment", taskId=LIVE_DEMO, attachmentId=attachment_id)

    [gone] = find_changes(before, watched.workspace.database.snapshot())
    assert gone.row == f"attachment {attachment_id} “plan.pdf” on task {LIVE_DEMO} “Prepare the live demo”"


def test_signing_in_is_no_change(watched: Watched) -> None:
    watched.workspace.database.run(
        "INSERT INTO oauth_clients (client_id, client_name, redirect_uris, grant_types, "
        "token_endpoint_auth_method, created_time) VALUES ('x', 'x', '[]', '[]', 'none', 0)"
    )

    assert watched.changes() == ()


def test_a_number_is_one_number_however_it_is_written(watched: Watched) -> None:
    def make(value: float) -> tuple[Change, ...]:
        watched.begin_again()
        field = watched.workspace.call(
            ALEX,
            "create_custom_field",
            fieldName="Points",
            fieldType="NUMBERS",
            scope="PROJECT",
            spaceId=MARKETING,
            projectId=WEBSITE,
        )
        task_id = new_task(watched)
        watched.workspace.call(
            ALEX, "set_custom_field_value", taskId=task_id, fieldId=field["fieldId"], value=value
        )
        return watched.changes()

    assert describe_difference(make(3), make(3.0)) == ""


def test_changes_hold_the_columns_that_are_compared(watched: Watched) -> None:
    new_task(watched, owners=[PRIYA], tags=["launch"])
    watched.workspace.call(ALEX, "start_timer", taskId=LIVE_DEMO)
    watched.workspace.call(
        ALEX, "log_manual_time", taskId=LIVE_DEMO, minutes=3, startTime="2026-06-15T08:00:00Z"
    )
    watched.workspace.call(ALEX, "mark_notification_read", markAll=True)

    changes = watched.changes()
    assert {change.table for change in changes} >= {"notifications", "task_tags", "tasks", "time_entries"}
    for change in changes:
        table = TABLES[change.table]
        assert set(change.values) <= {*table.compared, *table.key}, change
