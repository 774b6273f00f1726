"""One line of a transcript: a JSON object."""

import json

from agent.jsontypes import JsonObject, is_object

TURN_STARTED = "turn_started"
"""What a turn begins with."""

TURN_BOUNDS = (TURN_STARTED, "turn_finished", "turn_failed", "turn_interrupted")
"""What turns begin and end with."""


def encode_line(value: JsonObject) -> bytes:
    """Write an object as a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair cannot be encoded; as `\uXXXX` it is JSON again.
    return text.encode(errors="backslashreplace") + b"\n"


def encode_text(text: str) -> bytes:
    """Write a text as it stands inside a line."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode(errors="backslashreplace")


def parse_line(line: bytes) -> JsonObject | None:
    """Read a line; `None` if it holds no object."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if is_object(value) else None


def text_of(line: JsonObject, key: str) -> str:
    """A field's text; empty where there is none."""
    value = line.get(key)
    return value if isinstance(value, str) else ""


def object_of(line: JsonObject, key: str) -> JsonObject:
    """A field's object; an empty one where there is none."""
    value = line.get(key)
    return value if is_object(value) else {}


def objects_of(line: JsonObject, key: str) -> list[JsonObject]:
    """The objects in a field's list; none where there is no list."""
    value = line.get(key)
    return [each for each in value if is_object(each)] if isinstance(value, list) else []
