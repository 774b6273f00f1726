"""Which of a server's tools list tasks, time, projects or statuses, told by their names and what they take.

Nothing here knows a server: a tool whose name ends in “tasks” lists tasks, and one that must be given a
project's id lists those of a project.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.effects import effect_of, words_of
from agent.tools.names import kind_of
from agent.tools.paging import properties_of, required_of
from agent.tools.tool import Effect, Tool

PROJECT = "project"

_NARROWING = frozenset({"overdue", "scheduled", "upcoming", "due", "completed", "archived", "recent", "sub"})
_MINE = frozenset({"my", "mine", "assigned"})


class Wanted(Enum):
    """What a listing is about, by the words that names of such tools end in."""

    TASKS = ("tasks", "issues", "tickets", "cards", "todos", "stories", "work_items", "task_list")
    TIME = (
        "timesheet",
        "timesheets",
        "timesheet_report",
        "time_entries",
        "worklogs",
        "time_logs",
        "time_report",
    )
    PROJECTS = ("projects", "boards")
    STATUSES = ("project_statuses", "task_statuses", "statuses", "workflow_states", "workflow")


@dataclass(frozen=True, slots=True)
class Listing:
    """A call that lists something.

    Args:
        tool: The tool.
        arguments: What it is given, pages aside.
    """

    tool: Tool
    arguments: JsonObject


def find_listings(tools: Sequence[Tool], wanted: Wanted, known: Mapping[str, JsonValue]) -> list[Listing]:
    """The reads that list something, the likeliest first.

    Args:
        tools: The tools there are.
        wanted: What to list.
        known: Ids by their kind; a listing that takes a project is only found if one is known.
    """
    found: list[tuple[int, Listing]] = []
    for tool in tools:
        arguments = _arguments(tool, known) if _lists(tool, wanted) else None
        if arguments is None or (PROJECT in known and not _names_project(arguments)):
            continue
        found.append((_score(tool), Listing(tool, arguments)))
    return [listing for _, listing in sorted(found, key=lambda each: -each[0])]


def missing_kind(tools: Sequence[Tool], wanted: Wanted) -> str | None:
    """What must be known to list something that is only listed inside of it: the space of projects."""
    for tool in tools:
        kinds = {kind_of(name) for name in required_of(tool)}
        if _lists(tool, wanted) and len(kinds) == 1 and (kind := kinds.pop()) is not None:
            return kind
    return None


def find_outer(tools: Sequence[Tool], kind: str) -> Tool | None:
    """The read that lists all things of a kind without being told anything."""
    for tool in tools:
        is_free = not tool.hidden and effect_of(tool) is Effect.READ and not required_of(tool)
        if is_free and words_of(tool.name).endswith((f"_{kind}s", f"_{kind.removesuffix('y')}ies")):
            return tool
    return None


def _lists(tool: Tool, wanted: Wanted) -> bool:
    if tool.hidden or tool.is_local or effect_of(tool) is not Effect.READ:
        return False
    words = words_of(tool.name)
    return any(words == ending or words.endswith(f"_{ending}") for ending in wanted.value)


def _arguments(tool: Tool, known: Mapping[str, JsonValue]) -> JsonObject | None:
    """What a tool can be given of what is known; `None` if it needs more."""
    required = required_of(tool)
    given: JsonObject = {}
    for name, schema in properties_of(tool).items():
        kind = kind_of(name)
        if kind is not None and kind in known and (name in required or kind == PROJECT):
            given[name] = _as_taken(schema, known[kind])
        elif name in required:
            return None
    return given


def _as_taken(schema: JsonValue, value: JsonValue) -> JsonValue:
    kind = schema.get("type") if is_object(schema) else None
    if kind == "array":
        return [value]
    return str(value) if kind == "string" else value


def _names_project(arguments: JsonObject) -> bool:
    return any(kind_of(name) == PROJECT for name in arguments)


def _score(tool: Tool) -> int:
    parts = set(words_of(tool.name).split("_"))
    score = 4 if any(kind_of(name) == PROJECT for name in required_of(tool)) else 0
    score += 2 if parts & _MINE else 0
    score -= 1 if parts & _NARROWING else 0
    return score + (1 if "list" in parts else 0)
