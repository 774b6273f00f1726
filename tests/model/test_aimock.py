"""Both adapters against an endpoint that others made."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from itertools import groupby
from typing import TypeAlias

import pytest

from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.errors import AgentError, EndpointError, ModelError, QuotaError
from agent.jsontypes import JsonObject, is_object
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.endpoint import Endpoint
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    Model,
    ModelRequest,
    ReasoningDelta,
    StreamItem,
    TextDelta,
    Usage,
)
from agent.model.responses import ResponsesModel
from agent.model.retries import Retries
from tests.model.aimock import Aimock, aimock

Adapter: TypeAlias = type[ChatCompletionsModel] | type[ResponsesModel]

pytestmark = pytest.mark.anyio
LONG = "One task is late, and that is the one which you know about already. " * 4
LATE = '{"due":"overdue"}'
FUNCTION = FunctionDefinition(
    "list_tasks", "Lists tasks.", {"type": "object", "properties": {"due": {"type": "string"}}}
)
ANSWERS: list[JsonObject] = [
    {
        "match": {"userMessage": "Say hello"},
        "response": {
            "content": "Grüße, 😀 all of you!",
            "usage": {"prompt_tokens": 12, "completion_tokens": 3},
        },
    },
    {
        "match": {"userMessage": "What is late?", "hasToolResult": False},
        "response": {
            "content": "Looking.",
            "toolCalls": [{"id": "call_1", "name": "list_tasks", "arguments": {"due": "overdue"}}],
        },
    },
    {"match": {"userMessage": "What is late?", "hasToolResult": True}, "response": {"content": "Fix login."}},
    {
        "match": {"userMessage": "Both at once"},
        "response": {
            "toolCalls": [
                {"id": "call_1", "name": "list_tasks", "arguments": {"due": "overdue"}},
                {"id": "call_2", "name": "list_tasks", "arguments": {}},
            ]
        },
    },
    {"match": {"userMessage": "Think"}, "response": {"reasoning": "Hm, well.", "content": "Yes."}},
    {
        "match": {"userMessage": "Fail"},
        "response": {"error": {"message": "The server is on fire", "type": "server_error"}, "status": 500},
    },
    {
        "match": {"userMessage": "Hurry"},
        "response": {"error": {"message": "Slow down", "type": "rate_limit_error"}, "status": 429},
    },
    {
        "match": {"userMessage": "Too long"},
        "response": {"content": "Half an answ", "finishReason": "length"},
    },
    {"match": {"userMessage": "Cut"}, "response": {"content": LONG}, "truncateAfterChunks": 8, "latency": 1},
]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aimock]:
    with aimock(tmp_path_factory.mktemp("aimock"), ANSWERS) as running:
        yield running


@pytest.fixture(params=[ChatCompletionsModel, ResponsesModel], ids=["chat", "responses"])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return request.param


@asynccontextmanager
async def model_at(endpoint: Aimock, adapter: Adapter) -> AsyncGenerator[Model, None]:
    model = adapter(Endpoint(endpoint.base_url, "no-key", model="gpt-5-mini", retries=Retries(most=0)))
    try:
        yield model
    finally:
        await model.aclose()


async def ask(
    endpoint: Aimock, adapter: Adapter, *messages: Message
) -> tuple[list[StreamItem], AgentError | None]:
    items: list[StreamItem] = []
    async with model_at(endpoint, adapter) as model:
        try:
            async for item in model.respond(ModelRequest("Be brief.", messages, [FUNCTION])):
                items.append(item)
        except AgentError as error:
            return items, error
    return items, None


def text(items: list[StreamItem]) -> str:
    return "".join(item.text for item in items if isinstance(item, TextDelta))


def finish_reason(items: list[StreamItem]) -> FinishReason:
    last = items[-1]
    assert isinstance(last, Finish)
    return last.reason


def calls(items: list[StreamItem]) -> list[ToolCall]:
    return [item for item in items if isinstance(item, ToolCall)]


async def test_an_answer_streams_with_its_usage_and_its_end(endpoint: Aimock, adapter: Adapter) -> None:
    items, error = await ask(endpoint, adapter, UserMessage("Say hello"))
    assert error is None
    assert text(items) == "Grüße, 😀 all of you!"
    assert items[-2] == Usage(12, 3)
    assert finish_reason(items) is FinishReason.STOP


async def test_a_call_and_then_the_answer(endpoint: Aimock, adapter: Adapter) -> None:
    asked = UserMessage("What is late?", "Today is Monday.")
    items, error = await ask(endpoint, adapter, asked)
    assert error is None
    assert text(items) == "Looking."
    assert calls(items) == [ToolCall("call_1", "list_tasks", LATE)]
    assert finish_reason(items) is FinishReason.TOOL_CALLS
    said = AssistantMessage("Looking.", tuple(calls(items)))
    items, error = await ask(endpoint, adapter, asked, said, ToolMessage("call_1", "list_tasks", "Fix login"))
    assert error is None
    assert text(items) == "Fix login."
    # What it understood of the second request, in its one form for all protocols.
    body = endpoint.bodies()[-1]
    assert is_object(body)
    messages = body["messages"]
    assert isinstance(messages, list)
    roles = [message["role"] for message in messages if is_object(message)]
    assert [role for role, _ in groupby(roles)] == ["system", "user", "assistant", "tool"]


async def test_calls_side_by_side_come_in_their_order(endpoint: Aimock, adapter: Adapter) -> None:
    items, error = await ask(endpoint, adapter, UserMessage("Both at once"))
    assert error is None
    assert calls(items) == [ToolCall("call_1", "list_tasks", LATE), ToolCall("call_2", "list_tasks", "{}")]


async def test_reasoning_comes_apart_from_the_answer(endpoint: Aimock, adapter: Adapter) -> None:
    items, error = await ask(endpoint, adapter, UserMessage("Think"))
    assert error is None
    assert "".join(item.text for item in items if isinstance(item, ReasoningDelta)) == "Hm, well."
    assert text(items) == "Yes."


async def test_an_answer_that_reached_the_limit_says_so(endpoint: Aimock, adapter: Adapter) -> None:
    items, error = await ask(endpoint, adapter, UserMessage("Too long"))
    assert error is None
    assert text(items) == "Half an answ"
    assert finish_reason(items) is FinishReason.LENGTH


@pytest.mark.parametrize(
    ("words", "kind", "says"),
    [
        ("Fail", EndpointError, "HTTP 500: The server is on fire."),
        ("Hurry", QuotaError, "HTTP 429): Slow down."),
        ("Something else", EndpointError, "HTTP 503: Strict mode: no fixture matched."),
    ],
)
async def test_a_refusal_is_told_in_the_words_of_the_endpoint(
    endpoint: Aimock,
    adapter: Adapter,
    words: str,
    kind: type[AgentError],
    says: str,
) -> None:
    items, error = await ask(endpoint, adapter, UserMessage(words))
    assert items == []
    assert type(error) is kind
    assert says in str(error)


async def test_an_answer_that_breaks_off(endpoint: Aimock, adapter: Adapter) -> None:
    items, error = await ask(endpoint, adapter, UserMessage("Cut"))
    assert isinstance(error, ModelError)
    assert "what came" in error.message
    assert text(items)
    assert LONG.startswith(text(items))
    assert not any(isinstance(item, Finish) for item in items)
