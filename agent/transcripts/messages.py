"""A conversation out of the events of its transcript, sound wherever they end."""

from collections.abc import Iterator, Sequence

from agent.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    Summary,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from agent.events import CallOutcome
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.runner import interrupted_message, text_for_model
from agent.transcripts.lines import TURN_STARTED, text_of
from agent.transcripts.steps import STEP_ENDS, STEP_INTERRUPTED


def read_conversation(events: Sequence[JsonObject]) -> Conversation:
    """The conversation as it stood, sound even if the program was killed in the middle of a turn."""
    return Conversation(_messages(events), _summaries(events))


def _messages(events: Sequence[JsonObject]) -> Iterator[Message]:
    calls: tuple[ToolCall, ...] = ()
    results: dict[str, ToolMessage] = {}

    def answers() -> Iterator[ToolMessage]:
        for call in calls:
            yield results.get(call.id) or interrupted_message(call)

    for event in events:
        kind = event.get("type")
        if kind == "tool_call_finished":
            message = _tool_message(event)
            results[message.call_id] = message
        elif kind in (TURN_STARTED, *STEP_ENDS):
            yield from answers()
            calls = _calls(event.get("tool_calls"))
            results.clear()
            yield from _message(event, calls)
    yield from answers()


def _summaries(events: Sequence[JsonObject]) -> list[Summary]:
    summaries: list[Summary] = []
    for event in events:
        covers = event.get("covers")
        if event.get("type") == "compacted" and isinstance(covers, int):
            summaries.append(Summary(text_of(event, "text"), covers))
        elif event.get("type") == "compaction_undone" and summaries:
            summaries.pop()
    return summaries


def _message(event: JsonObject, calls: tuple[ToolCall, ...]) -> Iterator[Message]:
    text, items = text_of(event, "text"), event.get("provider_items")
    if event.get("type") == TURN_STARTED:
        yield UserMessage(text, text_of(event, "context"))
    elif text or calls:
        interrupted = event.get("type") == STEP_INTERRUPTED
        opaque = tuple(items) if isinstance(items, list) else ()
        yield AssistantMessage(text, calls, interrupted, opaque)


def _tool_message(event: JsonObject) -> ToolMessage:
    calls = _calls([event.get("call")])
    call = calls[0] if calls else ToolCall("", "", "")
    known = {each.value: each for each in CallOutcome}
    outcome = known.get(text_of(event, "outcome"), CallOutcome.FAILED)
    edited = event.get("edited")
    text = text_for_model(call, outcome, text_of(event, "text"), edited if is_object(edited) else None)
    failed = outcome is not CallOutcome.SUCCEEDED
    declined = outcome is CallOutcome.DECLINED
    return ToolMessage(call.id, call.name, text, failed, event.get("structured"), declined)


def _calls(value: JsonValue) -> tuple[ToolCall, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(
        ToolCall(text_of(item, "id"), text_of(item, "name"), text_of(item, "arguments"))
        for item in listed
        if is_object(item)
    )
