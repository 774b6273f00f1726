"""An analysis as text for a model and its reader, and as JSON for code."""

from collections.abc import Callable, Iterable, Sequence

from agent.jsontypes import JsonObject, JsonValue
from agent.planning.analysis import Analysis, Measure, PlannedTask
from agent.planning.graph import make_graph
from agent.wording.durations import describe_milliseconds

_HOUR = 3_600_000
_MOST_ROWS = 40
_MOST_LINES = 80
_LONGEST_TITLE = 60


def draw(analysis: Analysis) -> str:
    """Write an analysis as Markdown: circles first, then paths, tables and a map."""
    if not analysis.links:
        return "No task that was read waits for another."
    parts = [
        _draw_cycles(analysis),
        _draw_critical(analysis),
        _section(
            f"Blocked: {len(analysis.blocked)}",
            ("Id", "Task", "Owners", "Due", "Waits for"),
            [
                (*_cells(analysis.tasks[name]), ", ".join(map(str, blockers)))
                for name, blockers in analysis.blocked.items()
            ],
        ),
        _section(
            f"Due before what they wait for: {len(analysis.clashes)}",
            ("Id", "Task", "Owners", "Due", "Waits for", "due"),
            [
                (*_cells(analysis.tasks[link.waiting]), str(link.blocker), _day(analysis.tasks[link.blocker]))
                for link in analysis.clashes
            ],
        ),
        _section(
            "What holds up most",
            ("Id", "Task", "Owners", "Due", "Open tasks behind it", "Can be worked on now"),
            [
                (*_cells(analysis.tasks[name]), str(count), "yes" if name in analysis.ready else "no")
                for name, count in analysis.holding_up.items()
            ],
        ),
        f"### Map of open tasks (below each task, those that wait for it)\n\n```\n{draw_map(analysis)}\n```",
    ]
    return "\n\n".join(filter(None, parts))


def _draw_cycles(analysis: Analysis) -> str:
    if not analysis.cycles:
        return "### No cycles"
    lines = [
        f"- {' → '.join(_name(analysis.tasks[name]) for name in cycle)}"
        for cycle in analysis.cycles[:_MOST_ROWS]
    ]
    tangled = len(analysis.tangled)
    heading = f"### Cycles: {len(analysis.cycles)}, with {tangled} tasks that wait for themselves"
    return "\n".join([f"{heading}\n", *lines, *_rest(len(analysis.cycles))])


def _draw_critical(analysis: Analysis) -> str:
    path = analysis.critical
    if not path.tasks:
        return "### No chain of open tasks"
    length = f"{path.length:g} {path.measure.value}"
    if path.measure is Measure.HOURS:
        length = f"{describe_milliseconds(path.length * _HOUR)} of estimated work"
    rows = [_cells(analysis.tasks[name]) for name in path.tasks]
    return _section(f"Critical path: {length}", ("Id", "Task", "Owners", "Due"), rows)


def _section(heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [
        f"### {heading}\n",
        f"| {' | '.join(columns)} |",
        f"|{' --- |' * len(columns)}",
        *(f"| {' | '.join(row)} |" for row in rows[:_MOST_ROWS]),
    ]
    return "\n".join([*lines, *_rest(len(rows))])


def _rest(count: int) -> list[str]:
    return [f"\n… and {count - _MOST_ROWS} more."] if count > _MOST_ROWS else []


def _cells(task: PlannedTask) -> tuple[str, ...]:
    owners = ", ".join(task.owners) or "-"
    return (str(task.id), *(text.replace("|", "\\|") for text in (_title(task), owners)), _day(task))


def _day(task: PlannedTask) -> str:
    return task.due.date().isoformat() if task.due else "-"


def _title(task: PlannedTask) -> str:
    title = " ".join(task.title.split())
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"


def _name(task: PlannedTask) -> str:
    return f"{task.id} {_title(task)}".rstrip()


def draw_map(analysis: Analysis) -> str:
    """Draw the open tasks as trees; what stands in two places is drawn below the first only."""
    tasks = analysis.tasks
    graph = make_graph(
        (link.blocker, link.waiting)
        for link in analysis.links
        if not (tasks[link.blocker].is_done or tasks[link.waiting].is_done)
    )
    waited_for = {end for ends in graph.values() for end in ends}
    begun = [name for name in analysis.order if name in graph]
    lines: list[str] = []
    drawn: set[int] = set()
    # Tasks of a circle that no other leads to come last, and each tree begins at the first of them.
    for root in sorted(begun, key=lambda name: name in waited_for):
        if root not in drawn:
            _draw_tree(root, graph.__getitem__, lambda name: _name(tasks[name]), drawn, lines)
    left_out = len(lines) - _MOST_LINES
    return "\n".join(lines[:_MOST_LINES] + ([f"… and {left_out} more lines"] if left_out > 0 else []))


def _draw_tree(
    root: int,
    waiting: Callable[[int], Iterable[int]],
    name: Callable[[int], str],
    drawn: set[int],
    lines: list[str],
) -> None:
    # No recursion: a chain may be longer than Python's stack.
    stack = [(root, "", "")]
    while stack:
        here, first, rest = stack.pop()
        if here in drawn:
            lines.append(f"{first}{here} (see above)")
            continue
        drawn.add(here)
        lines.append(f"{first}{name(here)}")
        below = list(waiting(here))
        for place, end in reversed(list(enumerate(below))):
            is_last = place == len(below) - 1
            stack.append((end, rest + ("└─ " if is_last else "├─ "), rest + ("   " if is_last else "│  ")))


def encode(analysis: Analysis) -> JsonObject:
    """An analysis as JSON."""
    tasks = analysis.tasks
    cycles: list[JsonValue] = [list(cycle) for cycle in analysis.cycles]
    return {
        "tasks": [_encode_task(tasks[name]) for name in analysis.order],
        "links": [{"taskId": link.waiting, "dependsOnTaskId": link.blocker} for link in analysis.links],
        "cycles": cycles,
        "criticalPath": {
            "taskIds": list(analysis.critical.tasks),
            "length": analysis.critical.length,
            "measuredIn": analysis.critical.measure.value,
        },
        "blocked": [
            {"taskId": name, "waitsFor": list(blockers)} for name, blockers in analysis.blocked.items()
        ],
        "ready": list(analysis.ready),
        "holdingUp": [{"taskId": name, "openTasks": count} for name, count in analysis.holding_up.items()],
        "dueBeforeBlocker": [
            {"taskId": link.waiting, "dependsOnTaskId": link.blocker} for link in analysis.clashes
        ],
        "roots": list(analysis.roots),
        "leaves": list(analysis.leaves),
    }


def _encode_task(task: PlannedTask) -> JsonObject:
    return {
        "taskId": task.id,
        "taskTitle": task.title,
        "status": task.status,
        "done": task.is_done,
        "startDate": task.start.isoformat() if task.start else None,
        "dueDate": task.due.isoformat() if task.due else None,
        "owners": list(task.owners),
    }
