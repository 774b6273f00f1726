"""Taking a creation back where no rule is known: `create_note` by `delete_note`, if the ids fit.

Only creations are guessed, as only of them it is clear what there was before: nothing.
"""

import re
from collections.abc import Iterator, Mapping

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.effects import effect_of
from agent.tools.tool import Effect, Tool
from agent.undo.record import UndoCall

_CREATE = re.compile(r"(?P<before>(?:.*_)?)create_(?P<thing>\w+)")


def find_deleter(tool: Tool, tools: Mapping[str, Tool]) -> Tool | None:
    """The tool that deletes what a tool creates; `None` if that is not clear from their names."""
    created = _CREATE.fullmatch(tool.name)
    found = tools.get(f"{created['before']}delete_{created['thing']}") if created else None
    if found is None or effect_of(found) is Effect.READ or not _required(found):
        return None
    return found


def guess_call(tool: Tool, deleter: Tool, arguments: JsonObject, result: JsonValue) -> UndoCall | None:
    """The call that deletes what was created; `None` if the answer does not name it."""
    created = _CREATE.fullmatch(tool.name)
    thing = created["thing"] if created else ""
    filled: JsonObject = {}
    own = False
    for needed in _required(deleter):
        value = _id_in(result, needed, thing)
        own = own or value is not None
        value = arguments.get(needed) if value is None else value
        if value is None:
            return None
        filled[needed] = value
    return UndoCall(deleter.name, filled) if own else None


def _id_in(result: JsonValue, needed: str, thing: str) -> JsonValue:
    plain = needed.replace("_", "").lower()
    is_own = plain in ("id", f"{thing.replace('_', '').lower()}id")
    for node in _nodes(result, thing):
        for key in (needed, "id") if is_own else (needed,):
            if isinstance(value := node.get(key), int | str) and not isinstance(value, bool):
                return value
    return None


def _nodes(result: JsonValue, thing: str) -> Iterator[JsonObject]:
    if is_object(result):
        yield result
        inner = result.get(thing)
        if is_object(inner):
            yield inner


def _required(tool: Tool) -> list[str]:
    required = tool.input_schema.get("required")
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
