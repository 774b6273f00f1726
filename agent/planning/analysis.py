"""What follows from tasks and the links between them: computed, never guessed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from agent.planning.graph import (
    knots,
    longest_chain,
    make_graph,
    order,
    reachable,
    reverse,
    shortest_circle,
    without,
)


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task as far as a plan goes.

    Args:
        id: Its id.
        title: Its title.
        status: Its status, as the workspace calls it.
        is_done: Nobody has to wait for it any more.
        start: When it is to begin.
        due: When it is to be done.
        hours: How much work it is thought to be.
        owners: Who does it.
    """

    id: int
    title: str = ""
    status: str = ""
    is_done: bool = False
    start: datetime | None = None
    due: datetime | None = None
    hours: float | None = None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """One task waits for another."""

    waiting: int
    blocker: int


class Measure(StrEnum):
    """What the length of a chain counts."""

    HOURS = "estimated hours"
    DAYS = "days from start to due date"
    TASKS = "tasks"


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """The longest chain of open tasks, each waiting for the one before it; empty if none waits.

    Args:
        tasks: In the order in which they can be done.
        length: How long it is.
        measure: What the length counts.
    """

    tasks: tuple[int, ...] = ()
    length: float = 0
    measure: Measure = Measure.TASKS


@dataclass(frozen=True, slots=True)
class Analysis:
    """What follows from a plan. Only tasks with links are in it.

    Args:
        tasks: By id.
        links: Sorted.
        cycles: Shortest circles, one for each group of tasks that wait for each other, each from its
            lowest id back to it; a task waits for the one before it.
        tangled: Tasks that wait for themselves through others.
        order: One in which the tasks can be done, those of a circle together.
        critical: Without tasks of a circle.
        blocked: Open tasks, and the open ones that each waits for.
        ready: Open tasks that wait for no open one, but are waited for.
        holding_up: For how many open tasks each open one must be done first, directly or not; most first.
        clashes: Links between open tasks of which the waiting one is due first.
        roots: Tasks that wait for none.
        leaves: Tasks that none waits for.
    """

    tasks: Mapping[int, PlannedTask]
    links: tuple[Link, ...]
    cycles: tuple[tuple[int, ...], ...] = ()
    tangled: frozenset[int] = frozenset()
    order: tuple[int, ...] = ()
    critical: CriticalPath = field(default_factory=CriticalPath)
    blocked: Mapping[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]])
    ready: tuple[int, ...] = ()
    holding_up: Mapping[int, int] = field(default_factory=dict[int, int])
    clashes: tuple[Link, ...] = ()
    roots: tuple[int, ...] = ()
    leaves: tuple[int, ...] = ()


def analyse(tasks: Iterable[PlannedTask], links: Iterable[Link]) -> Analysis:
    """Work out what follows from a plan.

    Args:
        tasks: What is known of tasks; one that only a link names is taken for open and has no dates.
        links: Which task waits for which.
    """
    chosen = tuple(sorted(set(links)))
    known = {task.id: task for task in tasks}
    forward = make_graph((link.blocker, link.waiting) for link in chosen)
    backward = reverse(forward)
    by_id = {name: known.get(name, PlannedTask(name)) for name in forward}
    done = [name for name, task in by_id.items() if task.is_done]
    open_forward = without(forward, done)
    groups = knots(forward)
    tangled = frozenset(name for group in groups for name in group)
    blocked = {name: blockers for name, ends in without(backward, done).items() if (blockers := ends)}
    held = {name: len(reachable(open_forward, name) - {name}) for name in open_forward}
    return Analysis(
        by_id,
        chosen,
        tuple(shortest_circle(forward, group[0]) for group in groups),
        tangled,
        order(forward),
        _critical_path(
            by_id, [link for link in chosen if not {link.waiting, link.blocker} & {*done, *tangled}]
        ),
        blocked,
        tuple(name for name, count in held.items() if count and name not in blocked),
        dict(
            sorted(
                ((name, count) for name, count in held.items() if count), key=lambda each: (-each[1], each[0])
            )
        ),
        tuple(link for link in chosen if _clash(by_id[link.waiting], by_id[link.blocker])),
        tuple(name for name, ends in backward.items() if not ends),
        tuple(name for name, ends in forward.items() if not ends),
    )


def _clash(waiting: PlannedTask, blocker: PlannedTask) -> bool:
    if waiting.is_done or blocker.is_done or waiting.due is None or blocker.due is None:
        return False
    return waiting.due < blocker.due


def _critical_path(tasks: Mapping[int, PlannedTask], links: Sequence[Link]) -> CriticalPath:
    graph = make_graph((link.blocker, link.waiting) for link in links)
    if not graph:
        return CriticalPath()
    measure, weigh = _choose_measure([tasks[name] for name in graph])
    chain = longest_chain(graph, lambda name: weigh(tasks[name]))
    return CriticalPath(chain, sum(weigh(tasks[name]) for name in chain), measure)


def _choose_measure(tasks: Sequence[PlannedTask]) -> tuple[Measure, Callable[[PlannedTask], float]]:
    # A length is only told where it holds for every chain that was compared.
    if all(task.hours is not None for task in tasks):
        return Measure.HOURS, lambda task: max(task.hours or 0.0, 0.0)
    if all(task.start is not None and task.due is not None for task in tasks):
        return Measure.DAYS, _days
    return Measure.TASKS, lambda _: 1.0


def _days(task: PlannedTask) -> float:
    assert task.start is not None
    assert task.due is not None
    return max((task.due.date() - task.start.date()).days, 0) + 1.0
