"""Function parameters within what OpenAI's strict mode accepts.

There the endpoint holds the model to the schema while it writes, so every property must be given: what
may be left out is given as null, and `fit_arguments` leaves it out again.

Source: OpenAI, "Structured model outputs", sections "Supported schemas" and "Some type-specific keywords
are not yet supported" (developers.openai.com/api/docs/guides/structured-outputs).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.flat import flatten
from agent.tools.keywords import (
    ANNOTATIONS,
    NOTHING,
    distinct,
    names_in,
    schemas_by_name,
    schemas_in,
    types_of,
    with_notes,
)

_MOST_PROPERTIES = 5_000
_MOST_LEVELS = 10
_MOST_TEXT = 120_000
_MOST_VALUES = 1_000
# Of one enum, where it has more than so many values.
_MANY_VALUES = 250
_MOST_TEXT_OF_MANY = 15_000

_FORMATS = frozenset({"date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uuid"})
_BOUNDS = ("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_KEPT = {
    "array": ("minItems", "maxItems"),
    "integer": _BOUNDS,
    "number": _BOUNDS,
}
# Not accepted, so told in the description.
_TOLD = ("default", "examples", "minLength", "maxLength", "uniqueItems", "minProperties", "maxProperties")
_NULL: JsonObject = {"type": "null"}


class _LossyError(Exception):
    """Something that the schema accepts cannot be said in strict mode."""


def strict_schema(plain: JsonObject) -> JsonObject | None:
    """Convert a plain schema; see `plain_schema`.

    Whatever fits the schema fits the result once each property that is left out is null, properties that
    the schema does not name aside. Keywords that only restrict are left out where strict mode has none
    like them, since the arguments are checked against the server's own schema anyway.

    Returns:
        The strict schema; `None` where the schema says what strict mode cannot: objects with properties
        of any name, values of any type, tuples, properties that may both be left out and be null and mean
        something else by each, and more than the documented limits.
    """
    try:
        strict = _describe(_Converter(nulls=True).object_(plain, is_root=True), plain)
    except _LossyError:
        return None
    return strict if _is_within_limits(strict) else None


def given_schema(plain: JsonObject) -> JsonObject:
    """What fits the strict schema, without the nulls that say that something is left out.

    Args:
        plain: A schema that `strict_schema` converts.
    """
    return _Converter(nulls=False).object_(plain, is_root=True)


@dataclass(frozen=True, slots=True)
class _Converter:
    """Converts plain schemas.

    Args:
        nulls: What may be left out is given as null, as strict mode asks.
    """

    nulls: bool

    def convert(self, schema: JsonObject, *, optional: bool = False) -> JsonObject:
        """Convert a schema.

        Args:
            schema: The schema.
            optional: It is of a property that may be left out.
        """
        variants = distinct(self._variants(schema))
        if optional:
            if _NULL in variants and ("default" not in schema or schema["default"] is not None):
                # Null means something of its own here, for example that a date is cleared.
                raise _LossyError
            others = [variant for variant in variants if variant != _NULL]
            variants = [*others, _NULL] if self.nulls else others
        return _describe(_unite(variants), schema)

    def object_(self, schema: JsonObject, *, is_root: bool = False) -> JsonObject:
        """Convert what a schema says of objects."""
        flat = flatten(schema)
        properties = schemas_by_name(flat, "properties")
        required = names_in(flat, "required")
        open_to = flat.get("additionalProperties")
        free_form = open_to is None and not properties and not is_root
        if free_form or open_to not in (None, False) or not properties.keys() >= set(required):
            raise _LossyError
        return {
            "type": "object",
            "properties": {
                name: self.convert(each, optional=name not in required) for name, each in properties.items()
            },
            "required": [*(properties if self.nulls else required)],
            "additionalProperties": False,
        }

    def _variants(self, schema: JsonObject) -> list[JsonObject]:
        """Convert a schema into schemas of one type each; a value fits one of them if it fits the schema."""
        types = types_of(schema)
        if "const" in schema or "enum" in schema:
            values = schema.get("enum", [schema.get("const")])
            return _variants_of_values(values if isinstance(values, list) else [], types)
        if types:
            return [self._type(each, schema) for each in types if each != "integer" or "number" not in types]
        return list(chain.from_iterable(map(self._described_variants, _alternatives(schema))))

    def _described_variants(self, schema: JsonObject) -> Iterator[JsonObject]:
        for variant in self._variants(schema):
            yield variant if variant == _NULL else _describe(variant, schema)

    def _type(self, type_: str, schema: JsonObject) -> JsonObject:
        """Convert what a schema says of one type."""
        kept = {key: schema[key] for key in _KEPT.get(type_, ()) if key in schema}
        if type_ == "object":
            return self.object_(schema)
        if type_ == "array":
            items = schema.get("items")
            if "prefixItems" in schema or not isinstance(items, dict):
                raise _LossyError
            return {"type": type_, "items": self.convert(items), **kept}
        if type_ == "string" and schema.get("format") in _FORMATS:
            kept["format"] = schema["format"]
        return {"type": type_, **kept}


def _describe(strict: JsonObject, schema: JsonObject) -> JsonObject:
    described = {key: schema[key] for key in ("description",) if key in schema}
    notes = {key: schema[key] for key in _TOLD if schema.get(key) not in (None, False)}
    if "format" in schema and schema["format"] not in _FORMATS:
        notes["format"] = schema["format"]
    return {**strict, **with_notes(described, notes)}


def _unite(variants: Sequence[JsonObject]) -> JsonObject:
    """Write schemas of one type each as one schema."""
    others = [variant for variant in variants if variant != _NULL]
    has_null = len(others) < len(variants)
    if not others:
        return _NULL if has_null else NOTHING
    if len(others) == 1 and not has_null:
        return others[0]
    if len(others) == 1 and others[0]["type"] not in ("array", "object"):
        return _or_null(others[0])
    _check_first_keys(others)
    return {"anyOf": [*others, *([_NULL] if has_null else [])]}


def _or_null(variant: JsonObject) -> JsonObject:
    nullable: JsonObject = {**variant, "type": [variant["type"], "null"]}
    values = variant.get("enum")
    return {**nullable, "enum": [*values, None]} if isinstance(values, list) else nullable


def _check_first_keys(variants: Sequence[JsonObject]) -> None:
    # "Objects provided via 'anyOf' must not share identical first keys."
    keys = [
        next(iter(schemas_by_name(each, "properties")), "") for each in variants if each["type"] == "object"
    ]
    if len(set(keys)) < len(keys):
        raise _LossyError


def _alternatives(schema: JsonObject) -> list[JsonObject]:
    """The schemas that one without a type stands for."""
    said = schema.keys() - ANNOTATIONS
    for keyword in ("anyOf", "oneOf", "allOf"):
        branches = schemas_in(schema, keyword)
        if said == {keyword} and (keyword != "allOf" or len(branches) == 1):
            return branches
    raise _LossyError


def _variants_of_values(values: list[JsonValue], types: list[str]) -> list[JsonObject]:
    by_type: dict[str, list[JsonValue]] = {}
    for value in values:
        own = _type_of(value)
        if not types or own in types or (own == "integer" and "number" in types) or _is_whole(value, types):
            by_type.setdefault(own, []).append(value)
    if not by_type:
        raise _LossyError
    return [_NULL if own == "null" else {"type": own, "enum": each} for own, each in by_type.items()]


def _is_whole(value: JsonValue, types: list[str]) -> bool:
    return isinstance(value, float) and value.is_integer() and "integer" in types


def _type_of(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case _:
            raise _LossyError


def _is_within_limits(strict: JsonObject) -> bool:
    properties = levels = text = count = 0
    for schema, level in _walk(strict, 1):
        names = schemas_by_name(schema, "properties")
        values = schema.get("enum")
        words = [each for each in values if isinstance(each, str)] if isinstance(values, list) else []
        length = sum(map(len, words))
        if len(words) > _MANY_VALUES and length > _MOST_TEXT_OF_MANY:
            return False
        levels = max(levels, level if schema.get("type") in ("array", "object") else 0)
        properties += len(names)
        text += length + sum(map(len, names))
        count += len(values) if isinstance(values, list) else 0
    return (
        properties <= _MOST_PROPERTIES
        and levels <= _MOST_LEVELS
        and text <= _MOST_TEXT
        and count <= _MOST_VALUES
    )


def _walk(strict: JsonObject, level: int) -> Iterator[tuple[JsonObject, int]]:
    """Yield all schemas within a strict one, each with the number of objects and arrays it stands in."""
    yield strict, level
    items = strict.get("items")
    below = [*schemas_by_name(strict, "properties").values(), *([items] if isinstance(items, dict) else [])]
    for each in below:
        yield from _walk(each, level + 1)
    for each in schemas_in(strict, "anyOf"):
        yield from _walk(each, level)
