"""The tools that cases may name: the sandbox's, and the functions of this program."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol

from agent.jsontypes import JsonObject, dump, is_object

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from agent.tools.tool import Tool


class Validator(Protocol):
    """Checks values against a JSON Schema."""

    def iter_errors(self, instance: Any) -> "Iterator[ValidationError]":
        """What is wrong with a value."""
        ...


@dataclass(frozen=True, slots=True)
class KnownTool:
    """A tool that a case may name.

    Args:
        name: Its name.
        schema: The JSON Schema of its arguments.
        writes: It may change something.
        is_local: This program serves it, not the server.
    """

    name: str
    schema: JsonObject
    writes: bool = False
    is_local: bool = False

    @property
    def properties(self) -> JsonObject:
        """The schemas of its arguments."""
        found = self.schema.get("properties")
        return found if is_object(found) else {}

    def validator(self) -> Validator:
        """Checks its arguments."""
        return _validator(dump(self.schema))


_OF_RECORDINGS: dict[str, KnownTool] = {}


def known_tools() -> Mapping[str, KnownTool]:
    """All of them, by name."""
    return {**_shipped_tools(), **_OF_RECORDINGS} if _OF_RECORDINGS else _shipped_tools()


def learn_tools(listed: Sequence[JsonObject]) -> None:
    """Let cases name the tools of a recorded server, too.

    Args:
        listed: As it lists them.
    """
    for each in listed:
        name, schema, hints = each.get("name"), each.get("inputSchema"), each.get("annotations")
        if isinstance(name, str) and is_object(schema) and name not in _shipped_tools():
            writes = not (is_object(hints) and hints.get("readOnlyHint") is True)
            _OF_RECORDINGS[name] = KnownTool(name, schema, writes=writes)


def sandbox_tools() -> list[dict[str, Any]]:
    """The tools of the sandbox, as it lists them."""
    listed: list[dict[str, Any]] = json.loads(
        resources.files("agent.sandbox").joinpath("tools.json").read_text("utf-8")
    )
    return listed


@cache
def _shipped_tools() -> Mapping[str, KnownTool]:
    served = [
        KnownTool(each["name"], each["inputSchema"], writes=not each["annotations"]["readOnlyHint"])
        for each in sandbox_tools()
    ]
    local = [KnownTool(tool.name, tool.input_schema, is_local=True) for tool in _local_tools(served)]
    return {tool.name: tool for tool in (*served, *local)}


def tools_like(glob: str) -> list[KnownTool]:
    """Those whose names a glob fits."""
    return [tool for name, tool in known_tools().items() if fnmatchcase(name, glob)]


@cache
def _validator(schema: str) -> Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))


def _local_tools(served: list[KnownTool]) -> "Iterator[Tool]":
    from agent.planning.function import map_dependencies_tool
    from agent.planning.survey import find_sources
    from agent.tools.catalogue import find_tools_tool
    from agent.tools.read_result import READ_RESULT_TOOL
    from agent.tools.tool import Tool

    listed = [Tool(tool.name, tool.name, "", tool.schema) for tool in served]
    yield find_tools_tool(listed)
    yield READ_RESULT_TOOL
    if (sources := find_sources(listed)) is not None:
        yield map_dependencies_tool(sources)
