"""What the model may answer, and how its answer is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object, parse_object
from agent.model.embedded.naming import Parameter, Role, Signature
from agent.model.embedded.support import is_supported

MAX_CALLS: Final = 4
CALLS: Final = "calls"
"""The first word of an answer that calls."""
_WORDS: Final[JsonObject] = {"type": "string", "minLength": 1, "maxLength": 200}
_PASSED: Final = frozenset({"type", "enum", "const", "items", "properties", "required", "minimum", "maximum"})


@dataclass(frozen=True, slots=True)
class ChosenCall:
    """A call as the model wrote it: short name, words for ids."""

    tool: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True)
class Choice:
    """What the model chose: calls in order, or an answer without any."""

    calls: tuple[ChosenCall, ...] = ()
    answer: str = ""

    def to_json(self) -> JsonObject:
        """The choice as the JSON object that `read_choice` reads."""
        if not self.calls:
            return {"answer": self.answer}
        return {CALLS: [{"tool": call.tool, "arguments": call.arguments} for call in self.calls]}


def read_choice(text: str) -> Choice:
    """Read the model's JSON object.

    Raises:
        ValueError: It is not such an object; a constrained answer that was cut at its token limit, say.
    """
    return choice_from_json(parse_object(text))


def choice_from_json(value: JsonObject) -> Choice:
    """Read a choice from a parsed object.

    Raises:
        ValueError: It does not have the form of a choice.
    """
    calls = value.get(CALLS)
    if calls is None:
        return Choice(answer=str(value.get("answer", "")))
    if not isinstance(calls, list):
        raise ValueError("expected a list of calls")
    read: list[ChosenCall] = []
    for call in calls:
        if not is_object(call):
            raise ValueError("expected a call")
        tool, arguments = call.get("tool"), call.get("arguments", {})
        if not isinstance(tool, str) or not is_object(arguments):
            raise ValueError("expected a tool and its arguments")
        read.append(ChosenCall(tool, arguments))
    return Choice(tuple(read))


def answer_schema(signatures: Sequence[Signature], request: str) -> JsonObject:
    """The JSON Schema that constrains the model's answer: calls of these functions, or a text.

    Args:
        signatures: The functions on offer.
        request: The user's words; of what may be left out, only what they speak of can be written.
    """
    calls: list[JsonValue] = [_call_schema(signature, request) for signature in signatures]
    answer: JsonObject = _object({"answer": {"type": "string", "maxLength": 300}}, ["answer"])
    if not calls:
        return answer
    listed: JsonObject = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_CALLS,
        "items": {"anyOf": calls},
    }
    return {"anyOf": [_object({CALLS: listed}, [CALLS]), answer]}


def _call_schema(signature: Signature, request: str) -> JsonObject:
    arguments: dict[str, JsonValue] = {
        parameter.shown: _parameter_schema(parameter)
        for parameter in signature.parameters
        if is_supported(parameter, request)
    }
    required: list[JsonValue] = [p.shown for p in signature.parameters if p.required]
    return _object(
        {"tool": {"const": signature.tool}, "arguments": _object(arguments, required)}, ["tool", "arguments"]
    )


def _object(properties: dict[str, JsonValue], required: Sequence[JsonValue]) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _parameter_schema(parameter: Parameter) -> JsonObject:
    if parameter.role is Role.LITERAL:
        return _plain(parameter.schema)
    if parameter.many:
        return {"type": "array", "items": _WORDS, "minItems": 1, "maxItems": 10}
    return _WORDS


def _plain(schema: JsonObject) -> JsonObject:
    """The part of a schema that constrained decoding handles everywhere; the rest is validated later."""
    plain: JsonObject = {}
    for name, value in schema.items():
        if name not in _PASSED:
            continue
        if name == "items" and is_object(value):
            plain[name] = _plain(value)
        elif name == "properties" and is_object(value):
            plain[name] = {key: _plain(child) if is_object(child) else child for key, child in value.items()}
        else:
            plain[name] = value
    if plain.get("type") == "string" and "enum" not in plain:
        plain |= {"minLength": 1, "maxLength": 500}
    if plain.get("type") == "object":
        plain.setdefault("additionalProperties", "properties" not in plain)
    return plain
