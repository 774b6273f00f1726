"""The schemas of tools: which input schemas can be used, and which results keep what they promise."""

from collections.abc import Callable

from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from referencing.exceptions import Unresolvable

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.bounded import bounded_validator, check_schema
from agent.workspace.failure import one_line

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


class OutputSchema:
    """What a tool promises of its structured results.

    Args:
        schema: The `outputSchema` as the server sent it; checked at its first use, since most
            conversations use few tools.
    """

    def __init__(self, schema: JsonObject) -> None:
        self._schema = schema
        self._validator: Validator | None = None

    def complaint(self, name: str, structured: JsonValue) -> str:
        """Say in one sentence how a result breaks the promise; empty if it keeps it.

        Args:
            name: The tool's name, for the sentence.
            structured: The structured result, `None` where there is none.
        """
        if structured is None:
            return f"{name} promises a structured result and gave none."
        try:
            self._validator = self._validator or self._compile()
            error = next(iter(self._validator.iter_errors(structured)), None)
        except (SchemaError, Unresolvable, RecursionError):
            return f"The output schema of {name} is malformed, so its result was not checked."
        if error is None:
            return ""
        return f"The result of {name} does not fit its output schema: {one_line(error.message, 160)}"

    def _compile(self) -> Validator:
        if not isinstance(self._schema.get("$schema", ""), str):
            raise SchemaError("$schema is no text")
        check_schema(self._schema)
        return bounded_validator(self._schema)


def why_unusable(schema: JsonValue) -> str:
    """Say what is wrong with the input schema of a tool; empty if nothing is."""
    if not is_object(schema):
        return "no JSON object"
    if schema.get("type", "object") != "object":
        return "not one of an object"
    properties = schema.get("properties", {})
    if not is_object(properties):
        return "malformed: its properties are no JSON object"
    if not isinstance(schema.get("$schema", ""), str):
        return "malformed: its $schema is no text"
    if is_plainly_sound(schema):
        return ""
    try:
        check_schema(schema)
    except SchemaError as error:
        return f"malformed: {one_line(error.message, 120)}"
    except RecursionError:
        return "nested too deeply"
    return ""


def is_plainly_sound(schema: JsonValue) -> bool:
    """Say whether a schema has only the everyday keywords, each well formed.

    The full check against the metaschema takes milliseconds a tool; nearly no tool needs it.
    """
    if isinstance(schema, bool):
        return True
    return is_object(schema) and all(
        key in _KEYWORDS and _KEYWORDS[key](value) for key, value in schema.items()
    )


def _is_type(value: JsonValue) -> bool:
    if isinstance(value, str):
        return value in _TYPES
    return _are_names(value) and bool(value) and _TYPES.issuperset(value if isinstance(value, list) else ())


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


def _is_list(value: JsonValue) -> bool:
    return isinstance(value, list)


def _is_anything(_: JsonValue) -> bool:
    return True


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_names(value: JsonValue) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(map(str, value))) == len(value)


def _are_schemas(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_plainly_sound, value))


def _are_named_schemas(value: JsonValue) -> bool:
    return is_object(value) and all(map(is_plainly_sound, value.values()))


_KEYWORDS: dict[str, Callable[[JsonValue], bool]] = {
    "type": _is_type,
    "title": _is_text,
    "description": _is_text,
    "format": _is_text,
    "required": _are_names,
    "enum": _is_list,
    "default": _is_anything,
    "const": _is_anything,
    "examples": _is_list,
    "properties": _are_named_schemas,
    "additionalProperties": is_plainly_sound,
    "items": is_plainly_sound,
    "anyOf": _are_schemas,
    "oneOf": _are_schemas,
    "allOf": _are_schemas,
    "minimum": _is_number,
    "maximum": _is_number,
    "minLength": _is_count,
    "maxLength": _is_count,
    "minItems": _is_count,
    "maxItems": _is_count,
}
