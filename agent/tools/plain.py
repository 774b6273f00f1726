"""Input schemas in words that every endpoint reads.

A server may write any dialect and any keyword; an endpoint that does not know one refuses the whole
request, or reads `any`. What cannot be said plainly is left out, never said more narrowly: the check
of the arguments against the schema itself still applies.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.dialects import LAST_WITH_LONELY_REFERENCES, dialect_of, modernise
from agent.tools.flat import flatten
from agent.tools.keywords import (
    ANNOTATIONS,
    DATA,
    MANY_SCHEMAS,
    NAMED_SCHEMAS,
    NOTHING,
    ONE_SCHEMA,
    types_of,
    with_notes,
)
from agent.tools.references import combine, has_own_base, point_to

# References may double in number at every level.
_MOST_NODES = 5_000
# Readers of JSON in Rust stop at 128 levels, and a level of a schema takes two.
_DEEPEST = 50

_UNWRITABLE = frozenset({"$dynamicRef", "$recursiveRef", "pattern", "patternProperties"})
_EVALUATING = frozenset({"$ref", "additionalProperties", "allOf", "anyOf", "dependentSchemas", "if", "oneOf"})


def plain_schema(schema: JsonObject) -> JsonObject:
    """Write an input schema for endpoints; whatever fits the schema fits the result.

    - The root is an object with properties, and has no combinators.
    - Local references are replaced by what they point to. One that leads back into itself, or elsewhere,
      or would make the result huge, becomes an empty schema, which accepts anything.
    - Booleans stand only for `additionalProperties`; `true` is `{}` elsewhere and `false` is `{"not": {}}`.
    - Arrays have `items`, as OpenAI asks.
    - Regular expressions are told in the description, since each endpoint compiles them differently or not
      at all.
    - Older dialects, and keywords that are malformed or none of JSON Schema's, are gone.

    Args:
        schema: The schema as its server lists it; it is not changed.
    """
    plain = dict(flatten(_Writer(schema, dialect_of(schema)).write(schema, _Place())))
    plain["type"] = "object"
    plain.setdefault("properties", {})
    return plain


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a schema stands.

    Args:
        trail: The references that led here, outermost first.
        depth: How many schemas it stands in.
        elsewhere: References start from another schema than the root here.
    """

    trail: tuple[str, ...] = ()
    depth: int = 0
    elsewhere: bool = False


@dataclass(slots=True)
class _Writer:
    """Writes one schema.

    Args:
        root: What the pointers start from.
        dialect: How the root is written; see `dialect_of`.
        nodes: How many schemas were copied from where references point to.
        cuts: How often something was left out, so that the result accepts more.
    """

    root: JsonObject
    dialect: int
    nodes: int = 0
    cuts: int = 0

    def write(self, schema: JsonValue, place: _Place) -> JsonObject:
        """Write a schema and all that it consists of."""
        if isinstance(schema, bool):
            return {} if schema else NOTHING
        if not isinstance(schema, dict) or place.depth >= _DEEPEST:
            return self._cut()
        self.nodes += bool(place.trail)
        own_base = schema is not self.root and has_own_base(schema)
        inside = replace(place, depth=place.depth + 1, elsewhere=place.elsewhere or own_base)
        modern = modernise(schema, self.dialect)
        reference = modern.get("$ref")
        if not isinstance(reference, str):
            return self._write_keywords(modern, inside)
        if self.dialect <= LAST_WITH_LONELY_REFERENCES:
            modern = {key: value for key, value in modern.items() if key in ANNOTATIONS}
        return combine(self._follow(reference, inside), self._write_keywords(modern, inside))

    def _cut(self) -> JsonObject:
        self.cuts += 1
        return {}

    def _follow(self, reference: str, place: _Place) -> JsonObject:
        endless = reference in place.trail or self.nodes >= _MOST_NODES
        target = None if endless or place.elsewhere else point_to(self.root, reference)
        return self.write(target, replace(place, trail=(*place.trail, reference)))

    def _tell_patterns(self, schema: JsonObject) -> JsonObject:
        """Take out regular expressions, and what only they give a meaning to."""
        named = schema.get("patternProperties")
        pattern = schema.get("pattern")
        if not named and not isinstance(pattern, str):
            return schema
        self.cuts += 1
        plain = {key: value for key, value in schema.items() if key not in ("pattern", "patternProperties")}
        if isinstance(named, dict) and plain.get("additionalProperties", True) is not True:
            rest = plain["additionalProperties"]
            either: list[JsonValue] = [*named.values(), *([] if rest is False else [rest])]
            plain["additionalProperties"] = {"anyOf": either}
        elif named:
            plain["additionalProperties"] = True
        return with_notes(plain, {"pattern": pattern}) if isinstance(pattern, str) else plain

    def _close(self, schema: JsonObject) -> JsonObject:
        """Replace the keywords that depend on what others have evaluated."""
        if not schema.keys() & {"unevaluatedItems", "unevaluatedProperties"}:
            return schema
        plain = dict(schema)
        rest = plain.pop("unevaluatedProperties", None)
        if "unevaluatedItems" in plain or plain.keys() & _EVALUATING:
            self.cuts += 1
        elif rest is not None:
            plain["additionalProperties"] = rest
        return plain

    def _write_keywords(self, schema: JsonObject, place: _Place) -> JsonObject:
        plain: JsonObject = {}
        widened: set[str] = set()
        for key, value in self._close(self._tell_patterns(schema)).items():
            before = self.cuts
            plain.update(self._write_keyword(key, value, place))
            if self.cuts > before:
                widened.add(key)
        if "array" in types_of(plain):
            plain.setdefault("items", {})
        _keep_wide(plain, widened)
        return plain

    def _write_keyword(self, key: str, value: JsonValue, place: _Place) -> JsonObject:
        if key in ONE_SCHEMA:
            written = self.write(value, place)
            return {key: _as_rest(written) if key == "additionalProperties" else written}
        if key in MANY_SCHEMAS and isinstance(value, list) and value:
            branches = [self.write(each, place) for each in value]
            return {key: [*(_possible(branches) if key in ("anyOf", "oneOf") else branches)]}
        if key in NAMED_SCHEMAS and isinstance(value, dict):
            return {key: {name: self.write(each, place) for name, each in value.items()}}
        if key in DATA and DATA[key](value):
            return {key: value}
        if key in MANY_SCHEMAS | NAMED_SCHEMAS | DATA.keys() | _UNWRITABLE:
            self._cut()
        return {}


def _as_rest(schema: JsonObject) -> JsonValue:
    # Some endpoints refuse an empty schema here, and all know the booleans.
    if not schema:
        return True
    return False if schema == NOTHING else schema


def _possible(branches: list[JsonObject]) -> Iterator[JsonObject]:
    """Yield the alternatives that something fits; generators write `{"not": {}}` for what is optional."""
    some = [branch for branch in branches if branch != NOTHING]
    yield from some or branches


def _keep_wide(schema: JsonObject, widened: set[str]) -> None:
    """Take out what would accept less because something inside it accepts more.

    Args:
        schema: Is changed.
        widened: The keywords in which something was left out.
    """
    if "not" in widened:
        schema.pop("not", None)
    if "contains" in widened:
        schema.pop("maxContains", None)
    if "if" in widened:
        for key in ("if", "then", "else"):
            schema.pop(key, None)
    if "oneOf" in widened and "oneOf" in schema:
        alternatives = {"anyOf": schema.pop("oneOf")}
        both = schema.get("allOf")
        schema["allOf"] = [*(both if isinstance(both, list) else []), alternatives]
