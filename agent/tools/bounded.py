"""Validators that stop in a schema that leads back into itself without end, and name what they refuse."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

# How many keywords may be checked within each other. Left to itself, jsonschema runs into Python's limit,
# and sometimes inside a library in Rust, which panics: an exception that ends the program.
_DEEPEST = 150

_Check: TypeAlias = "Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]"


@cache
def bounded_validator(dialect: int) -> "type[Validator]":
    """The validator of a dialect, which raises `RecursionError` where checking has no end.

    Args:
        dialect: See `dialect_of`.
    """
    import jsonschema

    older = {
        4: jsonschema.Draft4Validator,
        6: jsonschema.Draft6Validator,
        7: jsonschema.Draft7Validator,
        2019: jsonschema.Draft201909Validator,
    }
    base = older.get(dialect, jsonschema.Draft202012Validator)
    checks = _bound({**base.VALIDATORS, "properties": _naming(base.VALIDATORS["properties"])})
    # Taken out of the module as it is, since its stubs say nothing about `extend`.
    bounded: type[Validator] = import_module("jsonschema.validators").extend(base, checks)
    return bounded


def _naming(check: _Check) -> _Check:
    """Put the name back that jsonschema leaves out of the path where the schema of a property is `false`."""

    def named(validator: Any, value: Any, instance: Any, schema: Any) -> "Iterator[ValidationError]":
        refused = (name for name, each in value.items() if each is False and name in instance)
        for error in check(validator, value, instance, schema) or ():
            if error.schema is False and not error.path:
                error.path.append(next(refused))
            yield error

    return named


def _bound(checks: Mapping[str, _Check]) -> dict[str, _Check]:
    depth = 0

    def bound(check: _Check) -> _Check:
        def bounded(validator: Any, value: Any, instance: Any, schema: Any) -> "Iterator[ValidationError]":
            nonlocal depth
            if depth >= _DEEPEST:
                raise RecursionError("a schema leads back into itself without end")
            depth += 1
            try:
                yield from check(validator, value, instance, schema) or ()
            finally:
                depth -= 1

        return bounded

    return {keyword: bound(check) for keyword, check in checks.items()}
