"""The form that values of each type of custom field have; dropdowns apart, whose values are options."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from agent.sandbox.domain.values import TEXT_LENGTH, body, day, title
from agent.sandbox.errors import InvalidInput

Value = str | int | float | bool | list[str | int] | None
"""What a caller can give as the value of a field; None clears it."""

Plain = str | int | float | bool
"""What is kept of a field that is no dropdown."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9(][0-9 ().\-/]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL_LENGTH = 254
_URL_LENGTH = 2048
_PHONE_DIGITS = range(5, 16)
_PERCENT_LIMIT = 100
_AMOUNT_LIMIT = 1e12


def read_plain(field_type: str, value: Value) -> Plain:
    """Returns the value of a field that is no dropdown, in the form in which it is kept.

    Raises:
        InvalidInput: It does not fit the type; the message says what does.
    """
    read, expected = _FORMS[field_type]
    kept = read(value)
    if kept is None:
        raise misfit(field_type, expected)
    return kept


def misfit(field_type: str, expected: str) -> InvalidInput:
    """Returns the refusal of a value that does not fit the type of a field."""
    return InvalidInput("value", f"a field of the type {field_type} takes {expected}, or null to clear it.")


def _line(value: Value) -> str | None:
    return title("value", value) if isinstance(value, str) and value.strip() else None


def _lines(value: Value) -> str | None:
    return body("value", value, TEXT_LENGTH) if isinstance(value, str) and value.strip() else None


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _percentage(value: Value) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= _PERCENT_LIMIT else None


def _amount(value: Value) -> float | None:
    number = _number(value)
    return number if number is not None and abs(number) <= _AMOUNT_LIMIT else None


def _tick(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(value: Value) -> str | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    day("value", value)
    return value


def _email(value: Value) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if len(text) <= _EMAIL_LENGTH and _EMAIL.fullmatch(text) else None


def _phone(value: Value) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    digits = sum(character.isdigit() for character in text)
    return text if digits in _PHONE_DIGITS and _PHONE.fullmatch(text) else None


def _url(value: Value) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > _URL_LENGTH or re.search(r"[\s<>\"]", text):
        return None
    try:
        parts = urlsplit(text)
        # The port is read, and found wanting, only when it is asked for.
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return text if sound and parts.scheme in ("http", "https") else None


_FORMS: dict[str, tuple[Callable[[Value], Plain | None], str]] = {
    "SINGLE_LINE_TEXT": (_line, "text of one line"),
    "MULTI_LINE_TEXT": (_lines, "text"),
    "NUMBERS": (_number, "a number"),
    "PERCENTAGE": (_percentage, "a number from 0 to 100"),
    "CURRENCY": (_amount, "an amount as a number up to 1,000,000,000,000"),
    "CHECKBOX": (_tick, "true or false"),
    "DATE": (_date, "a date in the form yyyy-MM-dd"),
    "EMAIL": (_email, "an e-mail address"),
    "PHONE": (_phone, "a telephone number of 5 to 15 digits"),
    "URL": (_url, "an address that begins with http:// or https://"),
}
