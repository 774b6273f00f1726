"""The value of a custom field: from the user's words to what the field's type wants."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from agent.jsontypes import JsonValue, is_object
from agent.model.embedded.dates import find_moment
from agent.model.embedded.matching import choose, tokens

_YES: Final = frozenset({"yes", "true", "on", "ticked", "checked", "tick", "check", "done", "set"})
_NO: Final = frozenset({"no", "false", "off", "unticked", "unchecked", "untick", "uncheck", "not"})
_NOTHING: Final = frozenset({"nothing", "none", "null", "empty", "blank", "no value"})
_NUMBERS: Final = frozenset({"NUMBERS", "PERCENTAGE", "CURRENCY"})
_SEPARATOR: Final = re.compile(r"\s*(?:,|;|\band\b|&)\s*")


class UnfitValue(Exception):
    """The words are no value of the field; the text says what would be one."""


def read_field_value(field: Mapping[str, JsonValue], words: str, now: datetime) -> JsonValue:
    """Read the words for a custom field's value.

    Args:
        field: The field as the server shows it, with `fieldType` and, for a dropdown, `options`.
        words: What the user said.
        now: The user's moment.

    Returns:
        The value to send; `None` clears the field.

    Raises:
        UnfitValue: The field cannot hold that.
    """
    kind = field.get("fieldType")
    if " ".join(tokens(words)) in _NOTHING:
        return None
    if kind in _NUMBERS:
        return _number(words)
    if kind == "CHECKBOX":
        return _tick(words)
    if kind == "DATE":
        moment = find_moment(words, now)
        if moment is None:
            raise UnfitValue("a day, such as “next Friday”")
        return (moment.date() if isinstance(moment, datetime) else moment).isoformat()
    options = _option_names(field.get("options"))
    if kind == "SINGLE_SELECT_DROPDOWN" and options:
        return _option(words, options)
    if kind == "MULTI_SELECT_DROPDOWN":
        parts = [part for part in _SEPARATOR.split(words) if part]
        return [_option(part, options) if options else part for part in parts]
    return words


def _number(words: str) -> int | float:
    found = re.search(r"-?\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", words))
    if found is None:
        raise UnfitValue("a number")
    number = float(found[0])
    return int(number) if number.is_integer() else number


def _tick(words: str) -> bool:
    said = set(tokens(words))
    if bool(said & _YES) == bool(said & _NO):
        raise UnfitValue("yes or no")
    return bool(said & _YES)


def _option(words: str, options: list[str]) -> str:
    match = choose(words, options)
    if match.index is None:
        raise UnfitValue(f"one of its options: {', '.join(options)}")
    return options[match.index]


def _option_names(options: JsonValue) -> list[str]:
    found = (
        [option.get("optionName") for option in options if is_object(option)]
        if isinstance(options, list)
        else []
    )
    return [name for name in found if isinstance(name, str)]
