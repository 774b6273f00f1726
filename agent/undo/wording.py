"""Values and fields in words, for what undoing would do."""

import re
from collections.abc import Iterable, Mapping

from agent.jsontypes import JsonValue, dump, is_object
from agent.tools.names import NameIndex
from agent.undo.templates import Facts, UnknownValueError

_LONGEST = 60
_MOST = 5
_PLACE = re.compile(r"\{([^{}]+)\}")
_MIDNIGHT = "T00:00:00Z"


def fill_sentence(template: str, facts: Facts) -> str:
    """Put values into a sentence at the paths that it has in braces."""

    def put(place: re.Match[str]) -> str:
        try:
            value = facts.value(place[1])
        except UnknownValueError:
            return "(unknown)"
        return in_words(value)

    return _PLACE.sub(put, template)


def describe_fields(values: Mapping[str, JsonValue], names: NameIndex) -> str:
    """Fields with their values: `status OPEN, due date 2026-11-28`."""
    return ", ".join(f"{field_in_words(key)} {_named(key, value, names)}" for key, value in values.items())


def field_in_words(name: str) -> str:
    """`dueDate` and `due_date` as `due date`; of a path like `status.statusName`, its first part."""
    first = name.partition(".")[0].replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", first).lower()


def in_words(value: JsonValue) -> str:
    """A value as a person would write it, in one line and not too long."""
    match value:
        case None | "":
            return "empty"
        case bool():
            return "yes" if value else "no"
        case str():
            return _text(value)
        case list():
            return _several(in_words(item) for item in value)
        case dict():
            return _of_object(value)
        case _:
            return str(value)


def several(words: Iterable[str]) -> str:
    """A list in words, without its end when it is long; `none` when it is empty."""
    return _several(words)


def _named(key: str, value: JsonValue, names: NameIndex) -> str:
    if isinstance(value, list):
        return _several(_named(key, item, names) for item in value)
    name = names.name(key, value)
    return in_words(value) if name is None else f"“{_shorten(name)}”"


def _text(value: str) -> str:
    if value.endswith(_MIDNIGHT):
        return value.removesuffix(_MIDNIGHT)
    line = " ".join(value.split())
    # One word in capitals, a date or a number says by itself that it is a value.
    return line if re.fullmatch(r"[A-Z0-9:.TZ_-]+", line) else f"“{_shorten(line)}”"


def _of_object(value: Mapping[str, JsonValue]) -> str:
    for key, item in value.items():
        if isinstance(item, str) and key.lower().endswith(("name", "title", "label")):
            return _text(item)
    return _shorten(dump(value)) if is_object(value) else ""


def _several(words: Iterable[str]) -> str:
    known = list(words)
    shown = known if len(known) <= _MOST else [*known[: _MOST - 1], f"{len(known) - _MOST + 1} more"]
    return ", ".join(shown) or "none"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
