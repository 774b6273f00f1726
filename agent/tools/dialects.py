"""Older dialects of JSON Schema in the words of the current one.

Source: the release notes of drafts 6 and 7, 2019-09 and 2020-12 at json-schema.org/specification-links.
"""

from agent.jsontypes import JsonObject, JsonValue

CURRENT = 2020
# Up to this one, whatever stands beside a `$ref` does not count.
LAST_WITH_LONELY_REFERENCES = 7

_MARKS = {"draft-04": 4, "draft-06": 6, "draft-07": 7, "2019-09": 2019}
_SINCE = {
    **dict.fromkeys(("const", "contains", "propertyNames"), 6),
    **dict.fromkeys(("if", "then", "else"), 7),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "minContains", "maxContains"), 2019),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), 2019),
    "prefixItems": 2020,
}


def dialect_of(schema: JsonObject) -> int:
    """The dialect that a schema says it is written in: 4, 6, 7, 2019, else MCP's own, 2020.

    Source: MCP 2025-11-25, "JSON Schema Usage".
    """
    declared = str(schema.get("$schema", ""))
    return next((dialect for mark, dialect in _MARKS.items() if mark in declared), CURRENT)


def modernise(schema: JsonObject, dialect: int) -> JsonObject:
    """Write the keywords of one schema in 2020-12; the schemas inside are left as they are.

    Keywords that its dialect does not know yet mean nothing there, and are left out.
    """
    if dialect == CURRENT:
        return schema
    modern = {key: value for key, value in schema.items() if _SINCE.get(key, 0) <= dialect}
    rest = modern.pop("additionalItems", None)
    items = modern.get("items")
    if isinstance(items, list):
        del modern["items"]
        modern["prefixItems"] = items
        if rest is not None:
            modern["items"] = rest
    if dialect <= LAST_WITH_LONELY_REFERENCES:
        _split_dependencies(modern)
    if dialect == 4:
        _name_exclusive_bounds(modern)
    return modern


def _split_dependencies(schema: JsonObject) -> None:
    dependencies = schema.pop("dependencies", None)
    if isinstance(dependencies, dict):
        names: JsonObject = {key: value for key, value in dependencies.items() if isinstance(value, list)}
        schemas: JsonObject = {key: value for key, value in dependencies.items() if key not in names}
        schema.update({"dependentRequired": names} if names else {})
        schema.update({"dependentSchemas": schemas} if schemas else {})


def _name_exclusive_bounds(schema: JsonObject) -> None:
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        said: JsonValue = schema.pop(exclusive, None)
        if said is True and bound in schema:
            schema[exclusive] = schema.pop(bound)
