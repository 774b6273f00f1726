"""Schemas of objects without combinators.

Endpoints refuse a function whose parameters say `anyOf`, `allOf`, `oneOf`, `enum` or `not` at the top level.
"""

from collections.abc import Iterator, Sequence

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.keywords import NOTHING, distinct, names_in, schemas_by_name, schemas_in, types_of

_COMBINED = frozenset(
    {"allOf", "anyOf", "const", "dependentSchemas", "else", "enum", "if", "not", "oneOf", "then"}
)


def flatten(schema: JsonObject) -> JsonObject:
    """Gather the properties that the combinators of a plain schema speak of; see `plain_schema`.

    Every object that fits the schema fits the result. A property that only some alternatives know may be
    anything in the others, and says so after what they know: `{"anyOf": [{"type": "string"}, {}]}`.
    """
    if not schema.keys() & _COMBINED:
        return schema
    flat = {key: value for key, value in schema.items() if key not in _COMBINED}
    properties = schemas_by_name(schema, "properties")
    required = names_in(schema, "required")
    closed = schema.get("additionalProperties") is False
    for branches in _branches(schema):
        for name in dict.fromkeys(
            name for branch in branches for name in schemas_by_name(branch, "properties")
        ):
            if name in properties or not closed:
                merged = _both(properties.get(name), _any_of(name, branches))
                properties = {**properties, name: merged}
        required += [name for name in _needed(branches) if name not in required]
    named: JsonObject = {**properties}
    needed: list[JsonValue] = [*required]
    return {**flat, "properties": named, **({"required": needed} if needed else {})}


def _branches(schema: JsonObject) -> Iterator[Sequence[JsonObject]]:
    """Yield the branches that hold together, one at a time, and those that hold instead of each other."""
    for branch in schemas_in(schema, "allOf"):
        yield [flatten(branch)]
    for keyword in ("anyOf", "oneOf"):
        yield [flatten(branch) for branch in schemas_in(schema, keyword) if _may_be_an_object(branch)]
    if "if" in schema:
        # Whichever way the condition goes.
        yield [flatten(each) if isinstance(each, dict) else {} for each in map(schema.get, ("then", "else"))]
    for branch in schemas_by_name(schema, "dependentSchemas").values():
        yield [flatten(branch), {}]


def _may_be_an_object(branch: JsonObject) -> bool:
    return "object" in (types_of(branch) or ["object"]) and branch != NOTHING


def _needed(branches: Sequence[JsonObject]) -> list[str]:
    lists = [names_in(branch, "required") for branch in branches]
    return [name for name in lists[0] if all(name in each for each in lists)] if lists else []


def _any_of(name: str, branches: Sequence[JsonObject]) -> JsonObject:
    """What a property may be when one of the branches holds."""
    options: list[JsonObject] = []
    for branch in branches:
        rest = branch.get("additionalProperties", True)
        own = schemas_by_name(branch, "properties").get(name)
        if own is not None:
            options.append(own)
        elif rest is not False:
            options.append(rest if isinstance(rest, dict) else {})
    options = sorted(distinct(options), key=lambda option: not option)
    listed: list[JsonValue] = [*options]
    return options[0] if len(options) == 1 else {"anyOf": listed}


def _both(one: JsonObject | None, other: JsonObject) -> JsonObject:
    if not one:
        return other
    if not other or {} in schemas_in(other, "anyOf"):
        return one
    both: list[JsonValue] = [*distinct([one, other])]
    return one if len(both) == 1 else {"allOf": both}
