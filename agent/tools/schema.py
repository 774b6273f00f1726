"""From the tools that a server lists to the function definitions that a model is given.

Names follow OpenAI's rule for function names; schemas lose `$ref`, because some endpoints render a
reference as `any`. Nothing else of a schema is changed, and arguments are checked against the
schema as the server listed it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.jsontypes import JsonObject, JsonValue, parse_object
from agent.model.protocol import FunctionDefinition
from agent.tools.tool import Tool

_FORBIDDEN = re.compile(r"[^a-zA-Z0-9_-]")
_NAME_LENGTH = 64
_DESCRIPTION_LENGTH = 1024
_DATA_KEYWORDS = frozenset({"const", "default", "enum", "examples", "required"})
_MAP_KEYWORDS = frozenset({"properties", "patternProperties", "dependentSchemas"})


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """The functions of a request, and the tool that each one stands for.

    Args:
        definitions: Sorted by name, so that the prefix of every request is the same.
        tools: Function name to tool.
    """

    definitions: tuple[FunctionDefinition, ...]
    tools: Mapping[str, Tool]


def build_functions(tools: Iterable[Tool]) -> FunctionTable:
    """Turn listed tools into function definitions; tools for the server's own interface stay out."""
    table: dict[str, Tool] = {}
    for tool in sorted(tools, key=lambda tool: tool.name):
        if not tool.hidden:
            table[_function_name(tool.name, table)] = tool
    definitions = tuple(
        FunctionDefinition(name, _describe(tool), inline_references(tool.input_schema))
        for name, tool in sorted(table.items())
    )
    return FunctionTable(definitions, table)


def _function_name(name: str, taken: Mapping[str, Tool]) -> str:
    candidate = _FORBIDDEN.sub("_", name)
    if candidate == name and len(name) <= _NAME_LENGTH and name not in taken:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{candidate[: _NAME_LENGTH - 9]}_{digest}"


def _describe(tool: Tool) -> str:
    text = tool.description or tool.title
    return text if len(text) <= _DESCRIPTION_LENGTH else text[: _DESCRIPTION_LENGTH - 1] + "…"


def inline_references(schema: JsonObject) -> JsonObject:
    """Replace every local `$ref` by what it points to, and drop the definitions.

    A reference that leads back into itself becomes an empty schema, which accepts anything: the
    server's own check still applies. The root always says `"type": "object"`.

    Source: JSON Schema 2020-12, section 8.2.3.1.
    """
    inlined = _inline(schema, schema, ())
    result = inlined if isinstance(inlined, dict) else {}
    result.pop("$schema", None)
    result.pop("$id", None)
    result["type"] = "object"
    result.setdefault("properties", {})
    return result


def _inline(node: JsonValue, root: JsonObject, trail: tuple[str, ...]) -> JsonValue:
    if isinstance(node, list):
        return [_inline(item, root, trail) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    siblings = {
        key: _inline_keyword(key, value, root, trail)
        for key, value in node.items()
        if key not in ("$ref", "$defs", "definitions")
    }
    if not isinstance(reference, str):
        return siblings
    if reference in trail:
        return {}
    target = _inline(_point_to(root, reference), root, (*trail, reference))
    return {**target, **siblings} if isinstance(target, dict) else siblings


def _inline_keyword(key: str, value: JsonValue, root: JsonObject, trail: tuple[str, ...]) -> JsonValue:
    if key in _DATA_KEYWORDS:
        return value
    if key in _MAP_KEYWORDS and isinstance(value, dict):
        return {name: _inline(schema, root, trail) for name, schema in value.items()}
    return _inline(value, root, trail)


def _point_to(root: JsonObject, reference: str) -> JsonValue:
    node: JsonValue = root
    if reference == "#":
        return node
    if not reference.startswith("#/"):
        return {}
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or key not in node:
            return {}
        node = node[key]
    return node


def parse_arguments(text: str) -> JsonObject:
    """Parse the arguments that a model wrote; no text at all means no arguments.

    Raises:
        ValueError: The text is no JSON object; the message says where it breaks.
    """
    return parse_object(text) if text.strip() else {}


def validate_arguments(tool: Tool, arguments: JsonObject) -> str | None:
    """Check arguments against the tool's own schema before they leave.

    Returns:
        One sentence that names the field and the fault, or `None` when they fit.
    """
    from jsonschema import Draft202012Validator, SchemaError, ValidationError, validate
    from referencing.exceptions import Unresolvable

    try:
        validate(arguments, tool.input_schema, cls=Draft202012Validator)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.absolute_path)
        return f"{where}: {error.message}" if where else error.message
    except (SchemaError, Unresolvable, RecursionError):
        # The schema is the server's fault, not the model's: let the server judge the arguments.
        return None
    return None
