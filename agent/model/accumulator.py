"""Puts a Chat Completions stream together from raw chunks, whatever the vendor makes of them.

Decided by what is there, not by what an endpoint says about it: a call exists because its fragments
came, even when `finish_reason` is "stop"; fragments belong together by index, by id, or by
following one another; a missing id is made up. A stream that brought nothing, or stopped in the
middle of a call, is broken and says so.

Source: OpenAI API reference, "The chat completion chunk object".
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.conversation import ToolCall
from agent.errors import ModelError
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.model.protocol import Finish, FinishReason, ReasoningDelta, StreamItem, TextDelta, Usage

_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
}


@dataclass(slots=True)
class _Fragments:
    """One call as it comes in."""

    index: int | None
    id: str
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


class StreamAccumulator:
    """Takes chunks one by one and says what each of them means."""

    def __init__(self) -> None:
        self._calls: list[_Fragments] = []
        self._usage: Usage | None = None
        self._reason: str | None = None
        self._chunks = 0
        self._said_something = False

    def feed(self, chunk: JsonObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Take one chunk.

        Args:
            chunk: The `data` of one server-sent event, parsed.
        """
        self._chunks += 1
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self._usage = _usage(usage)
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return
        choice = choices[0]
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._reason = reason
        delta = choice.get("delta")
        if isinstance(delta, dict):
            yield from self._take(delta)

    def _take(self, delta: JsonObject) -> Iterator[TextDelta | ReasoningDelta]:
        for key in ("reasoning_content", "reasoning"):
            reasoning = delta.get(key)
            if isinstance(reasoning, str) and reasoning:
                yield ReasoningDelta(reasoning)
                break
        for key in ("content", "refusal"):
            text = delta.get(key)
            if isinstance(text, str) and text:
                self._said_something = True
                yield TextDelta(text)
        fragments = delta.get("tool_calls")
        if isinstance(fragments, list):
            for fragment in fragments:
                if isinstance(fragment, dict):
                    self._take_fragment(fragment)

    def _take_fragment(self, fragment: JsonObject) -> None:
        raw_index, raw_id = fragment.get("index"), fragment.get("id")
        index = raw_index if isinstance(raw_index, int) else None
        id_ = raw_id if isinstance(raw_id, str) else ""
        function = fragment.get("function")
        parts = function if isinstance(function, dict) else {}
        name, arguments = parts.get("name"), parts.get("arguments")
        call = self._call_for(index, id_, isinstance(name, str) and bool(name))
        if isinstance(name, str) and name and call.name != name:
            call.name += name
        if isinstance(arguments, str):
            call.arguments.append(arguments)
        elif isinstance(arguments, dict):
            call.arguments.append(dump(arguments))

    def _call_for(self, index: int | None, id_: str, named: bool) -> _Fragments:
        for call in reversed(self._calls):
            same_place = index is not None and call.index == index
            if id_ and call.id:
                if call.id == id_ and (index is None or same_place):
                    return call
            elif same_place or (index is None and not (named and call.name)):
                # Without an index, a fragment that names no function goes on with the call before it.
                return call
        call = _Fragments(index, id_)
        self._calls.append(call)
        return call

    def finish(self) -> Iterator[StreamItem]:
        """Say how the stream ended, once there are no more chunks.

        Raises:
            ModelError: The stream was empty, or ended in the middle of a tool call.
        """
        if not self._chunks:
            raise ModelError(
                "The endpoint answered with something that is no chat completion stream.",
                "Check the base URL; it usually ends in /v1.",
            )
        if self._calls and self._reason is None:
            raise ModelError("The model's answer broke off in the middle of a tool call; nothing was run.")
        if self._reason is None and not self._said_something:
            raise ModelError("The model's answer broke off before it had said anything.", "Ask again.")
        ids: set[str] = set()
        for call in self._calls:
            id_ = call.id if call.id and call.id not in ids else f"call_{uuid.uuid4().hex[:12]}"
            ids.add(id_)
            yield ToolCall(id_, call.name, "".join(call.arguments))
        if self._usage is not None:
            yield self._usage
        yield Finish(
            FinishReason.TOOL_CALLS if self._calls else _REASONS.get(self._reason or "", FinishReason.STOP)
        )


def _usage(usage: JsonObject) -> Usage:
    prompt, completion = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=_count(prompt.get("cached_tokens")) if isinstance(prompt, dict) else 0,
        reasoning_tokens=_count(completion.get("reasoning_tokens")) if isinstance(completion, dict) else 0,
    )


def _count(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
