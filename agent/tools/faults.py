"""All that is wrong with arguments, for the person who wrote them; a model is told what matters most."""

from typing import TYPE_CHECKING, Any

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.arguments import describe_fault, fit_arguments
from agent.tools.bounded import bounded_validator
from agent.tools.plain import plain_schema
from agent.tools.tool import Tool
from agent.wording.suggesting import nearest

if TYPE_CHECKING:
    from jsonschema import ValidationError

_MOST_TOLD = 5


def faults_in(tool: Tool, arguments: JsonObject) -> tuple[str, ...]:
    """The first few faults, each in some words; none where the arguments fit."""
    fitting, fault = fit_arguments(tool, arguments)
    if fault is None:
        return ()
    try:
        errors = list(bounded_validator(plain_schema(tool.input_schema)).iter_errors(fitting))
    except OverflowError:
        return (fault,)
    told = dict.fromkeys(text for error in errors for text in _describe(error))
    return tuple(told)[:_MOST_TOLD] or (fault,)


def _describe(error: "ValidationError") -> list[str]:
    # Typed loosely, since the stubs know all of them as perhaps not set.
    loose: Any = error
    given: JsonValue = loose.instance
    schema: JsonValue = loose.schema
    listed: JsonValue = loose.validator_value
    properties = schema.get("properties") if is_object(schema) else None
    where = "".join(f"{part}." for part in error.absolute_path)
    if error.validator == "required" and is_object(given) and isinstance(listed, list):
        return [f"“{where}{name}” is missing" for name in listed if name not in given]
    if error.validator == "additionalProperties" and is_object(given) and is_object(properties):
        names = [name for name in given if name not in properties]
        return [_unknown(where, name, properties) for name in names] or [describe_fault(error)]
    return [describe_fault(error)]


def _unknown(where: str, name: str, properties: JsonObject) -> str:
    near = nearest(name, properties)
    return f"“{where}{name}” is not known{f' (did you mean “{near}”?)' if near else ''}"
