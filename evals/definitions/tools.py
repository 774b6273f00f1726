"""The tools that cases may name: the sandbox's, this program's functions, and those of a recorded server."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol

from agent.jsontypes import JsonObject, dump, is_object
from evals.definitions.case import Case
from evals.definitions.problems import choices
from evals.definitions.recorded_server import RecordedServer, read_recorded_server

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


@dataclass(frozen=True, slots=True)
class KnownTools:
    """The tools that a case may name, by their names."""

    by_name: Mapping[str, KnownTool]

    def get(self, name: str) -> KnownTool | None:
        """The tool of a name; `None` if there is none."""
        return self.by_name.get(name)

    def like(self, glob: str) -> list[KnownTool]:
        """Those whose names a glob fits."""
        return [tool for name, tool in self.by_name.items() if fnmatchcase(name, glob)]

    def choices(self, given: str) -> str:
        """Say which names there are, those near to one first."""
        return choices(self.by_name, given)

    def with_recorded(self, server: RecordedServer) -> "KnownTools":
        """These, and those that only a recorded server has."""
        learned: dict[str, KnownTool] = {}
        for each in server.tools:
            name, schema, hints = each.get("name"), each.get("inputSchema"), each.get("annotations")
            if isinstance(name, str) and is_object(schema) and name not in self.by_name:
                writes = not (is_object(hints) and hints.get("readOnlyHint") is True)
                learned[name] = KnownTool(name, schema, writes=writes)
        return KnownTools({**self.by_name, **learned})


def tools_of(case: Case) -> KnownTools:
    """The tools that a case may name.

    Args:
        case: The case; its recorded server, if it has one, is read again.

    Raises:
        AgentError: The recorded server cannot be read.
    """
    if not case.workspace.recorded:
        return shipped_tools()
    return shipped_tools().with_recorded(read_recorded_server(case.path.with_name(case.workspace.recorded)))


def sandbox_tools() -> list[dict[str, Any]]:
    """The tools of the sandbox, as it lists them."""
    listed: list[dict[str, Any]] = json.loads(
        resources.files("agent.sandbox").joinpath("tools.json").read_text("utf-8")
    )
    return listed


@cache
def shipped_tools() -> KnownTools:
    """Those of the sandbox, and the functions of this program."""
    served = [
        KnownTool(each["name"], each["inputSchema"], writes=not each["annotations"]["readOnlyHint"])
        for each in sandbox_tools()
    ]
    local = [KnownTool(tool.name, tool.input_schema, is_local=True) for tool in _local_tools(served)]
    return KnownTools({tool.name: tool for tool in (*served, *local)})


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
