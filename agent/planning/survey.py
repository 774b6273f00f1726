"""Reads a project's plan through the server's own tools, within a bounded number of calls."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from agent.errors import AgentError, ServerError, SignInError
from agent.jsontypes import JsonObject
from agent.planning.analysis import Link, PlannedTask
from agent.planning.reading import Links, read_links, read_task
from agent.records.fields import rows
from agent.tools.effects import effect_of
from agent.tools.paging import Paging, has_more, properties_of, required_of
from agent.tools.tool import Effect, Tool, ToolResult
from agent.tools.toolbox import Toolbox

MOST_READS = 60
"""Calls of one survey: Astravue takes 100 requests a minute, and the conversation makes some too."""

_SIDE_BY_SIDE = 6
_DEPENDENCIES = ("*list_dependencies", "*list_task_dependencies", "*get_dependencies")
_TASKS = ("*list_project_tasks",)
_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sources:
    """The tools that tell of a plan.

    Args:
        dependencies: Lists the dependencies of one task.
        tasks: Lists the tasks of one project.
    """

    dependencies: Tool
    tasks: Tool | None = None

    @property
    def project_arguments(self) -> JsonObject:
        """What names a project, with its schema."""
        return required_of(self.tasks) if self.tasks else {}

    @property
    def task_argument(self) -> str:
        """What names the task whose dependencies are listed."""
        names = [*required_of(self.dependencies), *properties_of(self.dependencies)]
        return next((name for name in names if "task" in name.lower()), names[0] if names else "taskId")

    @property
    def further_arguments(self) -> tuple[str, ...]:
        """What else the listing of dependencies must be given."""
        return tuple(name for name in required_of(self.dependencies) if name != self.task_argument)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was read.

    Args:
        tasks: Of the project, and those at the other end of their links.
        links: Which task waits for which.
        asked: The tasks whose dependencies were read.
        left_out: Open tasks whose dependencies were not.
        failures: Why not, where a read failed.
        unread: How many links could not be understood.
        is_cut: The project has more tasks than were listed.
    """

    tasks: tuple[PlannedTask, ...]
    links: tuple[Link, ...]
    asked: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    failures: tuple[str, ...] = ()
    unread: int = 0
    is_cut: bool = False


def find_sources(tools: Sequence[Tool]) -> Sources | None:
    """The tools of a server that tell of a plan; `None` where it lists no dependencies."""
    dependencies = _find(tools, _DEPENDENCIES)
    return Sources(dependencies, _find(tools, _TASKS)) if dependencies else None


def _find(tools: Sequence[Tool], globs: Sequence[str]) -> Tool | None:
    # Nobody is asked about calls inside a survey, so they only ever look.
    reads = [tool for tool in tools if effect_of(tool) is Effect.READ]
    return next((tool for glob in globs for tool in reads if fnmatchcase(tool.name, glob)), None)


@dataclass(slots=True)
class _Reads:
    """Counts the calls of a survey."""

    toolbox: Toolbox
    left: int = MOST_READS
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SIDE_BY_SIDE))

    async def call(self, tool: Tool, arguments: JsonObject) -> ToolResult:
        self.left -= 1
        async with self.slots:
            result = await self.toolbox.call_tool(tool.name, arguments)
        if result.is_error:
            raise ServerError(f"{tool.title}: {result.text}")
        return result


async def survey(
    toolbox: Toolbox, sources: Sources, arguments: JsonObject, wanted: Sequence[int] = ()
) -> Survey:
    """Read tasks and their dependencies.

    The dependencies of tasks that are done are not asked for: links to open tasks are told of by those.

    Args:
        toolbox: Of the server.
        sources: Its tools.
        arguments: What names the project, by the names of the server's own arguments.
        wanted: The tasks to ask about; all open ones of the project when empty.

    Raises:
        AgentError: Nothing could be read.
    """
    reads = _Reads(toolbox)
    listed: list[PlannedTask] = []
    is_cut = False
    if sources.tasks is not None and sources.project_arguments.keys() <= arguments.keys():
        listed, is_cut = await _list_tasks(reads, sources.tasks, arguments)
    todo = list(dict.fromkeys(wanted)) or [
        task.id
        for task in sorted(listed, key=lambda task: (task.due or _FAR_FUTURE, task.id))
        if not task.is_done
    ]
    asked, late = todo[: reads.left], todo[reads.left :]
    further = {name: arguments[name] for name in sources.further_arguments if name in arguments}
    answers = await asyncio.gather(
        *(reads.call(sources.dependencies, {**further, sources.task_argument: task_id}) for task_id in asked),
        return_exceptions=True,
    )
    found: dict[int, Links] = {}
    failed: dict[int, AgentError] = {}
    for task_id, answer in zip(asked, answers, strict=True):
        if isinstance(answer, ToolResult):
            found[task_id] = read_links(answer.structured, task_id)
        elif isinstance(answer, AgentError) and not isinstance(answer, SignInError):
            failed[task_id] = answer
        else:
            raise answer
    if failed and not found:
        raise failed[asked[0]]
    reasons = tuple(dict.fromkeys(map(str, failed.values())))
    return replace(_put_together(listed, found), left_out=(*failed, *late), failures=reasons, is_cut=is_cut)


def _put_together(listed: Sequence[PlannedTask], found: Mapping[int, Links]) -> Survey:
    # A list says more of a task than a link does, and a link with its title more than one without.
    told = [task for links in found.values() for task in links.tasks]
    known = {task.id: task for task in (*sorted(told, key=lambda task: task.title != ""), *listed)}
    return Survey(
        tuple(known[name] for name in sorted(known)),
        tuple(sorted({link for links in found.values() for link in links.links})),
        tuple(found),
        unread=sum(links.unread for links in found.values()),
    )


async def _list_tasks(reads: _Reads, tool: Tool, arguments: JsonObject) -> tuple[list[PlannedTask], bool]:
    """All tasks of a project, page by page; half of the reads at most."""
    paging = Paging.of(tool)
    given: JsonObject = {name: value for name, value in arguments.items() if name in required_of(tool)}
    tasks: dict[int, PlannedTask] = {}
    while True:
        number = MOST_READS - reads.left + 1
        result = await reads.call(tool, {**given, **paging.arguments(number)})
        before = len(tasks)
        tasks |= {task.id: task for row in rows(result.structured) if (task := read_task(row))}
        goes_on = len(tasks) > before and has_more(result.structured, len(tasks))
        if paging.page is None or not goes_on or reads.left <= MOST_READS // 2:
            return list(tasks.values()), goes_on
