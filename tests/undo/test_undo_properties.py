"""Any sequence of writes, taken back in reverse order, leaves the workspace as it was."""

from collections.abc import Iterator

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.jsontypes import JsonObject
from tests.sandbox.sandbox_workspace import (
    ALEX,
    DANIEL,
    GRACE,
    LIVE_DEMO,
    OFFICE_MOVE,
    PRESS_RELEASE,
    PRIYA,
    Q2_LAUNCH,
    WEBSITE,
)
from tests.undo.demo_toolbox import DemoToolbox
from tests.undo.undoing import Conversing, succeeded

PRICING_PAGE, DETAIL_SCREEN = 141324, 141475
# Under way, with subtasks, and with custom fields and a status that other projects lack.
TASKS = st.sampled_from((PRESS_RELEASE, LIVE_DEMO, PRICING_PAGE, DETAIL_SCREEN))
TITLES = st.sampled_from(("One", "Two", "Fix “it”", "x" * 255))
OWNERS = st.lists(st.sampled_from((ALEX, GRACE, DANIEL, PRIYA)), unique=True, max_size=3)
FIELDS: dict[str, st.SearchStrategy[object]] = {
    "taskTitle": TITLES,
    "description": st.sampled_from(("", "Something\nelse")),
    "owners": OWNERS,
    "completion": st.integers(0, 100),
    "status": st.sampled_from(("open", "in progress", "completed")),
    "priority": st.sampled_from(("Low", "High", "Critical")),
    "tags": st.lists(st.sampled_from(("launch", "urgent", "brand new")), unique=True),
}
CHANGES = st.fixed_dictionaries({"taskId": TASKS}, optional=FIELDS).filter(lambda changes: len(changes) > 1)
NEW_TASKS: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {"taskTitle": TITLES, "owners": OWNERS}
)
WRITES: dict[str, st.SearchStrategy[dict[str, object]]] = {
    "update_task": CHANGES,
    "bulk_update_tasks": st.fixed_dictionaries({"updates": st.lists(CHANGES, min_size=1, max_size=4)}),
    "bulk_create_tasks": st.fixed_dictionaries(
        {
            "spaceId": st.just(501),
            "projectId": st.just(Q2_LAUNCH),
            "tasks": st.lists(NEW_TASKS, min_size=1, max_size=3),
        }
    ),
    "move_task": st.fixed_dictionaries(
        {"taskId": TASKS, "targetProjectId": st.sampled_from((Q2_LAUNCH, WEBSITE, OFFICE_MOVE))}
    ),
    "duplicate_task": st.fixed_dictionaries({"taskId": TASKS, "includeSubtasks": st.booleans()}),
    "create_subtask": st.fixed_dictionaries({"parentTaskId": TASKS, "taskTitle": TITLES}),
    "add_task_comment": st.fixed_dictionaries({"taskId": TASKS, "comment": TITLES}),
    "create_checklist_item": st.fixed_dictionaries({"taskId": TASKS, "title": TITLES}),
    "add_tag_to_task": st.fixed_dictionaries({"taskId": TASKS, "tagName": st.just("launch")}),
    "remove_tag_from_task": st.fixed_dictionaries({"taskId": TASKS, "tagName": st.just("launch")}),
    "add_dependency": st.fixed_dictionaries(
        {"taskId": TASKS, "dependsOnTaskId": TASKS},
        optional={"dependencyType": st.sampled_from(("BLOCKS", "WAITING_ON"))},
    ),
    "remove_dependency": st.fixed_dictionaries({"taskId": TASKS, "dependsOnTaskId": TASKS}),
    "start_timer": st.fixed_dictionaries({"taskId": TASKS}),
    "log_manual_time": st.fixed_dictionaries({"taskId": TASKS, "minutes": st.integers(1, 59)}),
}
# Fields hang together in more ways than links do.
LIKELIER = [(name, WRITES[name]) for name in ("update_task", "update_task", "bulk_update_tasks", "move_task")]
SEQUENCES = st.lists(
    st.one_of([st.tuples(st.just(name), arguments) for name, arguments in (*WRITES.items(), *LIKELIER)]),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def toolbox() -> Iterator[DemoToolbox]:
    toolbox = DemoToolbox()
    yield toolbox
    toolbox.workspace.database.close()


@given(sequence=SEQUENCES)
@settings(max_examples=60)
def test_writes_undone_in_reverse_order_leave_everything_as_it_was(
    toolbox: DemoToolbox, sequence: list[tuple[str, JsonObject]]
) -> None:
    before = toolbox.state()
    kept = toolbox.workspace.database.snapshot()
    try:
        anyio.run(write_and_undo, toolbox, sequence)
        # People who do not belong to the other project are no longer mentioned, and the question says so.
        assert without(toolbox.state(), "comment_mentions") == without(before, "comment_mentions")
    finally:
        toolbox.workspace.database.restore(kept)


async def write_and_undo(toolbox: DemoToolbox, sequence: list[tuple[str, JsonObject]]) -> None:
    someone = Conversing(toolbox)
    for name, arguments in sequence:
        finished = await someone.call(name, **arguments)
        unable = someone.questions[-1].undo.startswith("This cannot be undone")
        assert not unable or not succeeded(finished) or someone.record.never == "there is no such link"
    while someone.journal.log.last()[0] is not None:
        plan = await someone.undo()
        assert succeeded(someone.finished[-1]), (plan, someone.finished[-1].text)


def without(state: dict[str, list[str]], table: str) -> dict[str, list[str]]:
    return {name: rows for name, rows in state.items() if name != table}
