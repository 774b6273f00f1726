"""Puts a Chat Completions stream together from raw chunks, whatever the vendor makes of them.

Decided by what is there, not by what an endpoint says about it: a call exists because its fragments
came, even when `finish_reason` is "stop"; a whole `message` is an answer as good as one in pieces. What
breaks off is never taken for whole: a stream that brought nothing, stopped before its end, or reached
its limit inside of a call, says so.

Source: OpenAI API reference, "The chat completion chunk object".
"""

from collections.abc import Iterator, Sequence

from agent.conversation import ToolCall
from agent.errors import EndpointError, LimitError, ModelError
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.answer_text import TextStream, Thoughts
from agent.model.call_fragments import CallFragments, is_whole, read_index
from agent.model.protocol import Finish, FinishReason, ReasoningDelta, StreamItem, TextDelta, Usage
from agent.model.stream_errors import BrokenStream, StreamError
from agent.model.usage_counts import find_usage, join_usage, read_usage
from agent.wording.hints import GO_ON

_BROKEN = "broken"
# From the harmless to the grave; of several reasons the gravest counts, since some gateways add a stop.
_REASONS: dict[str, Sequence[str]] = {
    FinishReason.STOP: (),
    FinishReason.TOOL_CALLS: ("tool_calls", "function_call", "tool_use"),
    FinishReason.LENGTH: (
        "length",
        "max_tokens",
        "max_output_tokens",
        "model_length",
        "model_context_window_exceeded",
    ),
    FinishReason.CONTENT_FILTER: (
        "content_filter",
        "safety",
        "sensitive",
        "recitation",
        "blocklist",
        "prohibited_content",
        "refusal",
    ),
    _BROKEN: (
        "error",
        "network_error",
        "insufficient_system_resource",
        "malformed_function_call",
        "abort",
        "aborted",
        "cancelled",
        "timeout",
    ),
}
_GRAVITY = {reason: rank for rank, reason in enumerate(_REASONS)}
_MEANINGS = {said: reason for reason, words in _REASONS.items() for said in words}
# What some vendors write where nothing is to be said yet.
_NO_REASON = frozenset({"", "null", "none"})
# GitHub Copilot calls it `reasoning_text`; OpenRouter's details come beside the text, seldom without it.
_REASONING = ("reasoning_content", "reasoning", "reasoning_text", "reasoning_details")
# These are fields of a message as well.
_TAKEN_BACK = frozenset({"reasoning_content", "reasoning"})
_SAYING = ("content", "tool_calls", "function_call", "refusal", *_REASONING)
_PARTS = ("text", "content", "thinking", "summary")
_PARTS_WITHIN_PARTS = 4


