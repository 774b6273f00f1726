"""Input schemas that are small enough to be offered, whatever a server wrote.

Arguments are checked against the server's own schema, so a smaller one may say less but never forbids
what that one allows.
"""

from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.keywords import MANY_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA

SCHEMA_CHARACTERS = 8_000
"""The longest schema of one function, as JSON; about 2,300 tokens."""
_DESCRIPTION_CHARACTERS = 1_024
# The longest description, the longest list of values, and how deep a property may have its own.
_ROUNDS = ((160, 200, 50), (60, 50, 50), (0, 50, 50), (0, 20, 3), (0, 20, 2), (0, 10, 1))
_COMMENTS = frozenset({"title", "examples", "example", "$comment", "deprecated", "readOnly", "writeOnly"})
# Of these a part that says less forbids more.
_CONDITIONS = frozenset({"not", "if", "then", "else", "dependentSchemas", "dependentRequired"})


def slim_schema(schema: JsonObject, limit: int = SCHEMA_CHARACTERS) -> JsonObject:
    """Write a schema in fewer words where it has too many.

    First descriptions are cut, then left out; then what properties have inside them; then properties that
    are not required. A schema that is short enough is the same object.

    Args:
        schema: A plain one; see `plain_schema`.
        limit: The most characters of JSON.
    """
    if len(dump(schema)) <= limit and _longest_description(schema) <= _DESCRIPTION_CHARACTERS:
        return schema
    slim = schema
    for description, values, levels in ((_DESCRIPTION_CHARACTERS, 10_000, 50), *_ROUNDS):
        slim = _slim(schema, description, values, levels)
        if len(dump(slim)) <= limit:
            return slim
    return _few_properties(slim, limit)


def _longest_description(schema: JsonValue) -> int:
    if isinstance(schema, list):
        return max(map(_longest_description, schema), default=0)
    if not is_object(schema):
        return 0
    said = schema.get("description")
    own = len(said) if isinstance(said, str) else 0
    return max(own, *map(_longest_description, schema.values()), 0)


def _slim(schema: JsonObject, description: int, values: int, levels: int) -> JsonObject:
    slim: JsonObject = {}
    for key, value in schema.items():
        if key in _COMMENTS or key in _CONDITIONS or (key == "oneOf" and "anyOf" in schema):
            continue
        if key == "description" and isinstance(value, str):
            if description:
                slim[key] = value if len(value) <= description else value[: description - 1] + "…"
        elif key in ("enum", "default", "const"):
            if len(dump(value)) <= 20 * values:
                slim[key] = value
        elif key == "items" and not levels:
            # OpenAI refuses arrays without.
            slim[key] = {}
        elif levels or not _has_schemas(key, value):
            inside = _slim_inside(key, value, (description, values, levels - 1))
            # Of branches that say less, more than one may fit.
            slim["anyOf" if key == "oneOf" else key] = inside
    return slim


def _has_schemas(key: str, value: JsonValue) -> bool:
    inside = key in NAMED_SCHEMAS or key in MANY_SCHEMAS or (key in ONE_SCHEMA and is_object(value))
    # These speak of properties that are gone.
    return inside or key in ("required", "additionalProperties")


def _slim_inside(key: str, value: JsonValue, bounds: tuple[int, int, int]) -> JsonValue:
    if key in NAMED_SCHEMAS and is_object(value):
        return {name: _slim(each, *bounds) if is_object(each) else each for name, each in value.items()}
    if key in MANY_SCHEMAS and isinstance(value, list):
        return [_slim(each, *bounds) if is_object(each) else each for each in value]
    if key in ONE_SCHEMA and is_object(value):
        return _slim(value, *bounds)
    return value


def _few_properties(schema: JsonObject, limit: int) -> JsonObject:
    """The properties that are required, then others, as many as fit; the root forbids no others then."""
    listed, needed = schema.get("properties"), schema.get("required")
    properties = listed if is_object(listed) else {}
    required = [str(name) for name in needed] if isinstance(needed, list) else []
    kept: JsonObject = {}
    room = limit - len('{"properties":{},"required":[],"type":"object"}')
    for name in sorted(properties, key=lambda name: name not in required):
        size = len(dump({name: properties[name]})) + (len(dump(name)) + 1) * (name in required)
        if size > room:
            break
        room -= size
        kept[name] = properties[name]
    return {"type": "object", "properties": kept, "required": [name for name in required if name in kept]}
