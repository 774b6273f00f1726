"""What changed in a workspace is said in a form that does not depend on ids, times and order."""

from collections.abc import Generator, Mapping, Sequence
from itertools import permutations
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evals.state.changes import Change, ChangeKind, find_changes
from evals.state.tables import TABLES
from tests.evals.state_workspace import Watched, watched_workspace
from tests.sandbox.sandbox_workspace import (
    ALEX,
    DANIEL,
    GRACE,
    LIVE_DEMO,
    MARKETING,
    PRESS_RELEASE,
    PRIYA,
    PRODUCT,
    WEBSITE,
    attach,
)

Call = tuple[str, Mapping[str, object]]


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


def test_the_order_of_owners_and_tags_makes_no_difference(watched: Watched) -> None:
    new_task(watched, owners=[ALEX, PRIYA], tags=["launch", "urgent"])
    wanted = watched.changes()
    watched.begin_again()

    new_task(watched, owners=[PRIYA, ALEX], tags=["urgent", "launch"])

    assert watched.changes() == wanted


def test_the_order_of_new_options_makes_no_difference(watched: Watched) -> None:
    def make(options: Sequence[str]) -> tuple[Change, ...]:
        watched.begin_again()
        field = watched.workspace.call(
            ALEX,
            "create_custom_field",
            fieldName="Size",
            fieldType="SINGLE_SELECT_DROPDOWN",
            scope="SPACE",
            spaceId=PRODUCT,
            options=["Small"],
        )
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
    field = watched.workspace.call(
        ALEX,
        "create_custom_field",
        fieldName="Size",
        fieldType="SINGLE_SELECT_DROPDOWN",
        scope="SPACE",
        spaceId=PRODUCT,
        options=["Small"],
    )
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

    assert make(3) == make(3.0)


def test_changes_hold_the_columns_that_are_compared(watched: Watched) -> None:
    new_task(watched, owners=[PRIYA], tags=["launch"])
    watched.workspace.call(ALEX, "start_timer", taskId=LIVE_DEMO)
    watched.workspace.call(
        ALEX, "log_manual_time", taskId=LIVE_DEMO, minutes=3, startTime="2026-06-15T08:00:00Z"
    )
    watched.workspace.call(ALEX, "mark_notification_read", markAll=True)

    for change in watched.changes():
        table = TABLES[change.table]
        assert set(change.values) <= {*table.compared, *table.key}, change


TITLES = st.sampled_from(("One", "Two"))
TASKS = st.sampled_from((LIVE_DEMO, PRESS_RELEASE))
# None of these needs what another one makes, nor changes what another one changes.
INDEPENDENT: st.SearchStrategy[Call] = st.one_of(
    st.tuples(
        st.just("create_task"),
        st.fixed_dictionaries(
            {"spaceId": st.just(MARKETING), "projectId": st.just(WEBSITE), "taskTitle": TITLES},
            optional={
                "priority": st.sampled_from(("High", "Low")),
                "owners": st.lists(st.sampled_from((ALEX, GRACE, DANIEL, PRIYA)), unique=True, max_size=3),
                "tags": st.lists(st.sampled_from(("launch", "brand new", "newer")), unique=True),
            },
        ),
    ),
    st.tuples(st.just("create_subtask"), st.fixed_dictionaries({"parentTaskId": TASKS, "taskTitle": TITLES})),
    st.tuples(st.just("add_task_comment"), st.fixed_dictionaries({"taskId": TASKS, "comment": TITLES})),
    st.tuples(st.just("create_checklist_item"), st.fixed_dictionaries({"taskId": TASKS, "title": TITLES})),
    st.tuples(
        st.just("log_manual_time"), st.fixed_dictionaries({"taskId": TASKS, "minutes": st.integers(1, 9)})
    ),
    st.tuples(
        st.just("duplicate_task"), st.fixed_dictionaries({"taskId": st.just(141324), "newTitle": TITLES})
    ),
    st.tuples(
        st.just("create_project"), st.fixed_dictionaries({"spaceId": st.just(PRODUCT), "projectName": TITLES})
    ),
)
UNDOING: Mapping[str, tuple[str, str]] = {
    "create_task": ("delete_task", "taskId"),
    "add_task_comment": ("delete_task_comment", "commentId"),
    "create_checklist_item": ("delete_checklist_item", "checklistItemId"),
    "log_manual_time": ("delete_time_entry", "timerId"),
}


@pytest.fixture(scope="module")
def shared() -> Generator[Watched]:
    with watched_workspace() as watched:
        yield watched


@given(calls=st.lists(INDEPENDENT, min_size=2, max_size=5), order=st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_independent_calls_makes_no_difference(
    shared: Watched, calls: list[Call], order: Random
) -> None:
    projects = [dict(arguments)["projectName"] for tool, arguments in calls if tool == "create_project"]
    assume(len(projects) == len(set(projects)))
    shared.begin_again()
    for tool, arguments in calls:
        shared.workspace.call(ALEX, tool, **arguments)
    wanted = shared.changes()
    assert len(wanted) >= len(calls)

    shared.begin_again()
    for tool, arguments in order.sample(calls, len(calls)):
        shared.workspace.call(ALEX, tool, **arguments)

    assert shared.changes() == wanted


@given(
    calls=st.lists(
        INDEPENDENT.filter(lambda call: call[0] in UNDOING and "tags" not in call[1]), min_size=1, max_size=5
    )
)
@settings(max_examples=30)
def test_what_is_made_and_deleted_again_leaves_no_change(shared: Watched, calls: list[Call]) -> None:
    shared.begin_again()
    made = [(tool, shared.workspace.call(ALEX, tool, **arguments)) for tool, arguments in calls]
    assert shared.changes()
    for tool, result in reversed(made):
        delete, name = UNDOING[tool]
        shared.workspace.call(ALEX, delete, **{name: result[name]})

    assert shared.changes() == ()


@given(
    links=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda link: link[0] < link[1]),
        unique=True,
        max_size=5,
    )
)
@settings(max_examples=20)
def test_links_between_new_rows_of_one_name_are_told_by_their_shape(
    shared: Watched, links: list[tuple[int, int]]
) -> None:
    def make(order: Sequence[int]) -> tuple[Change, ...]:
        shared.begin_again()
        made = [new_task(shared, "Same") for _ in order]
        tasks = dict(zip(order, made, strict=True))
        for task, blocker in links:
            shared.workspace.call(ALEX, "add_dependency", taskId=tasks[task], dependsOnTaskId=tasks[blocker])
        return shared.changes()

    wanted = make(range(4))
    for order in list(permutations(range(4)))[1::7]:
        assert make(order) == wanted
