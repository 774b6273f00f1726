"""Checks a tool's arguments against its input schema, and says in one sentence what does not fit."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeGuard

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from agent.sandbox.domain.context import Json
from agent.sandbox.errors import InvalidInput

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER_LIMIT = 2**53
_PATH_LENGTH = 200
_TYPE_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


class _Validator(Protocol):
    def iter_errors(self, instance: Any) -> Iterator[ValidationError]: ...


class ArgumentValidator:
    """Checks the arguments of one tool.

    Args:
        schema: The tool's input schema.
        at_least_one_of: Groups of arguments of which one has to be complete; empty for no such rule.
    """

    def __init__(self, schema: Json, at_least_one_of: Sequence[Sequence[str]]) -> None:
        self._validator: _Validator = Draft202012Validator(schema)
        self._at_least_one_of = at_least_one_of
        self._forms = {name: str(each.get("format", "")) for name, each in schema["properties"].items()}

    def check(self, arguments: Json) -> Json:
        """Returns the arguments with every whole number as an int.

        Raises:
            InvalidInput: They do not fit; the message names the first argument at fault.
        """
        first = min(self._validator.iter_errors(arguments), key=_rank, default=None)
        if first is not None:
            raise _describe(first)
        groups = self._at_least_one_of
        if groups and not any(all(name in arguments for name in group) for group in groups):
            names = " or ".join(" and ".join(group) for group in groups)
            raise InvalidInput(groups[0][0], f"give at least one of {names}.")
        return {name: _plain(name, value, self._forms[name]) for name, value in arguments.items()}


def _rank(error: ValidationError) -> tuple[int, str]:
    return (0 if error.validator == "additionalProperties" else 1, _path(error.absolute_path))


def _path(steps: Sequence[str | int]) -> str:
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path


def _describe(error: ValidationError) -> InvalidInput:
    field = _path(error.absolute_path)
    limit: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            extra = min(name for name in instance if name not in schema["properties"])
            return InvalidInput(_printable(extra[:60]), "there is no such argument.")
        case "required":
            missing = next(name for name in limit if name not in instance)
            return InvalidInput(f"{field}.{missing}" if field else missing, "it is required.")
        case "type":
            types: list[str] = [limit] if isinstance(limit, str) else limit
            problem = f"it must be {' or '.join(_TYPE_NAMES[each] for each in types)}."
        case "enum":
            problem = f"it must be one of {', '.join(limit)}."
        case "minimum":
            problem = f"it must not be below {limit}."
        case "maximum":
            problem = f"it must not be above {limit}."
        case "minLength":
            problem = "it must not be empty."
        case "minItems":
            problem = f"it needs at least {limit} {'item' if limit == 1 else 'items'}."
        case "maxItems":
            problem = f"it has {len(instance)} items; at most {limit} are allowed."
        case _:
            problem = "it does not fit the tool's input schema."
    return InvalidInput(field or "arguments", problem)


def _printable(name: str) -> str:
    """Returns the name of an argument as a sentence can show it."""
    return name if name and name.isprintable() else json.dumps(name)


def _plain(field: str, value: Any, form: str = "") -> Any:
    """Returns the value with whole numbers as ints, checked for what no schema keyword can express."""
    if len(field) > _PATH_LENGTH:
        raise InvalidInput(field.partition(".")[0].partition("[")[0], "it is nested too deeply.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(field, value, form)
    if isinstance(value, int | float):
        return _number(field, value)
    if _is_object(value):
        return {name: _plain(f"{field}.{_printable(name[:60])}", each) for name, each in value.items()}
    items: Sequence[Any] = value
    return [_plain(f"{field}[{index}]", each) for index, each in enumerate(items)]


def _is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def _text(field: str, text: str, form: str) -> str:
    if _CONTROL.search(text):
        raise InvalidInput(field, "it must not hold control characters.")
    if form == "email" and not _EMAIL.fullmatch(text.strip()):
        raise InvalidInput(field, f'"{text[:60]}" is not an e-mail address.')
    return text


def _number(field: str, number: float) -> float:
    # An integer of any length compares, but not each fits the float that isnan takes.
    if abs(number) > _NUMBER_LIMIT or math.isnan(number):
        raise InvalidInput(field, "the number is too large.")
    return int(number) if number == int(number) else number
