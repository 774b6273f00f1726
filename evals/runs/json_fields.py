"""Reads the fields of a JSON object that this program wrote, and says in words what is wrong with one."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from agent.jsontypes import JsonObject, JsonValue, is_object

T = TypeVar("T")


class JsonFields:
    """The fields of one object; each method raises `ValueError` where the field is of another kind.

    Args:
        line: The object.
    """

    def __init__(self, line: JsonObject) -> None:
        self._line = line

    def text(self, name: str) -> str:
        """A text; empty where the field is missing."""
        value = self._line.get(name, "")
        if not isinstance(value, str):
            raise _unfit(name, "text")
        return value

    def flag(self, name: str) -> bool:
        """Yes or no; no where the field is missing."""
        value = self._line.get(name, False)
        if not isinstance(value, bool):
            raise _unfit(name, "true or false")
        return value

    def whole(self, name: str) -> int:
        """A whole number; 0 where the field is missing."""
        value = self._line.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _unfit(name, "whole number")
        return value

    def number(self, name: str) -> float:
        """A number; 0 where the field is missing."""
        return _number(name, self._line.get(name, 0.0))

    def number_or_none(self, name: str) -> float | None:
        """A number; `None` where the field is missing or null."""
        value = self._line.get(name)
        return None if value is None else _number(name, value)

    def object(self, name: str) -> JsonObject:
        """An object; an empty one where the field is missing."""
        value = self._line.get(name, {})
        if not is_object(value):
            raise _unfit(name, "object")
        return value

    def object_or_none(self, name: str) -> JsonObject | None:
        """An object; `None` where the field is missing or null."""
        return None if self._line.get(name) is None else self.object(name)

    def objects(self, name: str) -> tuple[JsonObject, ...]:
        """A list of objects; an empty one where the field is missing."""
        value = self._line.get(name, [])
        if not isinstance(value, list):
            raise _unfit(name, "list")
        found = tuple(item for item in value if is_object(item))
        if len(found) < len(value):
            raise _unfit(name, "list of objects")
        return found

    def lines(self, name: str) -> tuple[str, ...]:
        """A list of texts; an empty one where the field is missing."""
        value = self._line.get(name, [])
        if not isinstance(value, list):
            raise _unfit(name, "list")
        return tuple(_text(name, item) for item in value)

    def texts(self, name: str) -> dict[str, str]:
        """Texts by their names."""
        return self._by_name(name, _text)

    def numbers(self, name: str) -> dict[str, float]:
        """Numbers by their names."""
        return self._by_name(name, _number)

    def _by_name(self, name: str, read: Callable[[str, JsonValue], T]) -> dict[str, T]:
        return {key: read(f"{name}.{key}", value) for key, value in self.object(name).items()}


def without_empty(fields: Mapping[str, JsonValue]) -> JsonObject:
    """The fields that say something: what is empty, zero or null is what a missing one reads as."""
    return {name: value for name, value in fields.items() if value not in ("", 0, None) and value != []}


def _text(name: str, value: JsonValue) -> str:
    if not isinstance(value, str):
        raise _unfit(name, "text")
    return value


def _number(name: str, value: JsonValue) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _unfit(name, "number")
    return value


def _unfit(name: str, wanted: str) -> ValueError:
    return ValueError(f"“{name}” is no {wanted}")
