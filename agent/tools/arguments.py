"""The arguments that a model wrote, made to fit what the server takes and checked before they leave."""

import json
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from agent.jsontypes import JsonObject, JsonValue, parse_object
from agent.tools.bounded import bounded_validator
from agent.tools.dialects import dialect_of
from agent.tools.keywords import is_deeper
from agent.tools.plain import plain_schema
from agent.tools.tool import Tool

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_FAULT_LENGTH = 300
# Readers of JSON in Rust stop at 128 levels, of which the request around the arguments takes some.
_DEEPEST_ARGUMENTS = 100
# The check of a schema against its metaschema takes about ten frames a level.
_DEEPEST_SCHEMA = 50

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


def fit_arguments(tool: Tool, arguments: JsonObject) -> tuple[JsonObject, str | None]:
    """Leave out the nulls that the server would refuse, and check the rest against the tool's own schema.

    A null where the server takes none is how a model says that it leaves something out: in strict mode it
    has no other way, and small models do it in any mode. A null that the server takes stays, and so
    arguments that fit as they are stay as they are.

    Args:
        tool: The tool that is to be called.
        arguments: What the model wrote; they are not changed.

    Returns:
        The arguments to send, and one sentence that names the field and the fault, or `None` when they fit.
    """
    from jsonschema import SchemaError
    from referencing.exceptions import Unresolvable

    if not is_deeper(tool.input_schema, _DEEPEST_SCHEMA):
        with suppress(SchemaError, Unresolvable, RecursionError):
            return _fit(tool.input_schema, arguments)
    # The schema is the server's fault, not the model's: check what can be read of it.
    return _fit(plain_schema(tool.input_schema), arguments)


def _fit(schema: JsonObject, arguments: JsonObject) -> tuple[JsonObject, str | None]:
    from referencing.jsonschema import EMPTY_REGISTRY

    dialect = bounded_validator(dialect_of(schema))
    # A reference to elsewhere is never fetched.
    validator = dialect(schema, registry=EMPTY_REGISTRY)
    dialect.check_schema(schema)
    try:
        while refused := _refused_nulls(validator, arguments):
            arguments = _without(arguments, refused)
        error = _best(validator.iter_errors(arguments))
    except OverflowError:
        return arguments, "a number is too large"
    return arguments, None if error is None else _describe(error)


def _best(errors: "Iterator[ValidationError]") -> "ValidationError | None":
    """The error that says most about what is wrong."""
    # Taken out of the module as it is, since its stubs say nothing about the result.
    best: ValidationError | None = import_module("jsonschema.exceptions").best_match(errors)
    return best


def _describe(error: "ValidationError") -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    fault = f"{where}: {error.message}" if where else error.message
    return fault if len(fault) <= _FAULT_LENGTH else fault[: _FAULT_LENGTH - 1] + "…"


def _refused_nulls(validator: "Validator", arguments: JsonObject) -> set[_Path]:
    return {path for error in validator.iter_errors(arguments) for path in _nulls_behind(error) or ()}


def _nulls_behind(error: "ValidationError") -> set[_Path] | None:
    """The null properties that an error is about; `None` where it is about something else as well."""
    path = tuple(error.absolute_path)
    if error.schema is False:
        # Of such an error, jsonschema leaves the last step out of the path.
        return None
    if error.instance is None and path and isinstance(path[-1], str):
        return {path}
    # Of the alternatives that all fail, one is enough.
    for _, each in groupby(error.context or (), key=lambda each: [*each.schema_path][:1]):
        behind = [_nulls_behind(error) for error in each]
        if None not in behind:
            return {path for paths in behind for path in paths or ()}
    return None


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
