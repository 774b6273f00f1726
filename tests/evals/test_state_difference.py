"""What a trial did otherwise than its goal is shown with its values, but for what may hold anything."""

from collections.abc import Callable

from evals.state.changes import Change, ChangeKind
from evals.state.difference import describe_difference
from evals.state.leaving_out import leave_out
from tests.evals.state_workspace import Watched, watched_workspace
from tests.sandbox.sandbox_workspace import ALEX, LIVE_DEMO, MARKETING, PRESS_RELEASE, PRIYA, WEBSITE


def after(*deeds: Callable[[Watched], object]) -> tuple[Change, ...]:
    with watched_workspace() as watched:
        for deed in deeds:
            deed(watched)
        return watched.changes()


def update(task_id: int, **fields: object) -> Callable[[Watched], object]:
    return lambda watched: watched.workspace.call(ALEX, "update_task", taskId=task_id, **fields)


def comment(task_id: int, text: str) -> Callable[[Watched], object]:
    return lambda watched: watched.workspace.call(ALEX, "add_task_comment", taskId=task_id, comment=text)


def create(title: str = "Call the printer", **fields: object) -> Callable[[Watched], dict[str, int]]:
    return lambda watched: watched.workspace.call(
        ALEX, "create_task", spaceId=MARKETING, projectId=WEBSITE, taskTitle=title, **fields
    )


def create_with_comment(title: str, text: str) -> Callable[[Watched], object]:
    def make(watched: Watched) -> None:
        comment(create(title)(watched)["taskId"], text)(watched)

    return make


def delete(task_id: int) -> Callable[[Watched], object]:
    return lambda watched: watched.workspace.call(ALEX, "delete_task", taskId=task_id)


def test_nothing_is_said_of_what_is_as_it_should_be() -> None:
    assert describe_difference(after(create()), after(create())) == ""


def test_a_wrong_value_stands_beside_the_wanted_one() -> None:
    told = describe_difference(
        after(update(LIVE_DEMO, dueDate="2026-06-30")), after(update(LIVE_DEMO, dueDate="2026-07-31"))
    )

    assert told.splitlines() == [
        f"different: changed task {LIVE_DEMO} “Prepare the live demo”",
        '  due_date: wanted "2026-06-30T00:00:00Z", found "2026-07-31T00:00:00Z"',
    ]


def test_a_column_that_was_left_alone_is_told_by_its_old_value() -> None:
    told = describe_difference(
        after(update(LIVE_DEMO, taskTitle="Show it", completion=40)),
        after(update(LIVE_DEMO, taskTitle="Show it")),
    )

    assert told.splitlines()[1:] == ["  completion: wanted 40, found 0"]


def test_what_is_missing_tells_what_it_holds() -> None:
    told = describe_difference(after(comment(LIVE_DEMO, "Hello")), ())

    assert (
        told.splitlines()[0] == f"missing: added comment “Hello” on task {LIVE_DEMO} “Prepare the live demo”"
    )
    assert '  comment: "Hello"' in told.splitlines()


def test_what_is_unexpected_tells_how_it_was() -> None:
    told = describe_difference((), after(update(LIVE_DEMO, completion=10), delete(PRESS_RELEASE)))

    assert told.splitlines() == [
        f"unexpected: changed task {LIVE_DEMO} “Prepare the live demo”",
        "  completion: 0 → 10",
        f"unexpected: removed task {PRESS_RELEASE} “Write the press release”",
    ]


def test_a_new_row_with_another_title_is_compared_with_the_wanted_one() -> None:
    told = describe_difference(after(create("Call the printer")), after(create("Call a printer")))

    assert told.splitlines() == [
        "different: added task “Call the printer”",
        '  task_title: wanted "Call the printer", found "Call a printer"',
    ]


def test_a_second_row_of_the_same_kind_is_unexpected() -> None:
    told = describe_difference(after(create()), after(create(), create()))

    assert told.splitlines()[0] == "unexpected: added task “Call the printer”"


def test_a_whole_number_is_shown_as_one() -> None:
    told = describe_difference(
        (),
        after(lambda watched: watched.workspace.call(ALEX, "log_manual_time", taskId=LIVE_DEMO, minutes=20)),
    )

    assert "  minutes: 20" in told.splitlines()


def test_long_texts_are_shown_from_where_they_part() -> None:
    told = describe_difference(
        after(update(LIVE_DEMO, description="a" * 500 + "left")),
        after(update(LIVE_DEMO, description="a" * 500 + "right")),
    )

    assert "left" in told
    assert "right" in told
    assert len(told) < 300


def test_many_lines_are_counted() -> None:
    told = describe_difference((), after(*(comment(LIVE_DEMO, f"Number {n}") for n in range(60))))

    assert told.splitlines()[-1] == "and 140 more lines"


def test_a_row_under_another_new_row_of_the_same_name_is_told() -> None:
    def make(commented: str) -> tuple[Change, ...]:
        def deed(watched: Watched) -> None:
            tasks = {each: create(priority=each)(watched)["taskId"] for each in ("High", "Low")}
            comment(tasks[commented], "This one")(watched)

        return after(deed)

    assert "comment “This one”" in describe_difference(make("High"), make("Low"))


def test_a_column_that_may_hold_anything_is_left_out() -> None:
    wanted, found = after(create(priority="High")), after(create(priority="Low"))

    assert leave_out(wanted, ["tasks.priority_id"]) == leave_out(found, ["tasks.priority_id"])
    assert leave_out(wanted, ["tasks.due_date"]) != leave_out(found, ["tasks.due_date"])


def test_a_text_that_may_be_anything_is_left_out_of_names_too() -> None:
    wanted, found = after(comment(LIVE_DEMO, "All is well")), after(comment(LIVE_DEMO, "It works"))

    assert leave_out(wanted, ["comments.comment"]) == leave_out(found, ["comments.comment"])


def test_a_title_that_may_be_anything_is_left_out_where_others_refer_to_it() -> None:
    wanted, found = after(create("Call", owners=[PRIYA])), after(create("Ring up", owners=[PRIYA]))

    left = leave_out(wanted, ["tasks.task_title"])
    assert left == leave_out(found, ["tasks.task_title"])
    assert left[1].values["task_id"] == "task “…”"


def test_what_people_wrote_is_no_name() -> None:
    changes = after(create_with_comment("Call", "See task “Call”"))

    [_, said] = leave_out(changes, ["tasks.task_title"])
    assert said.values["comment"] == "See task “Call”"


def test_rows_that_are_not_told_apart_any_more_have_one_name() -> None:
    wanted = after(create(priority="High"), create(priority="High"))
    found = after(create(priority="High"), create(priority="Low"))

    assert (
        describe_difference(leave_out(wanted, ["tasks.priority_id"]), leave_out(found, ["tasks.priority_id"]))
        == ""
    )


def test_a_row_that_changed_in_nothing_else_did_not_change() -> None:
    assert leave_out(after(update(LIVE_DEMO, completion=10)), ["tasks.completion"]) == ()


def test_without_columns_all_stays() -> None:
    changes = after(create())

    assert leave_out(changes, ()) == changes
    assert changes[0].kind is ChangeKind.ADDED
