"""What a server's records say, whose field names are not promised anywhere.

Keys are compared without case and punctuation, so `taskId`, `task_id` and `TaskID` are one.
"""

import re
from collections.abc import Iterator, Sequence

from agent.jsontypes import JsonObject, JsonValue, is_object

_PUNCTUATION = re.compile(r"[^a-z0-9]")
_STATUS_NAME = ("statusname", "name", "label")
_STATUS_CATEGORY = ("statuscategory", "category")
_DONE = frozenset({"completed", "complete", "done", "closed", "cancelled", "canceled", "resolved"})


def rows(value: JsonValue) -> list[JsonObject]:
    """The objects of a list, which may lie in an envelope such as `{"data": {"tasks": []}}`."""
    if isinstance(value, list):
        return [item for item in value if is_object(item)]
    if not is_object(value):
        return []
    lists = [inner for inner in value.values() if isinstance(inner, list)]
    envelopes = [inner for inner in value.values() if is_object(inner)]
    for inner in (*lists, *envelopes):
        if found := rows(inner):
            return found
    return []


def fields_of(row: JsonObject) -> JsonObject:
    """An object by its keys without case and punctuation."""
    return {plain(key): value for key, value in row.items()}


def plain(text: str) -> str:
    """A key or a name without case and punctuation."""
    return _PUNCTUATION.sub("", text.lower())


def text_of(fields: JsonObject, keys: Sequence[str]) -> str:
    """The first of some fields that is text; empty where none is."""
    return next((text for key in keys if isinstance(text := fields.get(key), str)), "")


def status_of(value: JsonValue) -> tuple[str, bool]:
    """What a status is called, and whether it means that the work is done."""
    if isinstance(value, str):
        return value, plain(value) in _DONE
    if not is_object(value):
        return "", False
    fields = fields_of(value)
    name, category = text_of(fields, _STATUS_NAME), text_of(fields, _STATUS_CATEGORY)
    return name or category, plain(category or name) in _DONE


def people_of(value: JsonValue) -> Iterator[str]:
    """The names of one or several people."""
    for person in value if isinstance(value, list) else [value]:
        if isinstance(person, str):
            yield person
        elif is_object(person):
            fields = fields_of(person)
            parts = (text_of(fields, ("firstname",)), text_of(fields, ("lastname",)))
            if name := " ".join(filter(None, parts)) or text_of(fields, ("name", "fullname", "email")):
                yield name
