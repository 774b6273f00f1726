"""What endpoints ask of the functions that they are given, and what they say when it is not so.

Source: the messages of OpenAI's API in its public issues, and "Structured model outputs", section
"Supported schemas".
"""

from collections.abc import Iterator

from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator

from agent.jsontypes import JsonObject, JsonValue

_AT_THE_TOP = ("oneOf", "anyOf", "allOf", "enum", "not")
_ONE = ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then")
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("dependentSchemas", "patternProperties", "properties")


def faults_of_parameters(parameters: JsonObject) -> list[str]:
    """Why endpoints refuse some parameters; empty if they do not."""
    faults = [] if _is_sound(parameters) else ["It is no JSON Schema."]
    if parameters.get("type") != "object" or any(key in parameters for key in _AT_THE_TOP):
        faults.append(f"schema must have type 'object' and not have {_AT_THE_TOP} at the top level")
    if not isinstance(parameters.get("properties"), dict):
        faults.append("object schema missing properties")
    for path, schema, depth in _walk("", parameters, 0):
        if not isinstance(schema, dict):
            if not (isinstance(schema, bool) and path.endswith("/additionalProperties")):
                faults.append(f"{path}: {schema} is not of type 'object'")
            continue
        types = schema.get("type")
        if "array" in (types if isinstance(types, list) else [types]) and "items" not in schema:
            faults.append(f"{path}: array schema missing items")
        if depth > 60:
            faults.append(f"{path}: recursion limit exceeded")
        unreadable = schema.keys() & {
            "$ref",
            "$dynamicRef",
            "$id",
            "$schema",
            "$defs",
            "definitions",
            "pattern",
        }
        faults += [f"{path}: {key} cannot be resolved" for key in sorted(unreadable)]
    return faults


def faults_of_strict_parameters(parameters: JsonObject) -> list[str]:
    """Why OpenAI refuses some parameters in strict mode; empty if it does not."""
    faults = faults_of_parameters(parameters)
    for path, schema, _ in _walk("", parameters, 0):
        if not isinstance(schema, dict):
            continue
        if "type" not in schema and "anyOf" not in schema:
            faults.append(f"{path}: schema must have a 'type' key")
        allowed = _ALLOWED | _ALLOWED_BY_TYPE.get(_type_of(schema), frozenset())
        faults += [f"{path}: '{key}' is not permitted" for key in sorted(schema.keys() - allowed)]
        if schema.get("type") == "object":
            properties = schema["properties"]
            assert isinstance(properties, dict)
            if schema.get("additionalProperties") is not False:
                faults.append(f"{path}: 'additionalProperties' is required to be supplied and to be false")
            if schema.get("required") != list(properties):
                faults.append(f"{path}: 'required' must include every key in properties")
        if schema.get("format", "date") not in _FORMATS:
            faults.append(f"{path}: {schema['format']} is not a valid format")
        values = schema.get("enum", [])
        assert isinstance(values, list)
        own = _validator({"type": schema.get("type", "string")})
        faults += [
            f"{path}: enum value {value} does not validate" for value in values if not own.is_valid(value)
        ]
    return faults


_ALLOWED = frozenset({"type", "description", "enum", "anyOf"})
_ALLOWED_BY_TYPE = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "string": frozenset({"format"}),
    **dict.fromkeys(
        ("integer", "number"),
        frozenset({"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    ),
}
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")


def _type_of(schema: JsonObject) -> str:
    types = schema.get("type")
    return str(types[0] if isinstance(types, list) else types)


def _is_sound(schema: JsonObject) -> bool:
    return _validator(Draft202012Validator.META_SCHEMA).is_valid(schema)


def _validator(schema: JsonObject) -> Validator:
    return Draft202012Validator(schema)


def _walk(path: str, schema: JsonValue, depth: int) -> Iterator[tuple[str, JsonValue, int]]:
    yield path, schema, depth
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        below = f"{path}/{key}"
        if key in _ONE:
            yield from _walk(below, value, depth + 1)
        elif key in _MANY and isinstance(value, list):
            for position, each in enumerate(value):
                yield from _walk(f"{below}/{position}", each, depth + 1)
        elif key in _NAMED and isinstance(value, dict):
            for name, each in value.items():
                yield from _walk(f"{below}/{name}", each, depth + 1)
