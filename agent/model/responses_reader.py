"""Puts a stream of the Responses API together.

Text and reasoning are passed on as they come. Calls are taken from the items that are said to be
done, never from their pieces, so a call that was cut short is none. Reasoning goes back with the
next request as it came, which takes its encrypted content from the item that is done.

Source: OpenAI API reference, "Streaming events" of Responses; guide "Reasoning models".
"""

import uuid
from collections.abc import Iterator

from agent.conversation import ToolCall
from agent.errors import EndpointError
from agent.jsontypes import JsonObject, JsonValue, dump, is_object, well_formed
from agent.model.halves import Halves
from agent.model.prices import vendor_cost
from agent.model.protocol import Finish, FinishReason, ReasoningDelta, StreamItem, TextDelta, Usage
from agent.model.stream_errors import BrokenStream, StreamError
from agent.wording.hints import GO_ON

_TEXT = frozenset({"response.output_text.delta", "response.refusal.delta"})
_REASONING = frozenset({"response.reasoning_summary_text.delta", "response.reasoning_text.delta"})
_ENDS = frozenset({"response.completed", "response.incomplete"})


class ResponsesReader:
    """Takes events one by one and says what each of them means.

    Args:
        origin: Names endpoint and model, so that what is opaque goes back to no other.
        finder: The function that a tool search stands for; empty where there is none.
    """

    def __init__(self, origin: str, finder: str = "") -> None:
        self._origin = origin
        self._finder = finder
        self._items: dict[int, JsonObject] = {}
        self._response: JsonObject | None = None
        self._halves = Halves()
        self._events = 0
        self._has_text = False
        self._parts = 0
        self.has_begun = False

    def feed(self, chunk: JsonObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Take one event.

        Args:
            chunk: The `data` of one server-sent event, parsed; or a whole response, from an endpoint that
                does not stream.

        Raises:
            StreamError: The endpoint says that it failed.
        """
        self._events += 1
        kind = chunk.get("type")
        if kind in _TEXT:
            self.has_begun = self._has_text = True
            yield TextDelta(self._halves.join("text", _string(chunk, "delta")))
        elif kind in _REASONING:
            self.has_begun = True
            yield ReasoningDelta(self._halves.join("reasoning", _string(chunk, "delta")))
        elif kind == "response.reasoning_summary_part.added":
            self._parts += 1
            if self._parts > 1:
                yield ReasoningDelta("\n\n")
        elif kind == "response.output_item.added":
            item = chunk.get("item")
            self.has_begun |= is_object(item) and item.get("type") != "reasoning"
        elif kind == "response.output_item.done":
            self._keep(chunk.get("output_index"), chunk.get("item"))
        elif kind == "error":
            raise StreamError(chunk)
        elif kind == "response.failed" or chunk.get("status") == "failed":
            failed = chunk.get("response")
            raise StreamError((failed if is_object(failed) else chunk).get("error"))
        elif kind in _ENDS or chunk.get("object") == "response":
            ended = chunk.get("response", chunk)
            self._response = ended if is_object(ended) else {}

    def _keep(self, index: JsonValue, item: JsonValue) -> None:
        if is_object(item):
            self._items[index if isinstance(index, int) else len(self._items)] = item

    def finish(self, *, done: bool) -> Iterator[StreamItem]:
        """Say how the stream ended, once there are no more events.

        Args:
            done: The endpoint sent `[DONE]`; OpenAI's own does not.

        Raises:
            ModelError: The stream was none, or ended before the answer did.
        """
        if not self._events:
            raise EndpointError(
                "The endpoint answered with something that is no stream of the Responses API.",
                'Check the base URL; or set api = "chat" in the settings, for Chat Completions.',
            )
        if self._response is None and done and self._items:
            self._response = {}
        if self._response is None:
            raise BrokenStream("The model's answer broke off; what came of it is kept.", f"{GO_ON}.")
        output = self._response.get("output")
        if not self._items and isinstance(output, list):
            self._items = {index: item for index, item in enumerate(output) if is_object(item)}
        items = [item for _, item in sorted(self._items.items())]
        if not self._has_text and (text := "".join(map(_text_of, items))):
            yield TextDelta(well_formed(text))
        reason = _finish_reason(self._response)
        calls = list(_calls(items, self._finder)) if reason is FinishReason.STOP else []
        yield from calls
        usage = self._response.get("usage")
        if is_object(usage):
            yield _usage(usage)
        yield Finish(FinishReason.TOOL_CALLS if calls else reason, self._opaque(items))

    def _opaque(self, items: list[JsonObject]) -> tuple[JsonValue, ...]:
        """What the endpoint wants back: its reasoning, and where between the other items it stood."""
        kept = [_skeleton(item) for item in items]
        skeletons: list[JsonValue] = [each for each in kept if each is not None]
        if not any(is_object(each) and each.keys() > {"type"} for each in skeletons):
            return ()
        return ({"type": "responses", "origin": self._origin, "items": skeletons},)


def _skeleton(item: JsonObject) -> JsonObject | None:
    match item.get("type"):
        case "reasoning" if item.get("encrypted_content"):
            return {key: item[key] for key in ("type", "id", "summary", "encrypted_content") if key in item}
        case "message" if item.get("phase"):
            return {"type": "message", "phase": item["phase"]}
        case "message" | "function_call" as kind:
            return {"type": kind}
        case "tool_search_call":
            return {"type": "function_call"}
        case _:
            return None


def _calls(items: list[JsonObject], finder: str) -> Iterator[ToolCall]:
    ids: set[str] = set()
    for item in items:
        kind = item.get("type")
        if kind not in ("function_call", "tool_search_call") or item.get("status") == "incomplete":
            continue
        id_ = _string(item, "call_id") or _string(item, "id")
        if not id_ or id_ in ids:
            id_ = f"call_{uuid.uuid4().hex[:12]}"
        ids.add(id_)
        name = _string(item, "name") if kind == "function_call" else finder
        arguments = item.get("arguments")
        written = arguments if isinstance(arguments, str) else dump(arguments or {})
        yield ToolCall(id_, name, well_formed(written))


def _text_of(item: JsonObject) -> str:
    content = item.get("content")
    if item.get("type") != "message" or not isinstance(content, list):
        return ""
    return "".join(_string(part, "text") or _string(part, "refusal") for part in content if is_object(part))


def _finish_reason(response: JsonObject) -> FinishReason:
    details = response.get("incomplete_details")
    reason = details.get("reason") if is_object(details) else None
    if reason == "content_filter":
        return FinishReason.CONTENT_FILTER
    if reason is not None or response.get("status") == "incomplete":
        return FinishReason.LENGTH
    return FinishReason.STOP


def _usage(usage: JsonObject) -> Usage:
    read, written = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    return Usage(
        input_tokens=_count(usage.get("input_tokens")),
        output_tokens=_count(usage.get("output_tokens")),
        cached_tokens=_count(read.get("cached_tokens")) if is_object(read) else 0,
        reasoning_tokens=_count(written.get("reasoning_tokens")) if is_object(written) else 0,
        cost=vendor_cost(usage),
        written_tokens=_count(read.get("cache_write_tokens")) if is_object(read) else 0,
    )


def _count(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _string(of: JsonObject, key: str) -> str:
    value = of.get(key)
    return value if isinstance(value, str) else ""
