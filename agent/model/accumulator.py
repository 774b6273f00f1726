"""Puts a Chat Completions stream together from raw chunks, whatever the vendor makes of them.

Decided by what is there, not by what an endpoint says about it: a call exists because its fragments
came, even when `finish_reason` is "stop"; fragments belong together by index, by id, or by
following one another; a missing id is made up. A character cut in two by the vendor is put together
again. A stream that brought nothing, or stopped before its end, is broken and says so.

Source: OpenAI API reference, "The chat completion chunk object".
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from agent.conversation import ToolCall
from agent.errors import ModelError
from agent.jsontypes import JsonObject, JsonValue, dump, parse_object, well_formed
from agent.model.protocol import Finish, FinishReason, ReasoningDelta, StreamItem, TextDelta, Usage
from agent.model.stream_errors import BrokenStream

_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
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
    arguments: str = ""

    def goes_on(self, named: str, arguments: str) -> bool:
        """Say whether a fragment that names a function can be more of this call.

        Some vendors repeat the name in every fragment, or send it in pieces, or end with all of the
        call once more; others give several calls the same index and no id. A call whose arguments
        are whole has nothing to come.
        """
        if not named or not self.name:
            return True
        if not self.arguments:
            return self.index is not None or named == self.name
        adds_nothing = not arguments.strip() or arguments == self.arguments
        return named == self.name and (adds_nothing or not _is_whole(self.arguments))

    def add(self, named: str, arguments: str) -> None:
        """Put a fragment at the end, unless it says all of the call once more."""
        if named != self.name:
            self.name += named
        if not (named and arguments == self.arguments and _is_whole(arguments)):
            self.arguments += arguments


def _is_whole(arguments: str) -> bool:
    try:
        parse_object(arguments)
    except ValueError:
        return False
    return True


class StreamAccumulator:
    """Takes chunks one by one and says what each of them means."""

    def __init__(self) -> None:
        self._calls: list[_Fragments] = []
        self._usage: Usage | None = None
        self._reason: str | None = None
        self._chunks = 0
        self._said_something = False
        self._has_begun = False
        self._halves: dict[str, str] = {}

    @property
    def has_begun(self) -> bool:
        """Whether anything of the answer came, a part of a call included."""
        return self._has_begun

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
            if text := self._text(key, delta.get(key)):
                self._has_begun = True
                yield ReasoningDelta(text)
                break
        for key in ("content", "refusal"):
            if text := self._text(key, delta.get(key)):
                self._said_something = self._has_begun = True
                yield TextDelta(text)
        fragments = delta.get("tool_calls")
        if isinstance(fragments, list):
            for fragment in fragments:
                if isinstance(fragment, dict):
                    self._take_fragment(fragment)

    def _text(self, key: str, value: JsonValue) -> str:
        """The text of a delta, which a few vendors send as a list of parts."""
        if isinstance(value, list):
            parts = (part.get("text") for part in value if isinstance(part, dict))
            value = "".join(part for part in parts if isinstance(part, str))
        text = self._halves.pop(key, "") + (value if isinstance(value, str) else "")
        if text and "\ud800" <= text[-1] <= "\udbff":
            # Half of a character: the other half comes with the next chunk.
            self._halves[key], text = text[-1], text[:-1]
        return well_formed(text)

    def _take_fragment(self, fragment: JsonObject) -> None:
        self._has_begun = True
        raw_index, raw_id = fragment.get("index"), fragment.get("id")
        index = raw_index if isinstance(raw_index, int) else None
        id_ = raw_id if isinstance(raw_id, str) else ""
        function = fragment.get("function")
        parts = function if isinstance(function, dict) else {}
        raw_name, raw_arguments = parts.get("name"), parts.get("arguments")
        name = raw_name if isinstance(raw_name, str) else ""
        arguments = dump(raw_arguments) if isinstance(raw_arguments, dict) else raw_arguments
        text = arguments if isinstance(arguments, str) else ""
        call = self._call_of(index, id_, name, text)
        call.id = call.id or id_
        call.add(name, text)

    def _call_of(self, index: int | None, id_: str, name: str, arguments: str) -> _Fragments:
        near = [call for call in self._calls if index is None or call.index in (None, index)]
        if not near and not name and not id_:
            near = self._calls
        for call in reversed(near):
            if id_ and call.id == id_ and call.goes_on(name, arguments):
                return call
        # A fragment without a name begins no call, even where the vendor makes up an id for each chunk.
        if near and not (name and id_ and near[-1].id) and near[-1].goes_on(name, arguments):
            return near[-1]
        call = _Fragments(index, id_)
        self._calls.append(call)
        return call

    def finish(self, *, done: bool) -> Iterator[StreamItem]:
        """Say how the stream ended, once there are no more chunks.

        Args:
            done: The endpoint sent `[DONE]`; some send that and no `finish_reason`, others the reverse.

        Raises:
            ModelError: The stream was empty, or ended before the answer did.
        """
        if not self._chunks:
            raise ModelError(
                "The endpoint answered with something that is no chat completion stream.",
                "Check the base URL; it usually ends in /v1.",
            )
        if self._reason == "error":
            raise ModelError("The endpoint broke off the answer and did not say why.", "Ask again.")
        if self._calls and self._reason is None:
            raise BrokenStream("The model's answer broke off in the middle of a tool call; nothing was run.")
        if self._reason is None and not self._said_something:
            raise BrokenStream("The model's answer broke off before it had said anything.", "Ask again.")
        if self._reason is None and not done:
            raise BrokenStream("The model's answer broke off; what came of it is kept.", "Say “go on”.")
        ids: set[str] = set()
        for call in self._calls:
            id_ = call.id if call.id and call.id not in ids else f"call_{uuid.uuid4().hex[:12]}"
            ids.add(id_)
            yield ToolCall(id_, call.name, well_formed(call.arguments))
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
