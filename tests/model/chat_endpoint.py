"""Asks a Chat Completions model over real HTTP, for the tests of what is sent and what comes of it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest
from fake_endpoint import (
    FakeEndpoint,
    Reply,
)

from agent.conversation import Message, UserMessage
from agent.errors import AgentError
from agent.jsontypes import JsonValue
from agent.model.capabilities import CapabilityStore
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.endpoint import Endpoint
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    ModelRequest,
    StreamItem,
)
from agent.model.retries import Retries

KEY = "sk-very-secret-key-0123456789"
FUNCTION = FunctionDefinition("get_task", "Gets a task.", {"type": "object", "properties": {}})
STOP = Finish(FinishReason.STOP)


def asking(
    *messages: Message, functions: Sequence[FunctionDefinition] = (), session_id: str = ""
) -> ModelRequest:
    return ModelRequest("Be brief.", messages or (UserMessage("Hi"),), functions, session_id)


@asynccontextmanager
async def model_at(
    base_url: str, *, retries: Retries | None = None, capabilities: CapabilityStore | None = None
) -> AsyncGenerator[ChatCompletionsModel, None]:
    endpoint = Endpoint(
        base_url, KEY, model="small-1", retries=retries or Retries(most=0), capabilities=capabilities
    )
    model = ChatCompletionsModel(endpoint)
    try:
        yield model
    finally:
        await model.aclose()


async def ask(
    *replies: Reply, request: ModelRequest | None = None, retries: Retries | None = None
) -> tuple[list[StreamItem], FakeEndpoint]:
    async with (
        FakeEndpoint(*replies) as endpoint,
        model_at(endpoint.base_url, retries=retries) as model,
    ):
        items = [item async for item in model.respond(request or asking())]
    return items, endpoint


async def fail(*replies: Reply, request: ModelRequest | None = None) -> tuple[AgentError, list[StreamItem]]:
    """Ask, expect an error that is one clear sentence, and return it with what came before it."""
    items: list[StreamItem] = []

    async def collect(model: ChatCompletionsModel) -> None:
        async for item in model.respond(request or asking()):
            items.append(item)

    async with FakeEndpoint(*replies) as endpoint, model_at(endpoint.base_url) as model:
        with pytest.raises(AgentError) as raised:
            await collect(model)
    error = raised.value
    assert "\n" not in str(error)
    assert error.message.endswith(".")
    assert KEY not in str(error)
    return error, items


def messages_of(endpoint: FakeEndpoint) -> list[JsonValue]:
    """The messages of the last request."""
    messages = endpoint.requests[-1].body["messages"]
    assert isinstance(messages, list)
    return messages
