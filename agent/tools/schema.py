"""From the tools that a server lists to the function definitions that a model is given.

Names follow OpenAI's rule for function names, and schemas are written plainly, or strictly on request.
Arguments are checked against the schema as the server listed it; see `fit_arguments`.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from agent.jsontypes import JsonObject
from agent.model.protocol import FunctionDefinition
from agent.tools.plain import plain_schema
from agent.tools.slim import slim_schema
from agent.tools.strict import strict_schema
from agent.tools.tool import Tool

_FORBIDDEN = re.compile(r"[^a-zA-Z0-9_-]")
_NAME_LENGTH = 64
_DESCRIPTION_LENGTH = 1024
_SCHEMAS_KEPT = 2048


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """The functions of a request, and the tool that each one stands for.

    Args:
        definitions: Sorted by name, so that the prefix of every request is the same.
        tools: Function name to tool.
    """

    definitions: tuple[FunctionDefinition, ...]
    tools: Mapping[str, Tool]

    def function_of(self, tool_name: str) -> str:
        """The function that stands for a tool; the tool's own name where there is none."""
        found = (function for function, tool in self.tools.items() if tool.name == tool_name)
        return next(found, tool_name)

    def is_strict(self, function: str) -> bool:
        """Whether the model is held to the parameters of a function while it writes."""
        return any(each.strict for each in self.definitions if each.name == function)


def build_functions(tools: Iterable[Tool], *, strict: bool = False) -> FunctionTable:
    """Turn listed tools into function definitions; tools for the server's own interface stay out.

    Args:
        tools: The tools as they are listed.
        strict: Ask for strict mode wherever a tool's schema can be said in it; see `strict_schema`.
    """
    table: dict[str, Tool] = {}
    for tool in sorted(tools, key=lambda tool: tool.name):
        if not tool.hidden:
            table[_function_name(tool.name, table)] = tool
    definitions = tuple(_define(name, tool, strict=strict) for name, tool in sorted(table.items()))
    return FunctionTable(definitions, table)


def _define(name: str, tool: Tool, *, strict: bool) -> FunctionDefinition:
    try:
        schema = json.dumps(tool.input_schema)
    except RecursionError:
        parameters, held = _write(tool.input_schema, strict=strict)
    else:
        parameters, held = _written(schema, strict)
    return FunctionDefinition(name, _describe(tool), parameters, held, tool.finds)


@lru_cache(_SCHEMAS_KEPT)
def _written(schema: str, strict: bool) -> tuple[JsonObject, bool]:
    """The parameters for a schema, which is the same in every step and takes long to write."""
    return _write(json.loads(schema), strict=strict)


def _write(schema: JsonObject, *, strict: bool) -> tuple[JsonObject, bool]:
    plain = plain_schema(schema)
    slim = slim_schema(plain)
    # What was left out for brevity could not be given in strict mode.
    held = strict_schema(plain) if strict and slim is plain else None
    return held or slim, held is not None


def _function_name(name: str, taken: Mapping[str, Tool]) -> str:
    candidate = _FORBIDDEN.sub("_", name)
    if name and candidate == name and len(name) <= _NAME_LENGTH and name not in taken:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{candidate[: _NAME_LENGTH - 9]}_{digest}"


def _describe(tool: Tool) -> str:
    text = tool.description or tool.title
    return text if len(text) <= _DESCRIPTION_LENGTH else text[: _DESCRIPTION_LENGTH - 1] + "…"
