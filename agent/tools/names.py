"""Names for ids: what an approval shows instead of a number.

Astravue's results, like those of most servers, carry an id beside a name: `taskId` with `taskTitle`,
`userId` with `firstName`. The names are learnt from results that went by, so a question costs no
request when its subject was on the screen a moment ago.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.effects import effect_of, words_of
from agent.tools.tool import Effect, Tool

_SUFFIXES = ("Id", "_id", "ID")

Thing: TypeAlias = tuple[str, str]
"""The kind of a thing and its id as text."""


class NameIndex:
    """What results told of things, by the kind and value of their ids: names, fields, and where they lie."""

    def __init__(self) -> None:
        self._names: dict[Thing, str] = {}
        self._records: dict[Thing, JsonObject] = {}
        self._places: dict[Thing, set[Thing]] = {}

    def learn(self, result: JsonValue) -> None:
        """Take the names out of a structured result."""
        for node in _objects(result):
            told = [(thing, name) for thing in things_in(node) if (name := _name_of(node, thing[0]))]
            for thing, name in told:
                self._names[thing] = one_line(name)
            if told:
                # The first that has a name here is what the object is; the rest is where it lies.
                self._learn_record(told[0][0], node)

    def _learn_record(self, thing: Thing, node: JsonObject) -> None:
        self._records[thing] = {**self._records.get(thing, {}), **node}
        places = (other for other in things_in(node) if other[0] not in (thing[0], "user"))
        self._places.setdefault(thing, set()).update(places)

    def name(self, argument: str, value: JsonValue) -> str | None:
        """The name of what an argument such as `taskId: 7` stands for, or `None` when it is not known."""
        kind = kind_of(argument)
        return None if kind is None else self.name_of((kind, str(value)))

    def name_of(self, thing: Thing) -> str | None:
        """The name of a thing, or `None` when it is not known."""
        return self._names.get(thing)

    def things(self) -> Sequence[tuple[Thing, str]]:
        """All that have a name, with it."""
        return tuple(self._names.items())

    def record(self, thing: Thing) -> JsonObject:
        """The fields that results gave of a thing, the latest of each; empty when it is not known."""
        return self._records.get(thing, {})

    def places(self, thing: Thing) -> frozenset[Thing]:
        """What a thing lies in, a task's project and space, as far as results told."""
        return frozenset(self._places.get(thing, ()))


def things_in(arguments: Mapping[str, JsonValue]) -> tuple[Thing, ...]:
    """The things that some arguments or fields name by their ids, lists of ids included."""
    return tuple(
        (kind, str(item))
        for key, value in arguments.items()
        if (kind := kind_of(key)) is not None
        for item in (value if isinstance(value, list) else [value])
        if isinstance(item, int | str) and not isinstance(item, bool)
    )


def things_deleted(tool: Tool, arguments: Mapping[str, JsonValue]) -> tuple[Thing, ...]:
    """What a call deletes: `delete_task_comment` a comment and no task, though its arguments name one."""
    _, deletes, words = f"_{words_of(tool.name)}".partition("_delete_")
    what = words.replace("_", "").removesuffix("s")
    if not deletes:
        return ()
    return tuple(thing for thing in things_in(arguments) if what.endswith(thing[0].removesuffix("s")))


# A task says more about a call than the project and the space that it lies in.
_BREADTH = {"user": 1, "project": 2, "space": 3}


def by_breadth(things: Iterable[Thing]) -> list[Thing]:
    """Order things from the narrowest to the widest, as far as that is known."""
    return sorted(things, key=lambda thing: _BREADTH.get(thing[0], 0))


def one_line(text: str) -> str:
    """A text on one line: whoever names a task must not be able to add lines to a question."""
    return " ".join(text.split())


def look_up(
    thing: Thing, known: Mapping[str, JsonValue], tools: Iterable[Tool]
) -> tuple[Tool, JsonObject] | None:
    """The read that tells what an id stands for, a `get_task` for a task, with its arguments.

    Args:
        thing: The thing.
        known: Ids by their kind, for a read that wants to know as well where the thing lies.
        tools: The tools there are.
    """
    kind, value = thing
    for tool in tools:
        listed = tool.input_schema.get("required")
        required = [key for key in listed if isinstance(key, str)] if isinstance(listed, list) else []
        kinds = {key: kind_of(key) for key in required}
        if (
            kind in kinds.values()
            and tool.name.lower().endswith(f"get_{kind}")
            and effect_of(tool) is Effect.READ
            and all(each == kind or each in known for each in kinds.values())
        ):
            ids = {**known, kind: value}
            return tool, {key: _as_taken(tool, key, ids[each or kind]) for key, each in kinds.items()}
    return None


def _as_taken(tool: Tool, key: str, value: JsonValue) -> JsonValue:
    properties = tool.input_schema.get("properties")
    schema = properties.get(key) if isinstance(properties, dict) else None
    is_text = isinstance(schema, dict) and schema.get("type") == "string"
    return int(value) if isinstance(value, str) and value.isdecimal() and not is_text else value


_ALIASES = {
    "parenttask": "task",
    "subtask": "task",
    "dependsontask": "task",
    "targetproject": "project",
    "targetspace": "space",
    "owner": "user",
    "owners": "user",
}


def kind_of(key: str) -> str | None:
    """What a key holds the id of: `taskId`, `task_ids` and `parentTaskId` that of a task; `title` none."""
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
    own = [key for key in node if kind_of(key) is not None]
    if own and kind_of(own[0]) == kind:
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
