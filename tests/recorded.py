"""Writes transcripts and looks at what is in them."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

from agent.events import (
    Event,
    StepFinished,
    StepStarted,
    TurnFinished,
    TurnStarted,
)
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FinishReason, TextDelta, Usage
from agent.transcripts.header import Header
from agent.transcripts.recorder import Recorder
from agent.transcripts.transcript import Transcript

HEADER = Header("20261123-090000-abcd", 1_795_000_000.0, "https://mcp.example.com/mcp", "fake-model")


def recorder(folder: Path, problems: list[str] | None = None, resumed: Transcript | None = None) -> Recorder:
    told: list[str] = [] if problems is None else problems
    header = resumed.header if resumed else HEADER
    return Recorder(folder, header, resumed=resumed, on_problem=told.append, clock=lambda: 1_795_000_001.5)


async def replay(*events: Event) -> AsyncGenerator[Event, None]:
    for event in events:
        yield event


async def record(writer: Recorder, *events: Event) -> None:
    async for _ in writer.record(replay(*events)):
        pass


def lines(path: Path) -> list[JsonObject]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def types(path: Path) -> list[JsonValue]:
    return [line["type"] for line in lines(path)]


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def spoken(text: str, reply: str) -> list[Event]:
    """A whole turn."""
    return [
        TurnStarted(text),
        StepStarted(1),
        TextDelta(reply),
        StepFinished(1, reply, (), FinishReason.STOP, Usage()),
        TurnFinished(reply, Usage(), 1),
    ]
