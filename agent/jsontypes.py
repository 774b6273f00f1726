"""JSON values as types, and the one way this project writes them as text."""

import json
from typing import TypeAlias, TypeGuard

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
JsonObject: TypeAlias = dict[str, JsonValue]


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Say whether a value that came out of a JSON parser is an object."""
    return isinstance(value, dict)


def parse_object(text: str) -> JsonObject:
    """Parse JSON text that must be an object.

    Raises:
        ValueError: It is not JSON, or JSON but no object.
    """
    value: object = json.loads(text)
    if not is_object(value):
        raise ValueError("expected a JSON object")
    return value


def dump(value: object) -> str:
    """Write JSON in the deterministic, compact form that prompt caches and digests rely on."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
