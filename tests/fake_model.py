"""A model that streams what a test tells it to, item by item, and may break in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence

from agent.conversation import ToolCall
from agent.errors import AgentError
from agent.model.protocol import Finish, FinishReason, ModelRequest, StreamItem, TextDelta, Usage

Item = StreamItem | AgentError


class FakeModel:
    """Answers each request with the next of its answers; the event loop turns between two items.

    Args:
        answers: The items of each answer; an error among them is raised in its place.
        name: The model's name.
    """

    def __init__(self, *answers: Iterable[Item], name: str = "fake-model") -> None:
        self._answers = iter(answers)
        self.name = name
        self.requests: list[ModelRequest] = []
        self.streams_open = 0

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Stream the next answer."""
        self.requests.append(request)
        self.streams_open += 1
        try:
            for item in next(self._answers):
                await asyncio.sleep(0)
                if isinstance(item, AgentError):
                    raise item
                yield item
            await asyncio.sleep(0)
        finally:
            self.streams_open -= 1

    async def aclose(self) -> None:
        """There is nothing to close."""


def answer(
    *pieces: str,
    calls: Sequence[ToolCall] = (),
    usage: Usage | None = None,
    reason: FinishReason = FinishReason.STOP,
) -> list[Item]:
    """A whole answer: pieces of text, calls, usage and the end."""
    finish = Finish(FinishReason.TOOL_CALLS if calls else reason)
    return [*map(TextDelta, pieces), *calls, usage or Usage(10, 5), finish]
