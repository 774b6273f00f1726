"""The spans that the events of a turn make."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from agent.conversation import ToolCall
from agent.errors import ModelError, ServerError
from agent.events import (
    CallOutcome,
    Event,
    Notice,
    RequestPrefix,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.jsontypes import JsonObject
from agent.model.protocol import FinishReason, ReasoningDelta, TextDelta, Usage
from agent.tools.tool import Effect
from agent.tracing.provider import place_of
from agent.tracing.spans import SpanMaker

pytestmark = pytest.mark.anyio

BASE_URL = "https://api.openai.com/v1"
CALL, OTHER = ToolCall("c1", "list_tasks", "{}"), ToolCall("c2", "create_task", '{"title": "Secret plan"}')
ARGUMENTS: JsonObject = {"title": "Secret plan"}
PREFIX = RequestPrefix("gpt-5-mini", "Be kind.", ())


def step(number: int, text: str = "", calls: tuple[ToolCall, ...] = ()) -> StepFinished:
    reason = FinishReason.TOOL_CALLS if calls else FinishReason.STOP
    return StepFinished(number, text, calls, reason, Usage(100, 10, 40, 5))


def started(call: ToolCall, arguments: JsonObject) -> ToolCallStarted:
    return ToolCallStarted(call, "A title", arguments, Effect.READ)


def finished(
    call: ToolCall, outcome: CallOutcome = CallOutcome.SUCCEEDED, error: ServerError | None = None
) -> ToolCallFinished:
    return ToolCallFinished(call, "A title", outcome, "The result", error=error)


TURN: list[Event] = [
    TurnStarted("What is the plan?"),
    PREFIX,
    StepStarted(1),
    step(1, calls=(CALL, OTHER)),
    started(CALL, {}),
    started(OTHER, ARGUMENTS),
    finished(OTHER),
    finished(CALL),
    StepStarted(2),
    Notice("One moment."),
    TextDelta("It is "),
    TextDelta("secret."),
    step(2, "It is secret."),
    TurnFinished("It is secret.", Usage(200, 20, 80, 10), 2),
]


class FakeClock:
    """Moves on by a second at each look."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 1.0
        return self._now


class Traced:
    """A conversation whose spans are kept."""

    def __init__(self, *, with_content: bool = False) -> None:
        self._kept = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._kept))
        self.maker = SpanMaker(provider.get_tracer("test"), with_content=with_content, clock=FakeClock())
        self.ambient: list[str] = []

    async def run(self, events: Sequence[Event], base_url: str = BASE_URL) -> list[Event]:
        return [event async for event in self.watch(events, base_url)]

    def watch(self, events: Sequence[Event], base_url: str = BASE_URL) -> AsyncGenerator[Event, None]:
        async def play() -> AsyncGenerator[Event, None]:
            for event in events:
                span = get_current_span()
                self.ambient.append(span.name if isinstance(span, ReadableSpan) else "")
                yield event

        return self.maker.watch(play(), "20261124-1", base_url)

    @property
    def spans(self) -> list[ReadableSpan]:
        return sorted(self._kept.get_finished_spans(), key=lambda span: span.start_time or 0)

    def named(self, name: str) -> ReadableSpan:
        (found,) = (span for span in self.spans if span.name == name)
        return found

    def tree(self) -> list[tuple[str, str]]:
        names = {span.context.span_id: span.name for span in self.spans if span.context}
        return [(span.name, names[span.parent.span_id] if span.parent else "") for span in self.spans]


async def test_a_turn_holds_its_steps_and_calls() -> None:
    traced = Traced()
    assert await traced.run(TURN) == TURN
    turn = "invoke_agent astravue"
    assert traced.tree() == [
        (turn, ""),
        ("chat gpt-5-mini", turn),
        ("execute_tool list_tasks", turn),
        ("execute_tool create_task", turn),
        ("chat gpt-5-mini", turn),
    ]
    assert [span.status.status_code for span in traced.spans] == [StatusCode.UNSET] * 5


async def test_attributes_are_those_of_the_semantic_conventions() -> None:
    traced = Traced()
    await traced.run(TURN)
    turn, _, call, _, chat = traced.spans
    common = {
        "gen_ai.provider.name": "openai",
        "gen_ai.conversation.id": "20261124-1",
        "gen_ai.request.model": "gpt-5-mini",
    }
    assert turn.kind is SpanKind.INTERNAL
    assert (
        dict(turn.attributes or {}).items()
        >= {
            **common,
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "astravue",
            "gen_ai.usage.input_tokens": 200,
            "gen_ai.usage.output_tokens": 20,
        }.items()
    )
    assert chat.kind is SpanKind.CLIENT
    assert dict(chat.attributes or {}) == {
        **common,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.stream": True,
        "server.address": "api.openai.com",
        "server.port": 443,
        "gen_ai.response.time_to_first_chunk": 1.0,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.response.finish_reasons": ("stop",),
    }
    assert call.kind is SpanKind.INTERNAL
    assert dict(call.attributes or {}) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "list_tasks",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.type": "function",
    }


async def test_nothing_that_is_said_is_in_a_span() -> None:
    traced = Traced()
    await traced.run(TURN)
    told = " ".join(span.to_json() for span in traced.spans)
    said = ("What is the plan", "Secret plan", "It is secret", "The result", "Be kind")
    assert [words for words in said if words in told] == []


