"""Whatever is done to a workspace, and in whichever order, its changes are what became of it."""

from collections.abc import Generator, Mapping, Sequence
from itertools import permutations
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evals.state.changes import Change
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
)

Call = tuple[str, Mapping[str, object]]
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
        new = {"spaceId": MARKETING, "projectId": WEBSITE, "taskTitle": "Same"}
        made = [shared.workspace.call(ALEX, "create_task", **new)["taskId"] for _ in order]
        tasks = dict(zip(order, made, strict=True))
        for task, blocker in links:
            shared.workspace.call(ALEX, "add_dependency", taskId=tasks[task], dependsOnTaskId=tasks[blocker])
        return shared.changes()

    wanted = make(range(4))
    for order in list(permutations(range(4)))[1::7]:
        assert make(order) == wanted
