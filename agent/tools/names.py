"""Names for ids: what an approval shows instead of a number.

Astravue's results, like those of most servers, carry an id beside a name: `taskId` with `taskTitle`,
`userId` with `firstName`. The names are learnt from results that went by, so a question costs no
request when its subject was on the screen a moment ago.
"""

from collections.abc import Iterable, Iterator

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.policy import effect_of
from agent.tools.tool import Effect, Tool

_SUFFIXES = ("Id", "_id", "ID")


class NameIndex:
    """The names of things, by the kind and value of their ids."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}

    def learn(self, result: JsonValue) -> None:
        """Take the names out of a structured result."""
        for node in _objects(result):
            for key, value in node.items():
                kind = _kind(key)
                if kind is not None and isinstance(value, int | str) and (name := _name_of(node, kind)):
                    self._names[kind, str(value)] = _one_line(name)

    def name(self, argument: str, value: JsonValue) -> str | None:
        """The name of what an argument such as `taskId: 7` stands for, or `None` when it is not known."""
        kind = _kind(argument)
        return None if kind is None else self._names.get((kind, str(value)))

    def unknown(self, arguments: JsonObject) -> tuple[tuple[str, JsonValue], ...]:
        """The ids among some arguments whose names are not known, as pairs of argument and value."""
        return tuple(
            (key, value)
            for key, value in arguments.items()
            if _kind(key) is not None and isinstance(value, int | str) and self.name(key, value) is None
        )


def describe_arguments(tool: Tool, arguments: JsonObject, names: NameIndex) -> tuple[str, ...]:
    """One line for each argument, with names beside ids: `taskId: “Fix login” (141300)`."""
    return tuple(f"{key}: {_describe(key, arguments[key], names)}" for key in _in_order(tool, arguments))


def describe_subject(tool: Tool, arguments: JsonObject, names: NameIndex) -> str:
    """What a call is about, in the user's words: the title it gives, else the first thing it names."""
    keys = _in_order(tool, arguments)
    for key in keys:
        value = arguments[key]
        if isinstance(value, str) and key.lower().endswith(("title", "name")):
            return f"“{_one_line(value)}”"
    for key in sorted(keys, key=lambda key: _BREADTH.get(_kind(key) or "", 0)):
        if _kind(key) is not None and "“" in (described := _describe(key, arguments[key], names)):
            return described
    return ""


# A task says more about a call than the project and the space that it lies in.
_BREADTH = {"user": 1, "project": 2, "space": 3}


def _in_order(tool: Tool, arguments: JsonObject) -> list[str]:
    properties = tool.input_schema.get("properties")
    listed = list(properties) if isinstance(properties, dict) else []
    return sorted(arguments, key=lambda key: listed.index(key) if key in listed else len(listed))


def _describe(key: str, value: JsonValue, names: NameIndex) -> str:
    if isinstance(value, list):
        return ", ".join(_describe(key, item, names) for item in value)
    name = names.name(key, value)
    return _one_line(str(value)) if name is None else f"“{name}” ({value})"


def _one_line(text: str) -> str:
    # Whoever names a task must not be able to add lines to a question.
    return " ".join(text.split())


def lookup_tool(argument: str, tools: Iterable[Tool]) -> tuple[Tool, str] | None:
    """The read tool that tells what an id stands for, and its only argument: a `get_task` for `taskId`."""
    kind = _kind(argument)
    for tool in tools:
        match tool.input_schema.get("required"):
            case [str(needed)] if (
                kind is not None
                and _kind(needed) == kind
                and tool.name.lower().endswith(f"get_{kind}")
                and effect_of(tool) is Effect.READ
            ):
                return tool, needed
            case _:
                pass
    return None


_ALIASES = {
    "parenttask": "task",
    "subtask": "task",
    "dependsontask": "task",
    "targetproject": "project",
    "targetspace": "space",
    "owner": "user",
    "owners": "user",
}


def _kind(key: str) -> str | None:
    """`taskId`, `task_ids` and `parentTaskId` are all ids of a task; `title` is no id."""
    singular = key.removesuffix("s")
    for suffix in _SUFFIXES:
        stem = singular.removesuffix(suffix)
        if stem != singular and stem:
            kind = stem.replace("_", "").lower()
            return _ALIASES.get(kind, kind)
    return "user" if key == "owners" else None


def _name_of(node: JsonObject, kind: str) -> str | None:
    for key, value in node.items():
        if isinstance(value, str) and key.replace("_", "").lower() in (f"{kind}title", f"{kind}name"):
            return value
    if kind == "user":
        parts = [node.get("firstName"), node.get("lastName")]
        joined = " ".join(part for part in parts if isinstance(part, str) and part)
        if joined:
            return joined
    own = [key for key in node if _kind(key) is not None]
    if own and _kind(own[0]) == kind:
        for key in ("title", "name", "comment", "email"):
            value = node.get(key)
            if isinstance(value, str):
                return value
    return None


def _objects(value: JsonValue) -> Iterator[JsonObject]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _objects(child)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)
