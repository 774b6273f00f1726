"""Asks a Responses model over real HTTP, and the events of a stream as OpenAI sends it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest
from fake_endpoint import FakeEndpoint, Reply, event

from agent.conversation import Message, UserMessage
from agent.errors import AgentError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.endpoint import Endpoint
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    ModelRequest,
    StreamItem,
)
from agent.model.responses import ResponsesModel
from agent.model.retries import Retries

FUNCTION = FunctionDefinition("get_task", "Gets a task.", {"type": "object", "properties": {}})
STOP = Finish(FinishReason.STOP)
USAGE: JsonObject = {
    "input_tokens": 30,
    "output_tokens": 9,
    "input_tokens_details": {"cached_tokens": 20},
    "output_tokens_details": {"reasoning_tokens": 4},
}


def asking(
    *messages: Message, functions: Sequence[FunctionDefinition] = (), session_id: str = ""
) -> ModelRequest:
    return ModelRequest("Be brief.", messages or (UserMessage("Hi"),), functions, session_id)


async def no_sleep(_: float) -> None:
    """Time passes at once."""


@asynccontextmanager
async def model_at(base_url: str, *, name: str = "big-1", retries: int = 0) -> AsyncGenerator[ResponsesModel]:
    endpoint = Endpoint(base_url, "sk-secret", model=name, retries=Retries(retries, sleep=no_sleep))
    model = ResponsesModel(endpoint)
    try:
        yield model
    finally:
        await model.aclose()


async def ask(
    *replies: Reply, request: ModelRequest | None = None, retries: int = 0
) -> tuple[list[StreamItem], FakeEndpoint]:
    async with (
        FakeEndpoint(*replies) as endpoint,
        model_at(endpoint.base_url, retries=retries) as model,
    ):
        return [item async for item in model.respond(request or asking())], endpoint


async def fail(*replies: Reply) -> tuple[AgentError, list[StreamItem]]:
    items: list[StreamItem] = []

    async def collect(model: ResponsesModel) -> None:
        async for item in model.respond(asking()):
            items.append(item)

    async with FakeEndpoint(*replies) as endpoint, model_at(endpoint.base_url) as model:
        with pytest.raises(AgentError) as raised:
            await collect(model)
    return raised.value, items


# A stream as OpenAI sends it


def named(kind: str, **fields: JsonValue) -> bytes:
    """One event, with its name before its data as OpenAI writes it."""
    return f"event: {kind}\n".encode() + event({"type": kind, **fields})


def text(delta: str) -> bytes:
    return named("response.output_text.delta", delta=delta, output_index=0, content_index=0)


def done(index: int, item: JsonObject) -> bytes:
    return named("response.output_item.done", output_index=index, item=item)


def completed(status: str = "completed", **fields: JsonValue) -> bytes:
    response: JsonObject = {"object": "response", "status": status, "usage": USAGE, **fields}
    return named(f"response.{status}", response=response)


REASONING: JsonObject = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "Hm"}],
    "encrypted_content": "gAAAA",
    "status": None,
}
CALL: JsonObject = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_task",
    "arguments": '{"taskId":7}',
    "status": "completed",
}
MESSAGE: JsonObject = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "phase": "commentary",
    "content": [{"type": "output_text", "text": "Looking."}],
}


def saying(words: str) -> Reply:
    return Reply([text(words), completed()])
