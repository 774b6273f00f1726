"""What a `$ref` points to, and what it says together with the keywords beside it."""

from urllib.parse import unquote

from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.keywords import ANNOTATIONS

# Keywords that mean something else, or nothing, without the ones they stand beside.
_LEANING = frozenset({"additionalProperties", "else", "if", "items", "maxContains", "minContains", "then"})


def point_to(root: JsonObject, reference: str) -> JsonValue:
    """Find what a reference within a schema leads to; `None` where it leads nowhere, or elsewhere.

    Source: JSON Schema 2020-12, "Core", section 8.2.3.1; RFC 6901, section 6 (pointers in fragments).
    """
    node: JsonValue = root
    if reference == "#":
        return node
    if not reference.startswith("#/"):
        return None
    for part in unquote(reference[2:]).split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if node is not root and has_own_base(node):
            return None
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isascii() and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node


def has_own_base(node: JsonValue) -> bool:
    """Whether references inside a schema start from that schema itself, since it has an `$id`."""
    base = node.get("$id") if isinstance(node, dict) else None
    return isinstance(base, str) and not base.startswith("#")


def combine(target: JsonObject, beside: JsonObject) -> JsonObject:
    """Write what a reference and the keywords beside it say together.

    Args:
        target: The schema that the reference leads to.
        beside: The keywords beside it; of two descriptions, theirs is the stronger one.
    """
    if not target:
        return beside
    if all(key in ANNOTATIONS or _says_the_same(key, target, beside) for key in beside):
        return {**target, **beside}
    both = beside.get("allOf")
    return {**beside, "allOf": [*(both if isinstance(both, list) else []), target]}


def _says_the_same(key: str, target: JsonObject, beside: JsonObject) -> bool:
    # As JSON, since Python takes 1 for True.
    return key in target and key not in _LEANING and dump(target[key]) == dump(beside[key])
