"""The arguments that a model wrote, made to fit what the server takes and checked before they leave."""

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from agent.jsontypes import JsonObject, JsonValue, parse_object
from agent.tools.bounded import bounded_validator, check_schema
from agent.tools.keywords import is_deeper
from agent.tools.plain import plain_schema
from agent.tools.strict import given_schema
from agent.tools.tool import Tool

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_FAULT_LENGTH = 300
# Readers of JSON in Rust stop at 128 levels, of which the request around the arguments takes some.
_DEEPEST_ARGUMENTS = 100
# The check of a schema against its metaschema takes about ten frames a level.
_DEEPEST_SCHEMA = 50
_SCHEMAS_KEPT = 1024

# From the arguments down to one of their values.
_Path: TypeAlias = tuple[str | int, ...]


def parse_arguments(text: str) -> JsonObject:
    """Parse the arguments that a model wrote; no text at all means no arguments.

    Raises:
        ValueError: The text is no JSON object that can be sent; the message says where it breaks.
    """
    arguments = parse_object(text) if text.strip() else {}
    if is_deeper(arguments, _DEEPEST_ARGUMENTS):
        raise ValueError("it is nested too deeply")
    try:
        # A number like 1e999 is read as infinity, which is no JSON.
        json.dumps(arguments, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a character is missing in a text") from error
    except ValueError as error:
        raise ValueError("a number is too large") from error
    return arguments


def fit_arguments(
    tool: Tool, arguments: JsonObject, *, strict: bool = False
) -> tuple[JsonObject, str | None]:
    """Leave out the nulls that stand for nothing, and check the rest against the tool's own schema.

    A null where the server takes none is how a model, small ones above all, says that it leaves something
    out. A null that the server takes stays, and so arguments that fit as they are stay as they are. In
    strict mode a model has no other way to leave something out, so there a null where the default is null
    is left out as well: some servers clear what is given as null, and leave alone what is not given.

    Args:
        tool: The tool that is to be called.
        arguments: What the model wrote; they are not changed.
        strict: The model was held to the tool's strict schema.

    Returns:
        The arguments to send, and one sentence that names the field and the fault, or `None` when they fit.
    """
    from referencing.exceptions import Unresolvable

    if strict:
        given = bounded_validator(given_schema(plain_schema(tool.input_schema)))
        arguments = _without_refused_nulls(given, arguments)
    if not is_deeper(tool.input_schema, _DEEPEST_SCHEMA) and _is_sound(json.dumps(tool.input_schema)):
        with suppress(Unresolvable, RecursionError):
            return _fit(tool.input_schema, arguments)
    # The schema is the server's fault, not the model's: check what can be read of it.
    return _fit(plain_schema(tool.input_schema), arguments)


@lru_cache(_SCHEMAS_KEPT)
def _is_sound(text: str) -> bool:
    """Whether a schema is one; a server's tools are called again and again, and the check takes a while."""
    from jsonschema import SchemaError
    from referencing.exceptions import Unresolvable

    try:
        check_schema(parse_object(text))
    except (SchemaError, Unresolvable, RecursionError):
        return False
    return True


def _fit(schema: JsonObject, arguments: JsonObject) -> tuple[JsonObject, str | None]:
    validator = bounded_validator(schema)
    try:
        fitting = _without_refused_nulls(validator, arguments)
        error = _best(validator.iter_errors(fitting))
    except OverflowError:
        return arguments, "a number is too large"
    return fitting, None if error is None else describe_fault(error)


def _without_refused_nulls(validator: "Validator", arguments: JsonObject) -> JsonObject:
    while refused := _refused_nulls(validator, arguments):
        arguments = _without(arguments, refused)
    return arguments


def _best(errors: "Iterator[ValidationError]") -> "ValidationError | None":
    """The error that says most about what is wrong."""
    # Taken out of the module as it is, since its stubs say nothing about the result.
    best: ValidationError | None = import_module("jsonschema.exceptions").best_match(errors)
    return best


def describe_fault(error: "ValidationError") -> str:
    """The field and the fault, cut where a value makes it long."""
    where = ".".join(str(part) for part in error.absolute_path)
    fault = f"{where}: {error.message}" if where else error.message
    return fault if len(fault) <= _FAULT_LENGTH else fault[: _FAULT_LENGTH - 1] + "…"


def _refused_nulls(validator: "Validator", arguments: JsonObject) -> set[_Path]:
    errors = validator.iter_errors(arguments)
    return {path for error in errors for path in _nulls_behind(error, arguments) or ()}


def _nulls_behind(error: "ValidationError", arguments: JsonObject) -> set[_Path] | None:
    """The null properties that an error is about; `None` where it is about something else as well."""
    path = tuple(error.absolute_path)
    if path and isinstance(path[-1], str) and _value_at(arguments, path) is None:
        return {path}
    # Of the alternatives that all fail, one is enough.
    for _, each in groupby(error.context or (), key=lambda each: [*each.schema_path][:1]):
        behind = [_nulls_behind(error, arguments) for error in each]
        if None not in behind:
            return {path for paths in behind for path in paths or ()}
    return None


def _value_at(value: JsonValue, path: _Path) -> JsonValue:
    for step in path:
        match value, step:
            case dict(), str():
                value = value[step]
            case list(), int():
                value = value[step]
            case _:
                break
    return value


def _without(value: JsonObject, paths: set[_Path]) -> JsonObject:
    return {key: _prune(each, (key,), paths) for key, each in value.items() if (key,) not in paths}


def _prune(value: JsonValue, at: _Path, paths: set[_Path]) -> JsonValue:
    if isinstance(value, dict):
        return {
            key: _prune(each, (*at, key), paths) for key, each in value.items() if (*at, key) not in paths
        }
    if isinstance(value, list):
        return [_prune(each, (*at, position), paths) for position, each in enumerate(value)]
    return value
