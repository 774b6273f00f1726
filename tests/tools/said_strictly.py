"""What a model writes in strict mode."""

from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator, validator_for

from agent.jsontypes import JsonObject, JsonValue


def fits(schema: JsonObject, value: JsonValue) -> bool:
    """Judge by the library alone, in the dialect that the schema says it is written in."""
    validator: type[Validator] = validator_for(schema, default=Draft202012Validator)
    return validator(schema).is_valid(value)


def with_nulls(arguments: JsonObject, strict: JsonObject) -> JsonObject:
    """How a model says some arguments in strict mode: with null for each property that is left out.

    Args:
        arguments: What it wants to say.
        strict: The parameters of the function.
    """
    said = _say(arguments, strict)
    assert isinstance(said, dict)
    return said


def _say(value: JsonValue, strict: JsonObject) -> JsonValue:
    if isinstance(variants := strict.get("anyOf"), list):
        said = [(each, _say(value, each)) for each in variants if isinstance(each, dict)]
        return next((way for each, way in said if fits(each, way)), value)
    properties = strict.get("properties")
    if isinstance(value, dict) and isinstance(properties, dict):
        schemas = {name: each for name, each in properties.items() if isinstance(each, dict)}
        return {**value, **{name: _say(value.get(name), each) for name, each in schemas.items()}}
    items = strict.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        return [_say(each, items) for each in value]
    return value
