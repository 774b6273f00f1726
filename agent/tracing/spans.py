"""A reader of events that makes a span of each turn, each step of the model and each tool call.

Names and attributes are those of OpenTelemetry's semantic conventions for generative AI (GenAI agent
spans, GenAI spans, MCP), as of version 1.41: `invoke_agent astravue` around `chat MODEL` and
`execute_tool NAME`. What was said, arguments and results are in them only if that was asked for.

`error.type` is the name of an error of `agent.errors`; `interrupted` for what the user stopped; for a
tool call also its outcome: `tool_error`, `invalid`, `declined` or `unknown`.
"""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from opentelemetry import context as ambient
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import AttributeValue

import agent
from agent.events import (
    CallOutcome,
    Event,
    RequestPrefix,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.jsontypes import JsonObject, dump
from agent.model.protocol import ReasoningDelta, TextDelta, Usage
from agent.tracing.provider import Place, place_of

_AGENT = "astravue"
_INTERRUPTED = "interrupted"


@dataclass(slots=True)
class _Call:
    """A tool call under way."""

    span: Span
    arguments: JsonObject


class SpanMaker:
    """Makes the spans of one conversation.

    Args:
        tracer: Begins spans.
        with_content: Put what was said, arguments and results into them.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        tracer: Tracer,
        *,
        with_content: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tracer = tracer
        self._conversation_id = ""
        self._place = place_of("")
        self._with_content = with_content
        self._clock = clock
        self._model = ""
        self._turn: Span | None = None
        self._step: Span | None = None
        self._step_began = 0.0
        self._answers = False
        self._calls: dict[str, _Call] = {}

    async def watch(
        self, events: AsyncGenerator[Event, None], conversation_id: str, base_url: str
    ) -> AsyncGenerator[Event, None]:
        """Pass events on and make spans of them.

        While the next event is made, the span of the turn or the step is the ambient one, so that
        what other libraries trace meanwhile belongs to it.

        Args:
            events: Of a turn.
            conversation_id: Names the conversation.
            base_url: The endpoint of the model in use; empty for one without.
        """
        self._conversation_id, self._place = conversation_id, place_of(base_url)
        try:
            async with aclosing(events) as source:
                while (event := await self._next(source)) is not None:
                    self._take(event)
                    yield event
        finally:
            self._end_all(_INTERRUPTED)

    async def _next(self, source: AsyncGenerator[Event, None]) -> Event | None:
        around = self._step or self._turn
        if around is None:
            return await anext(source, None)
        token = ambient.attach(set_span_in_context(around))
        try:
            return await anext(source, None)
        finally:
            ambient.detach(token)

    def span_of(self, arguments: JsonObject) -> Span | None:
        """The span of the call that was started with these very arguments."""
        return next((call.span for call in self._calls.values() if call.arguments is arguments), None)

    def _take(self, event: Event) -> None:
        match event:
            case TurnStarted(text):
                self._begin_turn(text)
            case RequestPrefix(model):
                self._model = model
                if self._turn is not None:
                    self._turn.set_attribute("gen_ai.request.model", model)
            case StepStarted():
                self._begin_step()
            case TextDelta() | ReasoningDelta():
                self._note_first_answer()
            case StepFinished():
                self._finish_step(event)
            case ToolCallStarted(call, _, arguments, _):
                span = self._begin_call(call.name, call.id)
                self._add_content(span, "gen_ai.tool.call.arguments", dump(arguments))
                self._calls[call.id] = _Call(span, arguments)
            case ToolCallFinished():
                self._finish_call(event)
            case TurnFinished(text, usage, _):
                self._finish_turn(usage, text)
            case TurnFailed(error, usage, _):
                self._finish_turn(usage, "", type(error).__name__)
            case _:
                pass

    def _begin_turn(self, text: str) -> None:
        self._end_all(_INTERRUPTED)
        attributes = {**self._common("invoke_agent"), "gen_ai.agent.name": _AGENT}
        attributes["gen_ai.agent.version"] = agent.__version__
        self._turn = self._tracer.start_span(
            f"invoke_agent {_AGENT}", kind=SpanKind.INTERNAL, attributes=attributes
        )
        self._add_content(self._turn, "gen_ai.input.messages", _message("user", text))

    def _begin_step(self) -> None:
        attributes = {**self._common("chat"), "gen_ai.request.stream": True, **_address(self._place)}
        name = f"chat {self._model}".rstrip()
        self._step = self._begin(name, SpanKind.CLIENT, attributes)
        self._step_began, self._answers = self._clock(), False

    def _note_first_answer(self) -> None:
        if self._step is not None and not self._answers:
            self._answers = True
            waited = self._clock() - self._step_began
            self._step.set_attribute("gen_ai.response.time_to_first_chunk", waited)

    def _finish_step(self, event: StepFinished) -> None:
        # A call by hand is a step that no model took.
        if self._step is None:
            return
        self._step.set_attributes(_usage(event.usage))
        self._step.set_attribute("gen_ai.response.finish_reasons", [event.finish_reason.value])
        self._add_content(self._step, "gen_ai.output.messages", _message("assistant", event.text))
        self._step.end()
        self._step = None

    def _begin_call(self, name: str, call_id: str) -> Span:
        attributes: dict[str, AttributeValue] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.type": "function",
        }
        return self._begin(f"execute_tool {name}", SpanKind.INTERNAL, attributes)

    def _finish_call(self, event: ToolCallFinished) -> None:
        started = self._calls.pop(event.call.id, None)
        # One that could not run, because there is no such tool or its arguments do not fit, was not started.
        span = started.span if started else self._begin_call(event.call.name, event.call.id)
        if event.outcome is not CallOutcome.SUCCEEDED:
            _fail(span, _error_type(event))
        self._add_content(span, "gen_ai.tool.call.result", event.text)
        span.end()

    def _finish_turn(self, usage: Usage, text: str, error_type: str = "") -> None:
        if self._turn is not None:
            self._turn.set_attributes(_usage(usage))
            self._add_content(self._turn, "gen_ai.output.messages", _message("assistant", text))
        self._end_all(error_type)

    def _end_all(self, error_type: str) -> None:
        for span in (*(call.span for call in self._calls.values()), self._step, self._turn):
            if span is not None:
                if error_type:
                    _fail(span, error_type)
                span.end()
        self._calls.clear()
        self._step = self._turn = None

    def _begin(self, name: str, kind: SpanKind, attributes: dict[str, AttributeValue]) -> Span:
        parent = None if self._turn is None else set_span_in_context(self._turn)
        return self._tracer.start_span(name, context=parent, kind=kind, attributes=attributes)

    def _common(self, operation: str) -> dict[str, AttributeValue]:
        attributes: dict[str, AttributeValue] = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": self._place.provider,
            "gen_ai.conversation.id": self._conversation_id,
        }
        return attributes | ({"gen_ai.request.model": self._model} if self._model else {})

    def _add_content(self, span: Span, name: str, content: str) -> None:
        if self._with_content and content:
            span.set_attribute(name, content)


def _message(role: str, text: str) -> str:
    return dump([{"role": role, "parts": [{"type": "text", "content": text}]}]) if text else ""


def _usage(usage: Usage) -> dict[str, AttributeValue]:
    counts = {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.written_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
    }
    # What an endpoint does not count is 0 here, and says nothing.
    return {name: count for name, count in counts.items() if count}


def _address(place: Place) -> dict[str, AttributeValue]:
    return {"server.address": place.host, "server.port": place.port} if place.host else {}


def _error_type(event: ToolCallFinished) -> str:
    if event.outcome is CallOutcome.FAILED:
        return type(event.error).__name__ if event.error is not None else "tool_error"
    return event.outcome.value


def _fail(span: Span, error_type: str) -> None:
    # Without a description, which could hold what was said.
    span.set_attribute("error.type", error_type)
    span.set_status(StatusCode.ERROR)
