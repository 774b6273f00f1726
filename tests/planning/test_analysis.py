"""What follows from a plan."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from agent.planning.analysis import Analysis, Link, Measure, PlannedTask, analyse

MONDAY = datetime(2026, 6, 15, tzinfo=UTC)


def day(number: int) -> datetime:
    return MONDAY + timedelta(days=number)


def chain(*ids: int) -> list[Link]:
    """Each waits for the one before it."""
    return [Link(waiting, blocker) for blocker, waiting in pairwise(ids)]


def test_a_task_is_blocked_by_what_it_waits_for_until_that_is_done() -> None:
    tasks = [PlannedTask(1, is_done=True), PlannedTask(2), PlannedTask(3), PlannedTask(4)]
    found = analyse(tasks, [Link(3, 1), Link(3, 2), Link(4, 1)])
    assert found.blocked == {3: (2,)}
    assert found.ready == (2,)


def test_a_task_that_is_done_is_not_blocked() -> None:
    assert analyse([PlannedTask(1), PlannedTask(2, is_done=True)], chain(1, 2)).blocked == {}


def test_a_task_of_which_only_a_link_is_known_is_taken_for_open() -> None:
    found = analyse([PlannedTask(2)], chain(1, 2))
    assert found.blocked == {2: (1,)}
    assert found.tasks[1] == PlannedTask(1)


def test_each_circle_is_spelt_out_from_its_lowest_id() -> None:
    found = analyse([], [*chain(3, 1, 2, 3), *chain(7, 7), *chain(3, 9)])
    assert found.cycles == ((1, 2, 3, 1), (7, 7))
    assert found.tangled == {1, 2, 3, 7}


def test_the_critical_path_goes_by_estimates_where_all_have_one() -> None:
    links = [*chain(1, 2, 3), *chain(1, 4)]
    hours = {1: 1.0, 2: 1.0, 3: 1.0, 4: 8.0}
    found = analyse([PlannedTask(each, hours=hours[each]) for each in hours], links).critical
    assert (found.tasks, found.length, found.measure) == ((1, 4), 9.0, Measure.HOURS)


def test_the_critical_path_goes_by_days_where_all_have_dates_and_by_number_else() -> None:
    links = [*chain(1, 2, 3), *chain(1, 4)]
    last = {1: 0, 2: 1, 3: 1, 4: 9}
    dated = [PlannedTask(each, start=day(0), due=day(end)) for each, end in last.items()]
    found = analyse(dated, links).critical
    assert (found.tasks, found.length, found.measure) == ((1, 4), 11.0, Measure.DAYS)
    found = analyse(dated[:3], links).critical
    assert (found.tasks, found.length, found.measure) == ((1, 2, 3), 3.0, Measure.TASKS)


def test_the_critical_path_leaves_out_what_is_done_and_what_is_in_a_circle() -> None:
    tasks = [PlannedTask(1, is_done=True)]
    found = analyse(tasks, [*chain(1, 2, 3, 4), *chain(5, 6, 5), *chain(6, 2)])
    assert found.critical.tasks == (2, 3, 4)
    assert analyse([], chain(5, 6, 5)).critical.tasks == ()


def test_a_task_that_is_due_before_what_it_waits_for_clashes() -> None:
    tasks = [
        PlannedTask(1, due=day(3)),
        PlannedTask(2, due=day(2)),
        PlannedTask(3, due=day(3)),
        PlannedTask(4),
    ]
    found = analyse(tasks, [Link(2, 1), Link(3, 1), Link(4, 1)])
    assert found.clashes == (Link(2, 1),)
    done = analyse([PlannedTask(1, due=day(3), is_done=True), *tasks[1:]], [Link(2, 1)])
    assert done.clashes == ()


def test_what_holds_up_most_comes_first_and_counts_open_tasks_behind_it() -> None:
    tasks = [PlannedTask(4, is_done=True)]
    found = analyse(tasks, [*chain(1, 2, 3), *chain(2, 4, 5), *chain(6, 3)])
    assert list(found.holding_up.items()) == [(1, 2), (2, 1), (6, 1)]


def test_roots_wait_for_none_and_none_waits_for_leaves() -> None:
    found = analyse([], [*chain(1, 2, 3), *chain(4, 3)])
    assert (found.roots, found.leaves, found.order) == ((1, 4), (3,), (1, 2, 4, 3))


def test_a_plan_without_links_has_nothing_in_it() -> None:
    assert analyse([PlannedTask(1)], []) == Analysis({}, ())


@given(
    st.permutations([PlannedTask(each, is_done=each % 3 == 0) for each in range(1, 7)]),
    st.lists(st.builds(Link, st.integers(1, 6), st.integers(1, 6)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_order_of_tasks_and_links_changes_nothing(
    tasks: list[PlannedTask], links: list[Link], random: Random
) -> None:
    found = analyse(tasks, links)
    random.shuffle(links)
    again = analyse(sorted(tasks, key=lambda task: task.id), links)
    assert found == again
    assert list(found.holding_up) == list(again.holding_up)
    open_tasks = {task.id for task in tasks if not task.is_done}
    for name, blockers in found.blocked.items():
        assert name in open_tasks
        assert set(blockers) <= open_tasks
        assert all(Link(name, blocker) in links for blocker in blockers)
