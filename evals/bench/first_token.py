"""What the adapters add to the time until a model's first token, over the bare SDK.

A local server answers at once with a short stream, as Chat Completions and as Responses. Each request holds
81 functions and a history of 20 messages. The bare SDK and the adapter ask by turns.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, cast

import openai

from agent.conversation import AssistantMessage, Message, UserMessage
from agent.jsontypes import JsonObject
from agent.model.capabilities import Capabilities
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.chat_completions import build_body as build_chat
from agent.model.endpoint import Endpoint
from agent.model.protocol import FunctionDefinition, Model, ModelRequest, TextDelta
from agent.model.responses import ResponsesModel
from agent.model.responses import build_body as build_responses
from evals.bench.figures import Figure, summarise
from evals.bench.serving import SERVE, serve, served

_REQUESTS = 150
_MODEL = "bench"
_WARM_UP = 10
_WORDS = ("Six ", "tasks ", "are ", "overdue.")
_NOTHING: Capabilities = frozenset()


def serve_streams() -> None:
    """Answer every request with a short stream."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    async def stream(request: Request) -> StreamingResponse:
        await request.body()
        make = _chat_stream if request.url.path.endswith("completions") else _responses_stream
        return StreamingResponse(make(), media_type="text/event-stream")

    paths = ("/v1/chat/completions", "/v1/responses")
    serve(Starlette(routes=[Route(path, stream, methods=["POST"]) for path in paths]))


async def _chat_stream() -> AsyncGenerator[str, None]:
    for word in _WORDS:
        yield _event({"id": "x", "choices": [{"index": 0, "delta": {"content": word}}]})
    yield _event({"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    yield "data: [DONE]\n\n"


async def _responses_stream() -> AsyncGenerator[str, None]:
    for word in _WORDS:
        yield _event({"type": "response.output_text.delta", "delta": word, "output_index": 0})
    yield _event({"type": "response.completed", "response": {"status": "completed", "output": []}})


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def make_request() -> ModelRequest:
    """A request of the usual size."""
    parameters: JsonObject = {
        f"field{number}": {"type": "string", "description": "Some text."} for number in range(8)
    }
    functions = [
        FunctionDefinition(f"tool_{number}", "Does something.", {"type": "object", "properties": parameters})
        for number in range(81)
    ]
    history: list[Message] = []
    for number in range(10):
        history += [UserMessage(f"Question {number}"), AssistantMessage("Answer. " * 40)]
    return ModelRequest("Be brief. " * 200, [*history, UserMessage("What is late?")], functions, "s1")


async def with_adapter(model: Model, request: ModelRequest) -> float:
    """Seconds until the adapter's first piece of text."""
    began = time.perf_counter()
    async with aclosing(model.respond(request)) as items:
        async for item in items:
            if isinstance(item, TextDelta):
                took = time.perf_counter() - began
                async for _ in items:
                    pass
                return took
    raise AssertionError("no text came")


async def with_chat_sdk(client: openai.AsyncOpenAI, body: Any) -> float:
    """Seconds until the bare SDK's first chunk with text, over Chat Completions."""
    began = time.perf_counter()
    create: Any = client.chat.completions.create
    stream = await create(**body)
    took = 0.0
    async for chunk in stream:
        if not took and chunk.choices and chunk.choices[0].delta.content:
            took = time.perf_counter() - began
    return took


async def with_responses_sdk(client: openai.AsyncOpenAI, body: Any) -> float:
    """The same over Responses."""
    began = time.perf_counter()
    create: Any = client.responses.create
    stream = await create(**body)
    took = 0.0
    async for event in stream:
        if not took and event.type == "response.output_text.delta":
            took = time.perf_counter() - began
    return took


async def compare(
    name: str, bare: Callable[[], Awaitable[float]], ours: Callable[[], Awaitable[float]]
) -> list[Figure]:
    """Ask by turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(_REQUESTS + _WARM_UP):
        for each, ask in zip(times, (bare, ours), strict=True):
            took = await ask()
            if number >= _WARM_UP:
                each.append(took * 1000)
    base = summarise(f"{name}, bare SDK", "ms", times[0])
    return [base, summarise(f"{name}, adapter", "ms", times[1], base=base)]


def measure() -> list[Figure]:
    """Measure both protocols."""
    with served("evals.bench.first_token") as address:
        return asyncio.run(_measure(f"{address}/v1"))


async def _measure(base_url: str) -> list[Figure]:
    request = make_request()
    client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
    chat = cast(Model, ChatCompletionsModel(Endpoint(base_url, "none", model=_MODEL)))
    responses = cast(Model, ResponsesModel(Endpoint(base_url, "none", model=_MODEL)))
    chat_body = build_chat(_MODEL, request, _NOTHING)
    responses_body = build_responses(_MODEL, request, _NOTHING, "")
    figures = await compare(
        "Chat Completions",
        lambda: with_chat_sdk(client, chat_body),
        lambda: with_adapter(chat, request),
    )
    figures += await compare(
        "Responses",
        lambda: with_responses_sdk(client, responses_body),
        lambda: with_adapter(responses, request),
    )
    for each in (chat, responses):
        await each.aclose()
    await client.close()
    return figures


if __name__ == "__main__" and sys.argv[1:] == [SERVE]:
    serve_streams()
