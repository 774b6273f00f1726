"""From the tools that a server lists to the function definitions that a model is given.

Names follow OpenAI's rule for function names, and schemas lose `$ref`. Nothing else of a schema is
changed, and arguments are checked against the schema as the server listed it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.jsontypes import JsonObject, JsonValue, dump, parse_object
from agent.model.protocol import FunctionDefinition
from agent.tools.references import inline_references
from agent.tools.tool import Tool

_FORBIDDEN = re.compile(r"[^a-zA-Z0-9_-]")
_NAME_LENGTH = 64
_DESCRIPTION_LENGTH = 1024
_FAULT_LENGTH = 300


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


def build_functions(tools: Iterable[Tool], *, strict: bool = False) -> FunctionTable:
    """Turn listed tools into function definitions; tools for the server's own interface stay out."""
    table: dict[str, Tool] = {}
    for tool in sorted(tools, key=lambda tool: tool.name):
        if not tool.hidden:
            table[_function_name(tool.name, table)] = tool
    definitions = tuple(
        FunctionDefinition(name, _describe(tool), inline_references(tool.input_schema), strict)
        for name, tool in sorted(table.items())
    )
    return FunctionTable(definitions, table)


def _function_name(name: str, taken: Mapping[str, Tool]) -> str:
    candidate = _FORBIDDEN.sub("_", name)
    if name and candidate == name and len(name) <= _NAME_LENGTH and name not in taken:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{candidate[: _NAME_LENGTH - 9]}_{digest}"


def _describe(tool: Tool) -> str:
    text = tool.description or tool.title
    return text if len(text) <= _DESCRIPTION_LENGTH else text[: _DESCRIPTION_LENGTH - 1] + "…"


def parse_arguments(text: str) -> JsonObject:
    """Parse the arguments that a model wrote; no text at all means no arguments.

    Raises:
        ValueError: The text is no JSON object; the message says where it breaks.
    """
    arguments = parse_object(text) if text.strip() else {}
    try:
        dump(arguments).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a character is missing in a text") from error
    return arguments


def validate_arguments(tool: Tool, arguments: JsonObject) -> str | None:
    """Check arguments against the tool's own schema before they leave.

    Returns:
        One sentence that names the field and the fault, or `None` when they fit.
    """
    from jsonschema import Draft7Validator, Draft202012Validator, SchemaError, ValidationError, validate
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    # MCP's dialect is 2020-12, but generators that still write draft 7 say so.
    older = "draft-07" in str(tool.input_schema.get("$schema", ""))
    # A reference to elsewhere is never fetched.
    nothing_else: Registry[JsonValue] = Registry()
    try:
        dialect = Draft7Validator if older else Draft202012Validator
        validate(arguments, tool.input_schema, dialect, registry=nothing_else)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.absolute_path)
        fault = f"{where}: {error.message}" if where else error.message
        return fault if len(fault) <= _FAULT_LENGTH else fault[: _FAULT_LENGTH - 1] + "…"
    except (SchemaError, Unresolvable, RecursionError):
        # The schema is the server's fault, not the model's: let the server judge the arguments.
        return None
    return None