async def test_what_is_said_is_in_the_spans_if_that_was_asked_for() -> None:
    traced = Traced(with_content=True)
    await traced.run(TURN)
    turn, _, _, call, chat = traced.spans
    assert json.loads(str((turn.attributes or {})["gen_ai.input.messages"])) == [
        {"role": "user", "parts": [{"type": "text", "content": "What is the plan?"}]}
    ]
    for span in (turn, chat):
        assert json.loads(str((span.attributes or {})["gen_ai.output.messages"])) == [
            {"role": "assistant", "parts": [{"type": "text", "content": "It is secret."}]}
        ]
    assert (call.attributes or {})["gen_ai.tool.call.arguments"] == '{"title":"Secret plan"}'
    assert (call.attributes or {})["gen_ai.tool.call.result"] == "The result"


@pytest.mark.parametrize(
    ("outcome", "error", "error_type"),
    [
        (CallOutcome.FAILED, None, "tool_error"),
        (CallOutcome.FAILED, ServerError("It is away."), "ServerError"),
        (CallOutcome.UNKNOWN, ServerError("It broke."), "unknown"),
        (CallOutcome.DECLINED, None, "declined"),
        (CallOutcome.INVALID, None, "invalid"),
    ],
)
async def test_a_call_that_did_not_succeed_says_why(
    outcome: CallOutcome, error: ServerError | None, error_type: str
) -> None:
    traced = Traced()
    begun: list[Event] = [] if outcome is CallOutcome.INVALID else [started(CALL, {})]
    await traced.run([TurnStarted("Go"), *begun, finished(CALL, outcome, error)])
    span = traced.named("execute_tool list_tasks")
    assert span.parent is not None
    assert (span.attributes or {})["error.type"] == error_type
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)


async def test_a_turn_that_fails_in_mid_step_ends_both_with_the_error() -> None:
    traced = Traced()
    failed = TurnFailed(ModelError("It broke off."), Usage(7, 0), 1)
    await traced.run([TurnStarted("Go"), PREFIX, StepStarted(1), failed])
    for name in ("chat gpt-5-mini", "invoke_agent astravue"):
        assert (traced.named(name).attributes or {})["error.type"] == "ModelError"
    assert (traced.named("invoke_agent astravue").attributes or {})["gen_ai.usage.input_tokens"] == 7


async def test_a_turn_that_is_left_early_ends_all_that_is_open() -> None:
    traced = Traced()
    async with aclosing(traced.watch(TURN)) as events:
        async for event in events:
            if isinstance(event, ToolCallStarted):
                break
    names = ["invoke_agent astravue", "chat gpt-5-mini", "execute_tool list_tasks"]
    assert [span.name for span in traced.spans] == names
    types = [(span.attributes or {}).get("error.type") for span in traced.spans]
    assert types == ["interrupted", None, "interrupted"]


async def test_a_call_by_hand_has_no_step_of_a_model() -> None:
    traced = Traced()
    by_hand = StepFinished(0, "", (CALL,), FinishReason.TOOL_CALLS, Usage())
    end = TurnFinished("", Usage(), 0)
    await traced.run([TurnStarted("(by hand)"), by_hand, started(CALL, {}), finished(CALL), end], "")
    assert traced.tree() == [
        ("invoke_agent astravue", ""),
        ("execute_tool list_tasks", "invoke_agent astravue"),
    ]


async def test_the_innermost_span_is_the_ambient_one_only_while_the_next_event_is_made() -> None:
    traced = Traced()
    async with aclosing(traced.watch(TURN)) as events:
        async for _ in events:
            assert not get_current_span().get_span_context().is_valid
    turn, chat = "invoke_agent astravue", "chat gpt-5-mini"
    assert traced.ambient == [
        "",
        turn,
        turn,
        chat,
        turn,
        turn,
        turn,
        turn,
        turn,
        chat,
        chat,
        chat,
        chat,
        turn,
    ]


async def test_reasoning_counts_as_the_first_piece_of_an_answer() -> None:
    traced = Traced()
    await traced.run([TurnStarted("Go"), PREFIX, StepStarted(1), ReasoningDelta("Hm"), step(1, "x")])
    assert (traced.named("chat gpt-5-mini").attributes or {})["gen_ai.response.time_to_first_chunk"] == 1.0


async def test_a_second_turn_names_its_model_from_the_start() -> None:
    traced = Traced()
    await traced.run(TURN)
    await traced.run([TurnStarted("Again"), StepStarted(1), step(1, "x"), TurnFinished("x", Usage(), 1)])
    assert [span.name for span in traced.spans[-2:]] == ["invoke_agent astravue", "chat gpt-5-mini"]
    assert (traced.spans[-2].attributes or {})["gen_ai.request.model"] == "gpt-5-mini"


@pytest.mark.parametrize(
    ("base_url", "provider", "host", "port"),
    [
        ("https://api.openai.com/v1", "openai", "api.openai.com", 443),
        ("https://mine.openai.azure.com/openai/v1", "azure.ai.openai", "mine.openai.azure.com", 443),
        ("https://api.groq.com/openai/v1", "groq", "api.groq.com", 443),
        ("https://notapi.groq.com/v1", "openai", "notapi.groq.com", 443),
        ("http://127.0.0.1:11434/v1", "openai", "127.0.0.1", 11434),
        ("", "astravue.embedded", "", 0),
    ],
)
def test_who_serves_a_model_is_told_by_its_endpoint(
    base_url: str, provider: str, host: str, port: int
) -> None:
    place = place_of(base_url)
    assert (place.provider, place.host, place.port) == (provider, host, port)
