"""Compares a request with the recorded one, part by part: system prompt, functions, messages."""

import json
from collections.abc import Iterator, Sequence

from agent.conversation import AssistantMessage, Message, ToolMessage, UserMessage
from agent.event_json import encode_event
from agent.events import RequestPrefix
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FunctionDefinition, ModelRequest
from agent.tools.fence import behind_fence, is_fenced, unfence
from agent.transcripts.lines import objects_of, text_of
from evals.replaying.difference import diff_lines, json_lines
from evals.replaying.requests import RecordedRequest
from evals.replaying.volatile import mask_text


def compare_request(recorded: RecordedRequest, request: ModelRequest) -> str:
    """Find the first part of a request that is another one.

    Args:
        recorded: What the recording implies.
        request: What was sent.

    Returns:
        Which part it is and how it differs; empty where none does.
    """
    if recorded.system != request.system:
        old, new = recorded.system.splitlines(), request.system.splitlines()
        return f"system prompt\n{diff_lines(old, new)}"
    return _compare_functions(recorded.functions, encode_functions(request.functions)) or _compare_messages(
        recorded.messages, request.messages
    )


def encode_functions(functions: Sequence[FunctionDefinition]) -> list[JsonObject]:
    """Functions as transcripts hold them.

    Args:
        functions: As a request offers them.
    """
    line = encode_event(RequestPrefix("", "", tuple(functions)))
    return objects_of(line, "functions")


def _compare_functions(recorded: Sequence[JsonObject], sent: Sequence[JsonObject]) -> str:
    old, new = ([text_of(each, "name") for each in listed] for listed in (recorded, sent))
    if old != new:
        return f"functions\n{diff_lines(old, new)}"
    for left, right in zip(recorded, sent, strict=True):
        if left != right:
            return f"functions ({left['name']})\n{diff_lines(json_lines(left), json_lines(right))}"
    return ""


def _compare_messages(recorded: Sequence[Message], sent: Sequence[Message]) -> str:
    for index in range(max(len(recorded), len(sent))):
        left, right = (messages[index] if index < len(messages) else None for messages in (recorded, sent))
        old, new = _write(left), _write(right)
        if old != new:
            shown = diff_lines([*_spread(old)], [*_spread(new)])
            return f"message {index + 1} ({_describe(left or right)})\n{shown}"
    return ""


def _describe(message: Message | None) -> str:
    match message:
        case UserMessage():
            return "of the user"
        case ToolMessage(name=name):
            return f"result of {name}"
        case _:
            return "of the model"


def _write(message: Message | None) -> list[str]:
    """All that an endpoint is given of a message."""
    match message:
        case None:
            return []
        case UserMessage(text, context):
            return ["user", *([context] if context else []), text]
        case AssistantMessage(text, calls, interrupted, opaque):
            called = [f"calls {call.name} ({call.id}) with {call.arguments}" for call in calls]
            kept = [json.dumps(each, sort_keys=True) for each in opaque]
            return ["model, interrupted" if interrupted else "model", text, *called, *kept]
        case ToolMessage(call_id, name, text, is_error, _, declined):
            how = ", declined" if declined else ", failed" if is_error else ""
            return [f"result of {name} ({call_id}){how}", mask_text(text)]


def _spread(texts: Sequence[str]) -> Iterator[str]:
    """The lines of texts, and JSON with a line for each member."""
    for text in texts:
        found = _json_of(unfence(text)) if is_fenced(text) else None
        if found is None:
            yield from text.splitlines()
        else:
            yield text.splitlines()[0]
            yield from json_lines(found)
            yield from behind_fence(text).splitlines()


def _json_of(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value
