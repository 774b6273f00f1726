"""The keywords of JSON Schema: what shape each one has, and how to read them.

Source: JSON Schema 2020-12, "Core", section 10, and "Validation", sections 6 to 9.
"""

from collections.abc import Callable, Mapping

from agent.jsontypes import JsonObject, JsonValue, dump

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})

# Keywords by what they hold: one schema, a list of schemas, schemas by name.
ONE_SCHEMA = frozenset(
    {"additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"}
)
MANY_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
NAMED_SCHEMAS = frozenset({"dependentSchemas", "properties"})

# Keywords that say something about a value without restricting it.
ANNOTATIONS = frozenset(
    {
        *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
        *("contentEncoding", "contentMediaType"),
    }
)

# What no value fits.
NOTHING: JsonObject = {"not": {}}


def _is_anything(_: JsonValue) -> bool:
    return True


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


def _is_flag(value: JsonValue) -> bool:
    return isinstance(value, bool)


def _is_list(value: JsonValue) -> bool:
    return isinstance(value, list)


def _is_full_list(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_positive(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_count(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and value % 1 == 0


def _are_names(value: JsonValue) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(map(str, value))) == len(value)


def _are_named_names(value: JsonValue) -> bool:
    return isinstance(value, dict) and all(map(_are_names, value.values()))


def _are_types(value: JsonValue) -> bool:
    return _are_names(value if isinstance(value, list) else [value]) and bool(types_of({"type": value}))


# Keywords that hold data, and whether the data has the shape that the keyword asks for.
DATA: Mapping[str, Callable[[JsonValue], bool]] = {
    "type": _are_types,
    "enum": _is_full_list,
    "const": _is_anything,
    "required": _are_names,
    "dependentRequired": _are_named_names,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    "multipleOf": _is_positive,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _is_count),
    "uniqueItems": _is_flag,
    "format": _is_text,
    **dict.fromkeys(("title", "description", "contentEncoding", "contentMediaType"), _is_text),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), _is_flag),
    "default": _is_anything,
    "examples": _is_list,
}


def types_of(schema: JsonObject) -> list[str]:
    """The types that a schema names, each one known; none where it names no type."""
    named = schema.get("type")
    listed = named if isinstance(named, list) else [named]
    known = [each for each in listed if isinstance(each, str) and each in TYPES]
    return known if len(known) == len(listed) else []


def names_in(schema: JsonObject, keyword: str) -> list[str]:
    """The names that a keyword such as `required` lists."""
    value = schema.get(keyword)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def schemas_in(schema: JsonObject, keyword: str) -> list[JsonObject]:
    """The schemas that a keyword such as `anyOf` lists."""
    value = schema.get(keyword)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def schemas_by_name(schema: JsonObject, keyword: str) -> dict[str, JsonObject]:
    """The schemas that a keyword such as `properties` gives names to."""
    value = schema.get(keyword)
    named = value if isinstance(value, dict) else {}
    return {name: each for name, each in named.items() if isinstance(each, dict)}


def is_deeper(value: JsonValue, levels: int) -> bool:
    """Whether lists and objects stand in each other in more than so many levels."""
    if not isinstance(value, list | dict):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return not levels or any(is_deeper(each, levels - 1) for each in inside)


def distinct(schemas: list[JsonObject]) -> list[JsonObject]:
    """The schemas without those that say the same as an earlier one."""
    return list({dump(each): each for each in schemas}.values())


def with_notes(schema: JsonObject, notes: Mapping[str, JsonValue]) -> JsonObject:
    """A schema whose description tells what its keywords do not: `Title (minLength: 1)`."""
    if not notes:
        return schema
    said = ", ".join(
        f"{key}: {value if isinstance(value, str) else dump(value)}" for key, value in notes.items()
    )
    description = schema.get("description")
    return {**schema, "description": f"{description} ({said})" if description else said}
