"""Where drawings come from: the results of the conversation, or a few reads of the server.

Every read is a call like one made by hand: it is shown, the user's rules hold for it, and the model
learns of it.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Protocol, Self

from agent.drawing.sanitize import strip_line
from agent.drawing.widths import shorten
from agent.errors import UsageError
from agent.events import CallOutcome, Event, ToolCallFinished
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.records.fields import fields_of, text_of
from agent.records.records import Records, read_records
from agent.records.statuses import read_workflow
from agent.repl.command_context import CommandContext
from agent.repl.views.finding import PROJECT, Listing, Wanted, find_listings, find_outer, missing_kind
from agent.tools.names import kind_of, things_in
from agent.tools.paging import Paging, has_more
from agent.tools.tool import Tool

_MOST_CALLS = 10
_MOST_PAGES = 3
_LONGEST_NAMES = 300
_ASK_FIRST = "Ask for some first, such as “Which of my tasks are overdue?”."


def newest_list(turns: Iterable[Sequence[JsonValue]], zone: tzinfo | None = None) -> Records | None:
    """The list that the newest turn with one was about.

    A turn may have read spaces and projects on its way to tasks, so tasks and time go before other lists.

    Args:
        turns: The structured results of each turn, the newest turn and result first.
        zone: Of the user.
    """
    for results in turns:
        lists = [each for each in read_all(results, zone) if each.rows]
        if lists:
            return next((each for each in lists if each.tasks or each.entries), lists[0])
    return None


def read_all(results: Iterable[JsonValue], zone: tzinfo | None = None) -> list[Records]:
    """The records of those results that hold some.

    Args:
        results: The structured results.
        zone: Of the user.
    """
    found = (read_records(each, zone) if zone else read_records(each) for each in results)
    return [each for each in found if each is not None]


@dataclass(frozen=True, slots=True)
class Project:
    """A project by its name, and the ids that lead to it.

    Args:
        name: What it is called.
        ids: By their kind: its own, and those of what it lies in.
    """

    name: str
    ids: JsonObject


class SourceHost(Protocol):
    """What drawings need of the program behind the chat."""

    def last_results(self) -> Sequence[tuple[str, JsonValue]]:
        """The structured results of this conversation, newest first, each with its tool's name."""
        ...

    def call(self, name: str, arguments: JsonObject) -> AsyncGenerator[Event, None]:
        """Call one tool by hand, with the same approvals and events as in a turn."""
        ...


