"""Chunks of a Chat Completions stream, and what comes of them."""

import json

from agent.conversation import ToolCall
from agent.jsontypes import JsonObject, JsonValue
from agent.model.accumulator import StreamAccumulator
from agent.model.protocol import StreamItem, TextDelta


def accumulate(*chunks: JsonObject, done: bool = True) -> list[StreamItem]:
    accumulator = StreamAccumulator()
    items: list[StreamItem] = []
    for chunk in chunks:
        items.extend(accumulator.feed(chunk))
    items.extend(accumulator.finish(done=done))
    return items


def delta(**fields: JsonValue) -> JsonObject:
    """A chunk with a delta."""
    return {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": fields}]}


def end(reason: JsonValue = "stop", **fields: JsonValue) -> JsonObject:
    """The chunk that says why the model stopped."""
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": reason}]}


UNSAID = object()


def fragment(
    index: object = 0, id_: object = UNSAID, name: object = UNSAID, arguments: object = UNSAID
) -> JsonObject:
    """A chunk with one fragment of a call; what is not given is left out, as some vendors do."""
    function = {
        key: value for key, value in (("name", name), ("arguments", arguments)) if value is not UNSAID
    }
    each = {"index": index, "id": id_, "function": function, "type": "function"}
    chosen: JsonObject = json.loads(
        json.dumps({key: value for key, value in each.items() if value is not UNSAID})
    )
    return delta(tool_calls=[chosen])


def calls(*chunks: JsonObject) -> list[tuple[str, str]]:
    """The calls of a stream, as names and arguments."""
    return [(item.name, item.arguments) for item in accumulate(*chunks) if isinstance(item, ToolCall)]


def ids(*chunks: JsonObject) -> list[str]:
    return [item.id for item in accumulate(*chunks) if isinstance(item, ToolCall)]


def text(*chunks: JsonObject) -> str:
    return "".join(item.text for item in accumulate(*chunks) if isinstance(item, TextDelta))


A, B = '{"taskId":7}', '{"taskId":8}'
