"""Calls that run side by side, each inside its own span."""

import asyncio
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import Span, get_current_span

from agent.jsontypes import JsonObject
from agent.tools.tool import Tool, ToolResult
from agent.tools.toolbox import Progress
from agent.tracing.toolbox import TracedToolbox

pytestmark = pytest.mark.anyio


class FakeToolbox:
    """Answers each call with the name of the span that it finds itself in."""

    async def tools(self) -> Sequence[Tool]:
        return [Tool("look", "Look", "", {})]

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        await asyncio.sleep(0)
        span = get_current_span()
        if arguments.get("fails"):
            raise ZeroDivisionError
        return ToolResult(span.name if isinstance(span, ReadableSpan) else "none")


async def test_calls_with_equal_arguments_are_told_apart() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")
    calls: list[JsonObject] = [{}, {}, {}]
    spans: list[Span] = [tracer.start_span(f"call {number}") for number in range(2)]

    def span_of(arguments: JsonObject) -> Span | None:
        return next((span for call, span in zip(calls, spans, strict=False) if call is arguments), None)

    toolbox = TracedToolbox(FakeToolbox(), span_of)
    results = await asyncio.gather(*(toolbox.call_tool("look", arguments) for arguments in calls))
    assert [result.text for result in results] == ["call 0", "call 1", "none"]
    assert [tool.name for tool in await toolbox.tools()] == ["look"]


async def test_a_call_that_fails_leaves_no_span_behind() -> None:
    span = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("call")
    toolbox = TracedToolbox(FakeToolbox(), lambda _: span)
    with pytest.raises(ZeroDivisionError):
        await toolbox.call_tool("look", {"fails": True})
    assert not get_current_span().get_span_context().is_valid
