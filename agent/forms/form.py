"""Forms that a person fills in: flat, with one line of text for each field.

Servers ask with forms (`parse_form`), and a tool's arguments make one (`agent.forms.arguments`).

Source: MCP 2025-11-25 and 2026-07-28, Client features, Elicitation, "Requested schema": an object
whose properties are text, numbers, booleans, or choices from a list.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import urlsplit

from agent.jsontypes import JsonObject, JsonValue, is_object

FormValue: TypeAlias = str | int | float | bool | list[str]

_YES = frozenset({"y", "yes", "true", "1", "on"})
_NO = frozenset({"n", "no", "false", "0", "off"})
_CHARACTERS = " characters"
_LISTS = ("enum", "oneOf", "anyOf")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
# RFC 3339, section 5.6; Python's own reader takes more of ISO 8601 than that.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class FieldKind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    LIST = "list"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field takes, and how it is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Args:
        name: The property it fills.
        title: The name to show.
        kind: What it takes.
        description: What it is for; may be empty.
        required: It cannot be left out.
        default: What it holds if nothing is typed; `None` where there is no default.
        choices: What a `CHOICE` or `CHOICES` field takes.
        format: `email`, `uri`, `date` or `date-time` for text that must look like one.
        least: The smallest number, length of text, or count of choices.
        most: The largest one.
        item: What a `LIST` field takes several of, text or numbers; `JSON` where choices are no text.
    """

    name: str
    title: str
    kind: FieldKind
    description: str = ""
    required: bool = False
    default: FormValue | None = None
    choices: tuple[Choice, ...] = ()
    format: str = ""
    least: float | None = None
    most: float | None = None
    item: FieldKind = FieldKind.TEXT

    def read(self, text: str) -> FormValue | None:
        """Turn what was typed into the field's value.

        Args:
            text: What was typed; empty for the default.

        Returns:
            The value; `None` to leave an optional field out.

        Raises:
            ValueError: It does not fit; the message says in one sentence what would.
        """
        text = text.strip()
        if not text:
            if self.default is None and self.required:
                raise ValueError("This field cannot be left out.")
            return self.default
        value = self._parse(text)
        if not self._is_sound(value):
            raise ValueError(f"It takes {self.hint}.")
        return value

    def accept(self, value: JsonValue) -> FormValue | None:
        """Give a value from elsewhere, such as a default, if it fits the field; else `None`."""
        listed = [item for item in value if isinstance(item, str)] if isinstance(value, list) else None
        values = {choice.value for choice in self.choices}
        match self.kind, value:
            case FieldKind.YES_NO, bool():
                return value
            case FieldKind.NUMBER | FieldKind.INTEGER, int() | float() if not isinstance(value, bool):
                fits = self.kind is FieldKind.NUMBER or isinstance(value, int) or value.is_integer()
                return value if fits and self._is_sound(value) else None
            case FieldKind.TEXT, str():
                return value if self._is_sound(value) else None
            case FieldKind.CHOICE, str():
                return value if value in values else None
            case FieldKind.CHOICES, list() if listed is not None and len(listed) == len(value):
                return listed if values.issuperset(listed) and self._is_sound(listed) else None
            case FieldKind.LIST, list() if listed is not None and len(listed) == len(value):
                return listed if self._is_sound(listed) else None
            case FieldKind.JSON, str():
                return value if _is_json(value) else None
            case _:
                return None

    def show(self, value: FormValue) -> str:
        """Put a value of this field as a person would type it."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            labels = [self._label(item) for item in value]
            needs_brackets = self.kind is FieldKind.LIST and any(map(_is_ambiguous, labels or [""]))
            return json.dumps(value, ensure_ascii=False) if needs_brackets else ", ".join(labels)
        return self._label(value) if isinstance(value, str) else str(value)

    @property
    def hint(self) -> str:
        """What the field takes, in a few words."""
        match self.kind:
            case FieldKind.YES_NO:
                return "yes or no"
            case FieldKind.CHOICE:
                return "one of those above, or its number"
            case FieldKind.CHOICES:
                return "some of those above or their numbers, with commas between" + self._bounds(" of them")
            case FieldKind.NUMBER | FieldKind.INTEGER:
                return ("a whole number" if self.kind is FieldKind.INTEGER else "a number") + self._bounds("")
            case FieldKind.LIST:
                what = {FieldKind.INTEGER: "whole numbers", FieldKind.NUMBER: "numbers"}.get(
                    self.item, "texts"
                )
                return f"{what} with commas between" + self._bounds(" of them")
            case FieldKind.JSON:
                return "JSON"
            case FieldKind.TEXT:
                return {
                    "email": "an e-mail address",
                    "uri": "an address such as https://example.org",
                    "date": "a date such as 2026-01-31",
                    "date-time": "a date and time such as 2026-01-31T09:30:00Z",
                }.get(self.format, "text") + self._bounds(_CHARACTERS)

    def _label(self, value: str) -> str:
        return next((choice.label for choice in self.choices if choice.value == value), value)

    def _bounds(self, unit: str) -> str:
        if unit == _CHARACTERS and self.least == 1:
            # Whoever types something has typed that much.
            return replace(self, least=None)._bounds(unit)
        if self.least is not None and self.most is not None:
            return f", {_in_digits(self.least)} to {_in_digits(self.most)}{unit}"
        if self.least is not None:
            return f", at least {_in_digits(self.least)}{unit}"
        return "" if self.most is None else f", at most {_in_digits(self.most)}{unit}"

    def _parse(self, text: str) -> FormValue:
        match self.kind:
            case FieldKind.YES_NO:
                if text.lower() not in _YES | _NO:
                    raise ValueError("Answer yes or no.")
                return text.lower() in _YES
            case FieldKind.INTEGER | FieldKind.NUMBER:
                return self._parse_number(text, self.kind)
            case FieldKind.LIST:
                return [self._parse_item(part) for part in _parts(text)]
            case FieldKind.JSON:
                if not _is_json(text):
                    raise ValueError(f"It takes {self.hint}.")
                return text
            case FieldKind.CHOICE:
                return self._choose(text)
            case FieldKind.CHOICES:
                parts = [part.strip() for part in text.split(",")]
                return list(dict.fromkeys(self._choose(part) for part in parts if part))
            case FieldKind.TEXT:
                return text

    def _parse_item(self, text: str) -> str:
        if self.item is FieldKind.TEXT:
            return text
        return str(self._parse_number(text, self.item))

    def _parse_number(self, text: str, kind: FieldKind) -> int | float:
        if not _NUMBER.fullmatch(text):
            raise ValueError(f"It takes {self.hint}.")
        try:
            return int(text)
        except ValueError:
            pass
        number = float(text)
        if math.isinf(number) or (kind is FieldKind.INTEGER and not number.is_integer()):
            raise ValueError(f"It takes {self.hint}.")
        return number if kind is FieldKind.NUMBER else int(number)

    def _choose(self, text: str) -> str:
        for choice in self.choices:
            if text in (choice.value, choice.label):
                return choice.value
        for choice in self.choices:
            if text.lower() in (choice.value.lower(), choice.label.lower()):
                return choice.value
        if text.isdecimal() and 1 <= int(text) <= len(self.choices):
            return self.choices[int(text) - 1].value
        raise ValueError(f"“{text}” is none of the choices.")

    def _is_sound(self, value: FormValue) -> bool:
        measure = value if isinstance(value, int | float) else len(value)
        too_small = self.least is not None and measure < self.least
        too_large = self.most is not None and measure > self.most
        look_like = _FORMATS.get(self.format)
        misshapen = isinstance(value, str) and look_like is not None and not look_like(value)
        return isinstance(value, bool) or not (too_small or too_large or misshapen)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in the server's order."""

    fields: tuple[Field, ...]


