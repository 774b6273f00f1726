"""The conversation of a trial as the messages of `inspect-ai`; it is imported with this module."""

from collections.abc import Iterable, Iterator

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
)
from inspect_ai.tool import ToolCall, ToolCallError

from agent.events import CallOutcome
from agent.export.redaction import Clean
from agent.jsontypes import JsonObject, parse_object
from agent.transcripts.lines import TURN_STARTED, object_of, objects_of, text_of


def read_messages(events: Iterable[JsonObject], clean: Clean) -> Iterator[ChatMessage]:
    """Read the messages of a transcript.

    Args:
        events: Its lines, as docs/transcripts.md describes them.
        clean: Takes out of a text what is not to leave.
    """
    system = ""
    for event in events:
        text = clean(text_of(event, "text"))
        match event.get("type"):
            case "request_prefix" if text_of(event, "system") != system:
                system = text_of(event, "system")
                yield ChatMessageSystem(content=clean(system))
            case str(kind) if kind == TURN_STARTED:
                yield ChatMessageUser(content=text)
            case "step_finished":
                yield ChatMessageAssistant(content=text, tool_calls=_read_calls(event, clean) or None)
            case "step_interrupted":
                yield ChatMessageAssistant(content=text, metadata={"interrupted": True})
            case "tool_call_finished":
                yield _read_result(event, clean)
            case "turn_failed":
                # What is said in place of an answer.
                message = clean(text_of(object_of(event, "error"), "message"))
                yield ChatMessageAssistant(content=message, metadata={"failed": True})
            case _:
                pass


def _read_calls(event: JsonObject, clean: Clean) -> list[ToolCall]:
    return [_read_call(call, clean) for call in objects_of(event, "tool_calls")]


def _read_call(call: JsonObject, clean: Clean) -> ToolCall:
    written = clean(text_of(call, "arguments"))
    problem = None
    arguments: JsonObject = {}
    try:
        arguments = parse_object(written or "{}")
    except ValueError as error:
        problem = f"{error}: {written}"
    return ToolCall(
        id=text_of(call, "id"),
        function=clean(text_of(call, "name")),
        arguments=arguments,
        parse_error=problem,
    )


def _read_result(event: JsonObject, clean: Clean) -> ChatMessageTool:
    call = object_of(event, "call")
    text = clean(text_of(event, "text"))
    decided = {name: text_of(event, name) for name in ("outcome", "decision", "rule") if text_of(event, name)}
    return ChatMessageTool(
        content=text,
        tool_call_id=text_of(call, "id"),
        function=clean(text_of(call, "name")),
        error=_read_error(text_of(event, "outcome"), text),
        metadata={**decided, "seconds": event.get("duration")},
    )


def _read_error(outcome: str, text: str) -> ToolCallError | None:
    match outcome:
        case CallOutcome.SUCCEEDED:
            return None
        case CallOutcome.DECLINED:
            return ToolCallError("approval", text)
        case CallOutcome.INVALID:
            return ToolCallError("parsing", text)
        case _:
            return ToolCallError("unknown", text)
