"""What the adapters add to the time until a model's first token, over the bare SDK.

    python -m evals.bench.first_token [REQUESTS]

A local server answers at once with a short stream, as Chat Completions and as Responses. Each request holds
81 functions and a history of 20 messages. The bare SDK and the adapter ask by turns; printed are the medians,
their difference and their ratio. Target: less than 5 ms more at the median.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing, contextmanager
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

_SERVE = "--serve"
_MODEL = "bench"
_WARM_UP = 10
_WORDS = ("Six ", "tasks ", "are ", "overdue.")
_NOTHING: Capabilities = frozenset()


def serve() -> None:
    """Answer every request with a short stream; print the port."""
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    async def stream(request: Request) -> StreamingResponse:
        await request.body()
        make = _chat_stream if request.url.path.endswith("completions") else _responses_stream
        return StreamingResponse(make(), media_type="text/event-stream")

    routes = [
        Route("/v1/chat/completions", stream, methods=["POST"]),
        Route("/v1/responses", stream, methods=["POST"]),
    ]
    # With its protocol named, asyncio turns Nagle's algorithm off.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning")).run([listening])


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


@contextmanager
def served() -> Generator[str]:
    """Run the server in a process of its own and yield its address."""
    command = [sys.executable, "-P", "-m", "evals.bench.first_token", _SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.terminate()


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
    name: str, bare: Callable[[], Awaitable[float]], ours: Callable[[], Awaitable[float]], count: int
) -> None:
    """Ask by turns and print."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(count + _WARM_UP):
        for each, ask in zip(times, (bare, ours), strict=True):
            took = await ask()
            if number >= _WARM_UP:
                each.append(took * 1000)
    sdk, adapter = (statistics.median(each) for each in times)
    print(
        f"{name}: first token after {sdk:.2f} ms with the bare SDK, {adapter:.2f} ms with the adapter: "
        f"{adapter - sdk:+.2f} ms (target < 5), ratio {adapter / sdk:.2f}"
    )


async def main(count: int) -> None:
    """Measure both protocols."""
    request = make_request()
    with served() as base_url:
        client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
        for name, adapter, sdk, body in (
            (
                "Chat Completions",
                ChatCompletionsModel(Endpoint(base_url, "none", model=_MODEL)),
                with_chat_sdk,
                build_chat(_MODEL, request, _NOTHING),
            ),
            (
                "Responses",
                ResponsesModel(Endpoint(base_url, "none", model=_MODEL)),
                with_responses_sdk,
                build_responses(_MODEL, request, _NOTHING, ""),
            ),
        ):
            model = cast(Model, adapter)
            await compare(
                name,
                lambda sdk=sdk, body=body: sdk(client, body),
                lambda model=model: with_adapter(model, request),
                count,
            )
            await model.aclose()
        await client.close()


if __name__ == "__main__":
    if _SERVE in sys.argv:
        serve()
    else:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