class StreamAccumulator:
    """Takes chunks one by one and says what each of them means.

    Args:
        origin: Names endpoint and model, so that what is opaque goes back to no other.
    """

    def __init__(self, origin: str = "") -> None:
        self._origin = origin
        self._thinking: dict[str, list[str]] = {}
        self._calls = CallFragments()
        self._usage: Usage | None = None
        self._reason: str | None = None
        self._said_reason = ""
        self._complaint: JsonValue = None
        self._is_stream = False
        self._is_whole = False
        self._has_deltas = False
        self._speaker: int | None = None
        self._caller: int | None = None
        self._answer = TextStream()
        self._refusal = TextStream()
        self._reasoning = TextStream()
        self._thoughts = Thoughts()
        self._has_text = False

    @property
    def has_begun(self) -> bool:
        """Whether anything of the answer came, a part of a call included."""
        return self._speaker is not None or self._caller is not None

    def feed(self, chunk: JsonObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Take one chunk.

        Args:
            chunk: The `data` of one server-sent event, parsed; or a whole answer, from an endpoint that
                does not stream.

        Raises:
            StreamError: A choice says that the endpoint failed.
        """
        for usage in find_usage(chunk):
            self._usage = join_usage(self._usage, read_usage(usage))
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            self._complaint = self._complaint or _complaint(chunk)
            return
        self._is_stream = True
        for choice in choices:
            if is_object(choice):
                if error := choice.get("error"):
                    raise StreamError(error)
                yield from self._take(choice, chunk)

    def _take(self, choice: JsonObject, chunk: JsonObject) -> Iterator[TextDelta | ReasoningDelta]:
        number = read_index(choice.get("index")) or 0
        said = choice.get("finish_reason")
        reason = said if isinstance(said, str) and said.lower() not in _NO_REASON else ""
        delta = self._delta_of(choice, chunk)
        # Only one answer was asked for; some gateways bring its text and its calls as two choices.
        if self._speaker in (None, number):
            yield from self._take_text(delta, number, is_last=bool(reason))
        if self._caller in (None, number):
            self._take_calls(delta, number)
        if reason and (number in (self._speaker, self._caller) or not self.has_begun):
            self._take_reason(reason)

    def _delta_of(self, choice: JsonObject, chunk: JsonObject) -> JsonObject:
        """What a choice says: by its delta, else by a message as of an answer that is not streamed."""
        delta = choice.get("delta")
        if is_object(delta) and any(delta.get(key) for key in _SAYING):
            self._has_deltas = True
            return delta
        message = choice.get("message")
        if is_object(message) and not self._has_deltas:
            self._is_whole = chunk.get("object") == "chat.completion"
            return message
        text = choice.get("text")
        return {"content": text} if isinstance(text, str) and not is_object(message) else {}

    def _take_text(
        self, delta: JsonObject, number: int, *, is_last: bool
    ) -> Iterator[TextDelta | ReasoningDelta]:
        content, thinking = _split_parts(delta.get("content"))
        field, reasoning = next(
            ((key, text) for key in _REASONING if (text := _text(delta.get(key)))), ("", thinking)
        )
        refusal = _text(delta.get("refusal"))
        self._has_text = self._has_text or bool(content or refusal)
        if content or refusal or reasoning:
            self._speaker = number
        if reasoning := self._reasoning.take(reasoning, is_last=is_last):
            self._thinking.setdefault(field, []).append(reasoning)
            yield ReasoningDelta(reasoning)
        if content:
            yield from self._thoughts.split(self._answer.take(content, is_last=is_last))
        if refusal := self._refusal.take(refusal, is_last=is_last):
            yield TextDelta(refusal)

    def _take_calls(self, delta: JsonObject, number: int) -> None:
        fragments = delta.get("tool_calls")
        old = delta.get("function_call")
        if not fragments and is_object(old):
            fragments = [{"function": old}]
        for fragment in fragments if isinstance(fragments, list) else []:
            if is_object(fragment):
                self._caller = number
                self._calls.take(fragment)

    def _take_reason(self, said: str) -> None:
        # Gemini's compatible endpoint puts its own word behind a colon.
        reason = _MEANINGS.get(said.lower().rpartition(": ")[2], FinishReason.STOP)
        if self._reason is None or _GRAVITY[reason] > _GRAVITY[self._reason]:
            self._reason, self._said_reason = reason, said

    def finish(self, *, done: bool) -> Iterator[StreamItem]:
        """Say how the stream ended, once there are no more chunks.

        Args:
            done: The endpoint sent `[DONE]`; some send that and no `finish_reason`, others the reverse.

        Raises:
            ModelError: The stream was empty, or ended before the answer did.
            LimitError: The answer was stopped inside of a call, because it was too long.
            StreamError: The endpoint said that it failed, in words of its own.
        """
        yield from self._flush()
        calls = tuple(self._calls.calls())
        self._refuse_broken(calls, done=done or self._is_whole)
        yield from calls
        if self._usage is not None:
            yield self._usage
        reason = FinishReason.TOOL_CALLS if calls else FinishReason(self._reason or FinishReason.STOP)
        yield Finish(reason, self._opaque() if calls else ())

    def _opaque(self) -> tuple[JsonValue, ...]:
        """What an endpoint may want back with the results of these calls."""
        extras = self._calls.extras()
        fields: JsonObject = {
            field: "".join(pieces) for field, pieces in self._thinking.items() if field in _TAKEN_BACK
        }
        if not fields and not any(extras):
            return ()
        return ({"type": "chat", "origin": self._origin, "fields": fields, "extras": extras},)

    def _flush(self) -> Iterator[TextDelta | ReasoningDelta]:
        if reasoning := self._reasoning.end():
            yield ReasoningDelta(reasoning)
        yield from self._thoughts.split(self._answer.end())
        yield from self._thoughts.end()
        if refusal := self._refusal.end():
            yield TextDelta(refusal)

    def _refuse_broken(self, calls: Sequence[ToolCall], *, done: bool) -> None:
        if self._reason is None and self._complaint:
            raise StreamError(self._complaint)
        if not self._is_stream:
            raise EndpointError(
                "The endpoint answered with something that is no chat completion stream.",
                "Check the base URL; it usually ends in /v1.",
            )
        if self._reason == _BROKEN:
            raise BrokenStream(
                f"The endpoint broke off the answer and did not say why (“{self._said_reason}”).",
                "Ask again.",
            )
        if calls:
            self._refuse_cut(calls, done=done)
        elif self._reason is None and not self._has_text:
            raise BrokenStream("The model's answer broke off before it had said anything.", "Ask again.")
        elif self._reason is None and not done:
            raise BrokenStream("The model's answer broke off; what came of it is kept.", f"{GO_ON}.")

    def _refuse_cut(self, calls: Sequence[ToolCall], *, done: bool) -> None:
        are_whole = all(is_whole(call.arguments) for call in calls)
        if self._reason is None and not (done and are_whole):
            raise BrokenStream("The model's answer broke off in the middle of a tool call; nothing was run.")
        if self._reason == FinishReason.LENGTH and not are_whole:
            raise LimitError(
                "The answer reached the model's length limit in the middle of a tool call; nothing was run.",
                "Ask for less at once.",
            )
        if self._reason == FinishReason.CONTENT_FILTER and not are_whole:
            raise ModelError(
                "The endpoint's content filter stopped the answer in a tool call; nothing was run.",
                "Say it in other words.",
            )
        if not all(call.name for call in calls):
            raise ModelError("The model asked for a tool without naming it; nothing was run.", "Ask again.")


def _complaint(chunk: JsonObject) -> JsonValue:
    """What an object that is no chunk says of a failure, in the fields in which vendors say it."""
    for key in ("error_message", "message", "detail", "status_msg"):
        if said := chunk.get(key):
            return said if isinstance(said, str) else None
    status = chunk.get("base_resp")
    return _complaint(status) if is_object(status) else None


def _text(value: JsonValue, depth: int = 0) -> str:
    """Text, as itself or as the list of its parts."""
    if isinstance(value, str) or depth > _PARTS_WITHIN_PARTS:
        return value if isinstance(value, str) else ""
    if isinstance(value, list):
        return "".join(_text(part, depth + 1) for part in value)
    if is_object(value):
        return next((text for key in _PARTS if (text := _text(value.get(key), depth + 1))), "")
    return ""


def _split_parts(content: JsonValue) -> tuple[str, str]:
    """The text of a content and the reasoning in it, which Mistral sends as parts of it."""
    if isinstance(content, str):
        return content, ""
    parts = content if isinstance(content, list) else [content]
    reasoning = "".join(_text(part) for part in parts if _is_thinking(part))
    return "".join(_text(part) for part in parts if not _is_thinking(part)), reasoning


def _is_thinking(part: JsonValue) -> bool:
    return is_object(part) and "thinking" in part
