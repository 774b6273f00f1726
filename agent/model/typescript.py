"""Function definitions as OpenAI's models read them: TypeScript, which takes a third of the tokens of JSON.

Endpoints take JSON Schemas; OpenAI's own turn them into this text, which is what they count and charge.
Nothing here is sent anywhere.

Source: https://github.com/openai/harmony, the format of the open models (`json_schema_to_typescript`).
"""

from collections.abc import Iterable, Iterator

from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.model.protocol import FunctionDefinition

_HEAD = "# Tools\n\n## functions\n\nnamespace functions {\n\n"
_FOOT = "} // namespace functions"
_INDENT = "    "
_NUMBER = "number"


def render_functions(functions: Iterable[FunctionDefinition]) -> str:
    """Write function definitions as one TypeScript namespace; nothing where there are none."""
    written = "".join(f"{_function(function)}\n\n" for function in functions)
    return f"{_HEAD}{written}{_FOOT}" if written else ""


def _function(function: FunctionDefinition) -> str:
    described = "".join(f"// {line}\n" for line in function.description.splitlines())
    takes = function.parameters.get("properties")
    arguments = f"_: {_type(function.parameters, '')}" if takes else ""
    return f"{described}type {function.name} = ({arguments}) => any;"


def _type(schema: JsonValue, indent: str) -> str:
    if not is_object(schema):
        return "any"
    for keyword in ("oneOf", "anyOf"):
        variants = schema.get(keyword)
        if isinstance(variants, list):
            inner = f"{indent}   "
            return "".join(f"\n{indent} | {_type(variant, inner)}{_remarks(variant)}" for variant in variants)
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_NUMBER if each == "integer" else str(each) for each in kind)
    match kind:
        case "object":
            return f"{{\n{''.join(_properties(schema, indent))}{indent}}}"
        case "array":
            return f"{_type(schema['items'], indent)}[]" if "items" in schema else "Array<any>"
        case "string":
            return " | ".join(_choices(schema)) or "string"
        case "integer" | "number":
            return _NUMBER
        case "boolean":
            return "boolean"
        case _:
            return "any"


def _properties(schema: JsonObject, indent: str) -> Iterator[str]:
    properties, required = schema.get("properties"), schema.get("required")
    if not is_object(properties):
        return
    for name, value in properties.items():
        optional = "" if isinstance(required, list) and name in required else "?"
        if not is_object(value):
            yield f"{indent}{name}{optional}: any,\n"
            continue
        yield from (f"{indent}// {line}\n" for line in _comment(value))
        default = f" // default: {_default(value)}" if "default" in value else ""
        yield f"{indent}{name}{optional}: {_type(value, indent + _INDENT)},{default}\n"


def _comment(schema: JsonObject) -> Iterator[str]:
    title, description, examples = schema.get("title"), schema.get("description"), schema.get("examples")
    if isinstance(title, str):
        yield title
        yield ""
    if isinstance(description, str):
        yield description
    if isinstance(examples, list) and examples:
        yield "Examples:"
        yield from (f"- {dump(example)}" for example in examples if isinstance(example, str))


def _remarks(schema: JsonValue) -> str:
    if not is_object(schema):
        return ""
    description = schema.get("description")
    said = [description] if isinstance(description, str) else []
    if "default" in schema:
        said.append(f"default: {_default(schema)}")
    return f" // {' '.join(said)}" if said else ""


def _default(schema: JsonObject) -> str:
    default = schema["default"]
    return default if isinstance(default, str) and _choices(schema) else dump(default)


def _choices(schema: JsonObject) -> list[str]:
    choices = schema.get("enum")
    return [dump(each) for each in choices if isinstance(each, str)] if isinstance(choices, list) else []