class Source:
    """Records for one drawing.

    Args:
        host: The program behind the chat.
        list_tools: Lists the server's tools.
        read: Shows the events of a call.
        zone: Of the user.
    """

    def __init__(
        self,
        host: SourceHost,
        list_tools: Callable[[], Awaitable[Sequence[Tool]]],
        read: Callable[[AsyncGenerator[Event, None]], Awaitable[None]],
        zone: tzinfo | None,
    ) -> None:
        self._host = host
        self._list_tools = list_tools
        self._show = read
        self._zone = zone
        self._left = _MOST_CALLS

    @classmethod
    def of(cls, context: CommandContext, now: datetime) -> Self:
        """What a slash command draws from."""
        return cls(context.host, context.list_tools, context.read, now.tzinfo)

    def last(self, fits: Callable[[Records], bool]) -> Records | None:
        """The records of the newest result of this conversation that has some that fit."""
        for _, structured in self._host.last_results():
            records = self._read(structured)
            if records is not None and fits(records):
                return records
        return None

    async def tasks(self, project: str = "") -> Records:
        """The tasks of a project, or of the last result that has some, or the user's own.

        Raises:
            AgentError: There are none, no such project, or the server cannot be asked.
        """
        if not project and (records := self.last(lambda each: bool(each.tasks))):
            return records
        tools = await self._list_tools()
        known = (await self._find_project(tools, project, Wanted.TASKS)).ids if project else {}
        workflow: JsonValue = None
        for listing in find_listings(tools, Wanted.STATUSES, known)[:1] if project else ():
            workflow = await self._call(listing.tool, listing.arguments)
        for listing in find_listings(tools, Wanted.TASKS, known)[:2]:
            records = await self._list(listing)
            if records is not None and records.tasks:
                return replace(records, workflow=read_workflow(workflow) or records.workflow)
        raise UsageError(_nothing("tasks", project), "" if project else _ASK_FIRST)

    async def entries(self, project: str = "") -> Records:
        """The time entries of a project, or of the last result that has some, or all there are.

        Raises:
            AgentError: There are none, no such project, or the server cannot be asked.
        """
        if not project and (records := self.last(lambda each: bool(each.entries))):
            return records
        tools = await self._list_tools()
        known = (await self._find_project(tools, project, Wanted.TIME)).ids if project else {}
        for listing in find_listings(tools, Wanted.TIME, known)[:2]:
            records = await self._list(listing)
            if records is not None and records.entries:
                return records
        raise UsageError(_nothing("time entries", project), "" if project else "Ask for logged time first.")

    def _read(self, structured: JsonValue) -> Records | None:
        return read_records(structured, self._zone) if self._zone else read_records(structured)

    async def _list(self, listing: Listing) -> Records | None:
        """All pages of a list, as far as a few calls go."""
        paging = Paging.of(listing.tool)
        found: Records | None = None
        for number in range(1, _MOST_PAGES + 1):
            answer = await self._call(listing.tool, {**listing.arguments, **paging.arguments(number)})
            page = self._read(answer)
            if page is None:
                break
            found = page if found is None else _join(found, page)
            if paging.page is None or not has_more(answer, len(found.rows)):
                break
        return found

    async def _find_project(self, tools: Sequence[Tool], wanted: str, listed_in: Wanted) -> Project:
        """Find a project among those that were talked about, else at the server."""
        known = [project for _, result in self._host.last_results() for project in projects_in(result)]
        match = _match(known, wanted)
        if match and find_listings(tools, listed_in, match.ids):
            return match
        listed: list[Project] = []
        for listing in find_listings(tools, Wanted.PROJECTS, {})[:1]:
            listed += projects_in(await self._call(listing.tool, listing.arguments))
        if not listed and (inner := missing_kind(tools, Wanted.PROJECTS)):
            listed = await self._list_inside(tools, inner, wanted)
        if match := _match(listed, wanted):
            return match
        names = shorten(", ".join(dict.fromkeys(project.name for project in listed)), _LONGEST_NAMES)
        hint = f"There are: {names}." if names else _ASK_FIRST
        raise UsageError(f"There is no project “{strip_line(wanted)}”.", hint)

    async def _list_inside(self, tools: Sequence[Tool], kind: str, wanted: str) -> list[Project]:
        """Projects that are only listed inside of something else, until the wanted one is among them."""
        outer = find_outer(tools, kind)
        records = self._read(await self._call(outer, {})) if outer else None
        listed: list[Project] = []
        for row in records.rows if records else ():
            around = next((value for key, value in row.items() if kind_of(key) == kind), row.get("id"))
            for listing in find_listings(tools, Wanted.PROJECTS, {kind: around})[:1]:
                found = projects_in(await self._call(listing.tool, listing.arguments))
                listed += [Project(project.name, {kind: around, **project.ids}) for project in found]
            if any(project.name.casefold() == wanted.casefold() for project in listed):
                break
        return listed

    async def _call(self, tool: Tool, arguments: JsonObject) -> JsonValue:
        """Call a read, shown to the user as it goes on; nothing more once there were many."""
        if self._left == 0:
            return None
        self._left -= 1
        finished: list[ToolCallFinished] = []

        async def watch() -> AsyncGenerator[Event, None]:
            async with aclosing(self._host.call(tool.name, arguments)) as events:
                async for event in events:
                    if isinstance(event, ToolCallFinished):
                        finished.append(event)
                    yield event

        await self._show(watch())
        if not finished:
            # The user stopped it, or the server could not be asked; both are on the screen by now.
            raise UsageError("Nothing was drawn.")
        return finished[-1].structured if finished[-1].outcome is CallOutcome.SUCCEEDED else None


def projects_in(value: JsonValue, deepest: int = 8) -> list[Project]:
    """The projects that a result names, each with the ids beside its own.

    Args:
        value: The result.
        deepest: How far to look into it.
    """
    if isinstance(value, list):
        return [project for item in value for project in projects_in(item, deepest - 1)] if deepest else []
    if not is_object(value):
        return []
    found = (
        [project for held in value.values() for project in projects_in(held, deepest - 1)] if deepest else []
    )
    ids: JsonObject = {
        kind: value[key] for key in value if (kind := kind_of(key)) and things_in({key: value[key]})
    }
    own = next(iter(ids), None)
    names = ("projectname", "projecttitle", *(("name", "title") if own == PROJECT else ()))
    name = text_of(fields_of(value), names)
    # A person's id stands beside a project without leading to it.
    ids = {kind: each for kind, each in ids.items() if kind not in ("user", "task", "timer")}
    return [Project(strip_line(name), ids), *found] if PROJECT in ids and name.strip() else found


def _match(projects: Sequence[Project], wanted: str) -> Project | None:
    """The project that a name means: whole, else by its beginning, else by a part.

    Raises:
        UsageError: It may mean several.
    """
    name = wanted.casefold().strip()
    unique: dict[str, Project] = {}
    for project in projects:
        key = str(project.ids[PROJECT])
        # One result tells where a project lies and another one does not.
        unique[key] = Project(
            project.name, {**project.ids, **unique[key].ids} if key in unique else project.ids
        )
    if name in unique:
        return unique[name]
    for fits in (str.__eq__, str.startswith, str.__contains__):
        matches = [project for project in unique.values() if fits(project.name.casefold(), name)]
        if len(matches) > 1:
            names = ", ".join(sorted(project.name for project in matches))
            raise UsageError(f"“{strip_line(wanted)}” may mean several projects: {names}.")
        if matches:
            return matches[0]
    return None


def _join(first: Records, second: Records) -> Records:
    return replace(
        first,
        rows=(*first.rows, *second.rows),
        tasks=(*first.tasks, *second.tasks),
        entries=(*first.entries, *second.entries),
    )


def _nothing(noun: str, project: str) -> str:
    return (
        f"No {noun} of “{strip_line(project)}” were found."
        if project
        else f"There are no {noun} to draw yet."
    )
