"""What a call of a tool does to the workspace.

Three sources, in this order: the server's annotations, where the server is trusted; the built-in table of
Astravue's tools (`agent/data/effects.toml`); the rule of names. The table is a floor: no server makes
`astravue_delete_task` milder than it is. A server that is not trusted makes a tool stricter, never milder.
What none of them tells is a write, so that it asks.

Source: MCP 2025-11-25, schema, `ToolAnnotations`: "Clients should never make tool use decisions based on
ToolAnnotations received from untrusted servers."
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.tool import Effect, Tool

# A verb inside a name says nothing: `create_list_item` is no read, nor is `get_or_create_tag`.
_READ = re.compile(r"(?:astravue_)?(?:internal_)?(?:get|list|find|search|preview|read)_(?!(?:and|or)_)")
_DESTRUCTIVE = re.compile(r"(?:^|_)(?:delete|destroy|purge|erase|wipe|drop|truncate)(?:_|$)")
_BULK = re.compile(r"(?:^|_)(?:bulk|batch|mass|many|multiple|all)(?:_|$)")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_SEVERITY = (Effect.READ, Effect.WRITE, Effect.DESTRUCTIVE)


@dataclass(frozen=True, slots=True)
class _Table:
    effects: Mapping[str, Effect]
    careful: frozenset[str]


def effect_of(tool: Tool) -> Effect:
    """Say what a call of this tool does to the workspace."""
    hints = tool.annotations
    base = _table().effects.get(tool.name)
    if base is None:
        base = _by_hints(tool) if tool.is_trusted or tool.is_local else _by_name(tool.name)
    stricter = [Effect.DESTRUCTIVE] if hints.destructive is True else []
    stricter += [Effect.WRITE] if hints.read_only is False else []
    return max((base, *stricter), key=_SEVERITY.index)


def _by_hints(tool: Tool) -> Effect:
    """The effect by the hints of a trusted server; where it leaves something out, by the name.

    `destructiveHint` counts for tools that are not reads. MCP's default for it is true, but a server that
    leaves it out while naming nothing destructive gets the milder question.
    """
    if tool.annotations.read_only is True:
        return Effect.READ
    named = _by_name(tool.name)
    milder = named is Effect.DESTRUCTIVE and tool.annotations.destructive is False
    return Effect.WRITE if milder else named


def _by_name(name: str) -> Effect:
    words = words_of(name)
    if _DESTRUCTIVE.search(words):
        return Effect.DESTRUCTIVE
    return Effect.READ if _READ.match(words) else Effect.WRITE


def words_of(name: str) -> str:
    """`deleteTask`, `delete-task` and `Delete.Task` in the one form that the rules are written for."""
    return _WORD_STARTS.sub("_", name).lower()


def may_repeat(tool: Tool) -> bool:
    """Say whether a call may be sent again when its answer was lost.

    Here the hints of any server count: what is done twice is done at that same server.
    """
    hints = tool.annotations
    reads = hints.read_only is True and hints.destructive is not True
    return reads or hints.idempotent is True or effect_of(tool) is Effect.READ


def is_careful(tool: Tool) -> bool:
    """Say whether every call of this tool asks, whatever was allowed for the session."""
    if effect_of(tool) is Effect.READ:
        return False
    return effect_of(tool) is Effect.DESTRUCTIVE or tool.name in _table().careful or _is_bulk_name(tool.name)


def is_bulk(tool: Tool, arguments: JsonObject) -> bool:
    """Say whether a call changes several things at once: by its name, a list of things, or “all”."""
    return _is_bulk_name(tool.name) or any(
        _is_list_of_things(key, value) or (value is True and _BULK.search(words_of(key)) is not None)
        for key, value in arguments.items()
    )


def _is_bulk_name(name: str) -> bool:
    return _BULK.search(words_of(name)) is not None


def _is_list_of_things(key: str, value: JsonValue) -> bool:
    if not isinstance(value, list) or len(value) < 2:
        return False
    # Several owners of one task are one change.
    people = words_of(key).startswith(("user", "owner", "assignee", "member"))
    ids = words_of(key).endswith(("_ids", "_id")) and not people
    return ids or all(isinstance(item, dict) for item in value)


@cache
def _table() -> _Table:
    import tomllib

    text = resources.files("agent").joinpath("data/effects.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    prefix = document["prefix"]
    effects = {f"{prefix}{name}": effect for effect in _SEVERITY for name in document[effect.value]}
    return _Table(effects, frozenset(f"{prefix}{name}" for name in document["careful"]))
