"""JSON values as types, and the one way this project writes them as text."""

import json
from typing import NoReturn, TypeAlias, TypeGuard

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
JsonObject: TypeAlias = dict[str, JsonValue]


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Say whether a value that came out of a JSON parser is an object."""
    return isinstance(value, dict)


def parse_object(text: str) -> JsonObject:
    """Parse JSON text that must be an object.

    Raises:
        ValueError: It is not JSON, or JSON but no object.

    Source: RFC 8259, section 6 (no NaN or Infinity) and section 9 (a parser may limit the nesting).
    """
    try:
        value: object = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not is_object(value):
        raise ValueError("expected a JSON object")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


# `json.loads` would build one for every call, which takes longer than most of what is parsed here.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def dump(value: object) -> str:
    """Write JSON in the deterministic, compact form that prompt caches and digests rely on."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def well_formed(text: str) -> str:
    """Text that can be encoded: halves of a surrogate pair are joined, lone ones replaced by U+FFFD.

    A lone half comes from an answer that was cut inside a character, or from bytes on the command
    line that are no UTF-8; no endpoint and no file takes it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
