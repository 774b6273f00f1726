"""Validators that stop where a schema or one of its patterns has no end, and name what they refuse."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.dialects import dialect_of
from agent.tools.patterns import fits_any, is_found

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

# How many keywords may be checked within each other. Left to itself, jsonschema runs into Python's limit,
# and sometimes inside a library in Rust, which panics: an exception that ends the program.
_DEEPEST = 150

_Check: TypeAlias = "Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]"


def check_schema(schema: JsonObject) -> None:
    """Check a schema against the metaschema of its dialect.

    Its patterns are not looked at: one that is none is not checked against either.

    Raises:
        SchemaError: It is no schema.
        RecursionError: It is nested too deeply.
    """
    # Typed loosely, since the stubs do not know that the check of formats can be left out.
    kind: Any = _validator_class(dialect_of(schema))
    kind.check_schema(schema, format_checker=None)


def bounded_validator(schema: JsonObject) -> "Validator":
    """A validator that raises `RecursionError` where checking has no end, and fetches no reference.

    What a pattern decides only after long is taken as right. So is what is left over by
    `patternProperties` for `unevaluatedProperties`, since jsonschema searches for that by itself.

    Args:
        schema: What to check by; see `check_schema`.
    """
    from referencing.jsonschema import EMPTY_REGISTRY

    patterned = '"patternProperties"' in dump(schema)
    kind = _validator_class(dialect_of(schema), patterned=patterned)
    return kind(_in_one_dialect(schema), registry=EMPTY_REGISTRY)


def _in_one_dialect(schema: JsonObject) -> JsonObject:
    """Leave out the dialect wherever it is named, since jsonschema goes on there with its own validator."""
    return {
        key: _inside(each) for key, each in schema.items() if key != "$schema" or not isinstance(each, str)
    }


def _inside(value: JsonValue) -> JsonValue:
    if is_object(value):
        return _in_one_dialect(value)
    return [_inside(each) for each in value] if isinstance(value, list) else value


@cache
def _validator_class(dialect: int, *, patterned: bool = False) -> "type[Validator]":
    import jsonschema

    older = {
        4: jsonschema.Draft4Validator,
        6: jsonschema.Draft6Validator,
        7: jsonschema.Draft7Validator,
        2019: jsonschema.Draft201909Validator,
    }
    base = older.get(dialect, jsonschema.Draft202012Validator)
    checks = {
        **base.VALIDATORS,
        "properties": _naming(base.VALIDATORS["properties"]),
        "pattern": _check_pattern,
        "patternProperties": _check_pattern_properties,
        "additionalProperties": _passing_over_patterns(base.VALIDATORS["additionalProperties"]),
    }
    if patterned:
        checks["unevaluatedProperties"] = _check_nothing
    # Taken out of the module as it is, since its stubs say nothing about `extend`.
    bounded: type[Validator] = import_module("jsonschema.validators").extend(base, _bound(checks))
    return bounded


def _check_pattern(validator: Any, value: Any, instance: Any, _: Any) -> "Iterator[ValidationError]":
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and is_found(value, instance) is False:
        yield ValidationError(f"{instance!r} does not match {value!r}")


def _check_pattern_properties(
    validator: Any, value: Any, instance: Any, _: Any
) -> "Iterator[ValidationError]":
    if validator.is_type(instance, "object"):
        for pattern, schema in value.items():
            for name, each in instance.items():
                if is_found(pattern, name):
                    yield from validator.descend(each, schema, path=name, schema_path=pattern)


def _check_nothing(*_: Any) -> None:
    pass


def _passing_over_patterns(check: _Check) -> _Check:
    """Leave out the properties that have a pattern, before jsonschema searches for it by itself."""

    def passing(validator: Any, value: Any, instance: Any, schema: Any) -> "Iterator[ValidationError]":
        patterns = schema.get("patternProperties")
        if patterns and validator.is_type(instance, "object"):
            instance = {name: each for name, each in instance.items() if not fits_any(patterns, name)}
            schema = {key: each for key, each in schema.items() if key != "patternProperties"}
        yield from check(validator, value, instance, schema) or ()

    return passing


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
