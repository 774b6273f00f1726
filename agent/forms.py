"""Forms that a server asks a person to fill in: flat, with one line of text for each field.

Source: MCP 2025-11-25 and 2026-07-28, Client features, Elicitation, "Requested schema": an object
whose properties are text, numbers, booleans, or choices from a list.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import urlsplit

from agent.jsontypes import JsonObject, JsonValue, is_object

FormValue: TypeAlias = str | int | float | bool | list[str]

_YES = frozenset({"y", "yes", "true", "1", "on"})
_NO = frozenset({"n", "no", "false", "0", "off"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class FieldKind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"


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
        self._check(value)
        return value

    def show(self, value: FormValue) -> str:
        """Put a value of this field as a person would type it."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(self._label(item) for item in value)
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
            case FieldKind.TEXT:
                return {
                    "email": "an e-mail address",
                    "uri": "an address such as https://example.org",
                    "date": "a date such as 2026-01-31",
                    "date-time": "a date and time such as 2026-01-31T09:30:00Z",
                }.get(self.format, "text") + self._bounds(" characters")

    def _label(self, value: str) -> str:
        return next((choice.label for choice in self.choices if choice.value == value), value)

    def _bounds(self, unit: str) -> str:
        if self.least is not None and self.most is not None:
            return f", {self.least:g} to {self.most:g}{unit}"
        if self.least is not None:
            return f", at least {self.least:g}{unit}"
        return "" if self.most is None else f", at most {self.most:g}{unit}"

    def _parse(self, text: str) -> FormValue:
        match self.kind:
            case FieldKind.YES_NO:
                if text.lower() not in _YES | _NO:
                    raise ValueError("Answer yes or no.")
                return text.lower() in _YES
            case FieldKind.INTEGER | FieldKind.NUMBER:
                return self._parse_number(text)
            case FieldKind.CHOICE:
                return self._choose(text)
            case FieldKind.CHOICES:
                parts = [part.strip() for part in text.split(",")]
                return list(dict.fromkeys(self._choose(part) for part in parts if part))
            case FieldKind.TEXT:
                return text

    def _parse_number(self, text: str) -> int | float:
        try:
            return int(text)
        except ValueError:
            pass
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if number in (float("inf"), float("-inf")) or number != number:
            raise ValueError(f"It takes {self.hint}.") from None
        if self.kind is FieldKind.NUMBER:
            return number
        if not number.is_integer():
            raise ValueError(f"It takes {self.hint}.") from None
        return int(number)

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

    def _check(self, value: FormValue) -> None:
        measure = value if isinstance(value, int | float) else len(value)
        too_small = self.least is not None and measure < self.least
        too_large = self.most is not None and measure > self.most
        look_like = _FORMATS.get(self.format)
        misshapen = isinstance(value, str) and look_like is not None and not look_like(value)
        if not isinstance(value, bool) and (too_small or too_large or misshapen):
            raise ValueError(f"It takes {self.hint}.")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in the server's order."""

    fields: tuple[Field, ...]


def parse_form(schema: JsonObject) -> Form:
    """Read the schema of a form.

    Raises:
        ValueError: It asks for something that is no text, number, boolean or choice.
    """
    properties, required = schema.get("properties"), schema.get("required")
    names = required if isinstance(required, list) else []
    fields = [
        _parse_field(name, held, name in names)
        for name, held in (properties if is_object(properties) else {}).items()
    ]
    return Form(tuple(fields))


def _parse_field(name: str, schema: JsonValue, required: bool) -> Field:
    if not is_object(schema):
        raise ValueError(f"the field {name} has no schema")
    kind, choices = _kind_of(name, schema)
    least, most = {
        FieldKind.TEXT: ("minLength", "maxLength"),
        FieldKind.CHOICES: ("minItems", "maxItems"),
    }.get(kind, ("minimum", "maximum"))
    return Field(
        name,
        _text(schema, "title") or name,
        kind,
        _text(schema, "description"),
        required,
        _default(schema.get("default")),
        choices,
        _text(schema, "format"),
        _number(schema.get(least)),
        _number(schema.get(most)),
    )


def _kind_of(name: str, schema: JsonObject) -> tuple[FieldKind, tuple[Choice, ...]]:
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items")
        choices = tuple(_choices(items)) if is_object(items) else ()
        if choices:
            return FieldKind.CHOICES, choices
    elif kind == "string":
        choices = tuple(_choices(schema))
        return (FieldKind.CHOICE if choices else FieldKind.TEXT), choices
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


def _default(value: JsonValue) -> FormValue | None:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return None if isinstance(value, dict) else value


def _text(schema: JsonObject, key: str) -> str:
    value = schema.get(key)
    return value if isinstance(value, str) else ""


def _number(value: JsonValue) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_date_time(text: str) -> bool:
    try:
        # RFC 3339 wants the time zone, which is what most people leave out.
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


_FORMATS: dict[str, Callable[[str], bool]] = {
    "email": _is_email,
    "uri": _is_uri,
    "date": _is_date,
    "date-time": _is_date_time,
}
