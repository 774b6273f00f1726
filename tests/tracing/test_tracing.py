"""What a session holds of tracing."""

from collections.abc import AsyncGenerator, Sequence

import pytest

from agent.events import Event, TurnStarted
from agent.jsontypes import JsonObject
from agent.tools.tool import Tool, ToolResult
from agent.tools.toolbox import Progress
from agent.tracing import tracing, wish
from agent.tracing.tracing import Tracing

pytestmark = pytest.mark.anyio

ASKED = {"OTEL_TRACES_EXPORTER": "otlp"}


class NoToolbox:
    """Serves nothing."""

    async def tools(self) -> Sequence[Tool]:
        return []

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        raise AssertionError


async def turn() -> AsyncGenerator[Event, None]:
    yield TurnStarted("Hello")


async def test_nothing_stands_between_unless_the_environment_asks() -> None:
    said: list[str] = []
    off = Tracing({}, said.append)
    await off.open()
    events, toolbox = turn(), NoToolbox()
    assert off.watch(events, "1", "") is events
    assert off.serve(toolbox) is toolbox
    await off.aclose()
    assert said == []


async def test_what_is_asked_for_and_missing_is_said_in_one_sentence_and_the_turn_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(wish, "is_installed", bool)
    missing = Tracing(ASKED, said.append)
    await missing.open()
    assert said == [
        "No spans are sent: what sends them is not installed. Install it: pip install 'astravue-agent[otel]'"
    ]
    assert [event async for event in missing.watch(turn(), "1", "")] == [TurnStarted("Hello")]


async def test_tracing_that_cannot_be_begun_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ValueError("OTEL_BSP_MAX_QUEUE_SIZE")

    said: list[str] = []
    monkeypatch.setattr(tracing, "_start", fail)
    broken = Tracing(ASKED, said.append)
    await broken.open()
    assert said == ["No spans are sent: they could not be begun (ValueError)."]
    assert [event async for event in broken.watch(turn(), "1", "")] == [TurnStarted("Hello")]
    await broken.aclose()
