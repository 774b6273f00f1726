"""Schemas without references, because some endpoints render a `$ref` as `any`."""

from dataclasses import dataclass
from urllib.parse import unquote

from agent.jsontypes import JsonObject, JsonValue

_DATA_KEYWORDS = frozenset({"const", "default", "dependentRequired", "enum", "examples", "required"})
_MAP_KEYWORDS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_ANNOTATIONS = frozenset(
    {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
)
# References may double in number at every level, or lead through each other in every order.
_MOST_NODES = 5_000
_DEEPEST_TRAIL = 32


def inline_references(schema: JsonObject) -> JsonObject:
    """Replace every local `$ref` by what it points to, and drop the definitions.

    Whatever fits the schema fits the result. A reference that leads back into itself, or that would
    make the result huge, becomes an empty schema, which accepts anything: the check against the
    schema itself still applies. The root always says `"type": "object"`.

    Source: JSON Schema 2020-12, section 8.2.3.1; RFC 6901, section 6 (pointers in fragments).
    """
    result = _Inliner(schema).inline(schema, ())
    inlined = result if isinstance(result, dict) else {}
    inlined.pop("$schema", None)
    inlined.pop("$id", None)
    inlined["type"] = "object"
    inlined.setdefault("properties", {})
    return inlined


@dataclass(slots=True)
class _Inliner:
    """Copies one schema.

    Args:
        root: What the pointers start from.
        nodes: How many nodes were copied out of definitions so far.
    """

    root: JsonObject
    nodes: int = 0

    def inline(self, node: JsonValue, trail: tuple[str, ...]) -> JsonValue:
        """Copy a schema, or a list of schemas.

        Args:
            node: The schema.
            trail: The references that led here, outermost first.
        """
        self.nodes += bool(trail)
        if isinstance(node, list):
            return [self.inline(item, trail) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        own: JsonObject = {
            key: self._inline_keyword(key, value, trail)
            for key, value in node.items()
            if key not in ("$ref", "$defs", "definitions")
        }
        return _combine(self._follow(reference, trail), own) if isinstance(reference, str) else own

    def _inline_keyword(self, key: str, value: JsonValue, trail: tuple[str, ...]) -> JsonValue:
        if key in _DATA_KEYWORDS:
            return value
        if key in _MAP_KEYWORDS and isinstance(value, dict):
            return {name: self.inline(schema, trail) for name, schema in value.items()}
        return self.inline(value, trail)

    def _follow(self, reference: str, trail: tuple[str, ...]) -> JsonValue:
        if reference in trail or len(trail) >= _DEEPEST_TRAIL or self.nodes >= _MOST_NODES:
            return {}
        return self.inline(_point_to(self.root, reference), (*trail, reference))


def _combine(target: JsonValue, own: JsonObject) -> JsonValue:
    """What a reference and the keywords beside it say together."""
    if target is False:
        return {**own, "not": {}}
    if not isinstance(target, dict):
        return own
    if all(key in _ANNOTATIONS or target.get(key) == value for key, value in own.items()):
        return {**target, **own}
    both = own.get("allOf")
    return {**own, "allOf": [*(both if isinstance(both, list) else []), target]}


def _point_to(root: JsonObject, reference: str) -> JsonValue:
    node: JsonValue = root
    if reference == "#":
        return node
    if not reference.startswith("#/"):
        return {}
    for part in unquote(reference[2:]).split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isascii() and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return {}
    return node