def parse_form(schema: JsonObject) -> Form:
    """Read the schema of a form.

    Raises:
        ValueError: It asks for something that is no text, number, boolean or choice.
    """
    properties, required = schema.get("properties", {}), schema.get("required")
    if schema.get("type", "object") != "object" or not is_object(properties):
        raise ValueError("the form is no object with properties")
    names = required if isinstance(required, list) else []
    fields = [_parse_field(name, held, name in names) for name, held in properties.items()]
    return Form(tuple(fields))


def _parse_field(name: str, schema: JsonValue, required: bool) -> Field:
    if not is_object(schema):
        raise ValueError(f"the field {name} has no schema")
    kind, choices = _kind_of(name, schema)
    least, most = {
        FieldKind.TEXT: ("minLength", "maxLength"),
        FieldKind.CHOICES: ("minItems", "maxItems"),
    }.get(kind, ("minimum", "maximum"))
    field = Field(
        name,
        _text(schema, "title") or name,
        kind,
        _text(schema, "description"),
        required,
        None,
        choices,
        _text(schema, "format"),
        _number(schema.get(least)),
        _number(schema.get(most)),
    )
    return replace(field, default=field.accept(schema.get("default")))


def _kind_of(name: str, schema: JsonObject) -> tuple[FieldKind, tuple[Choice, ...]]:
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items")
        choices = tuple(_choices(items)) if is_object(items) else ()
        if choices:
            return FieldKind.CHOICES, choices
    elif kind == "string":
        choices = tuple(_choices(schema))
        if choices:
            return FieldKind.CHOICE, choices
        if schema.keys().isdisjoint(_LISTS):
            return FieldKind.TEXT, ()
    elif kind in ("number", "integer"):
        return FieldKind(str(kind)), ()
    elif kind == "boolean":
        return FieldKind.YES_NO, ()
    raise ValueError(f"the field {name} is neither text nor number, boolean or choice")


def _choices(schema: JsonObject) -> Iterator[Choice]:
    """The values that a schema lists: with titles of their own, or in the older form beside `enumNames`."""
    titled = schema.get("oneOf") or schema.get("anyOf")
    for item in titled if isinstance(titled, list) else []:
        if is_object(item) and isinstance(value := item.get("const"), str):
            yield Choice(value, _text(item, "title") or value)
    listed, names = schema.get("enum"), schema.get("enumNames")
    labels: Sequence[JsonValue] = names if isinstance(names, list) else []
    for place, value in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(value, str):
            label = labels[place] if place < len(labels) else value
            yield Choice(value, label if isinstance(label, str) else value)


def _text(schema: JsonObject, key: str) -> str:
    value = schema.get(key)
    return value if isinstance(value, str) else ""


def _in_digits(number: float) -> str:
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)


def _number(value: JsonValue) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _parts(text: str) -> list[str]:
    """The items of a list as it was typed: with commas between, or as JSON where items hold commas."""
    if text.startswith("["):
        with suppress(ValueError, RecursionError):
            held: JsonValue = json.loads(text)
            if isinstance(held, list):
                return [item if isinstance(item, str) else json.dumps(item) for item in held]
    return [part for each in text.split(",") if (part := each.strip())]


def _is_ambiguous(item: str) -> bool:
    return "," in item or item.startswith("[") or item != item.strip() or not item


def _is_json(text: str) -> bool:
    try:
        json.dumps(json.loads(text), allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path))


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_date_time(text: str) -> bool:
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


_FORMATS: dict[str, Callable[[str], bool]] = {
    "email": _is_email,
    "uri": _is_uri,
    "date": _is_date,
    "date-time": _is_date_time,
}
