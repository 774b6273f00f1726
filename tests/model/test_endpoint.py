"""An endpoint that refuses, is away for a moment, or does not know what it is sent."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from chat_endpoint import FUNCTION, KEY, STOP, ask, asking, fail, messages_of, model_at
from fake_endpoint import (
    FakeEndpoint,
    Reply,
    chunk,
    event,
    refusing,
    saying,
    streaming,
)

from agent.conversation import AssistantMessage, ToolCall, ToolMessage, UserMessage
from agent.errors import AgentError, EndpointError, LimitError, ModelError, QuotaError
from agent.jsontypes import JsonValue
from agent.model.capabilities import CapabilityStore
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.protocol import (
    ModelRequest,
    RetryScheduled,
    StreamItem,
    TextDelta,
)
from agent.model.retries import Retries

pytestmark = pytest.mark.anyio


# Refusals


def _names(*parts: str) -> Callable[[AgentError], bool]:
    return lambda error: all(part in str(error) for part in parts)


@pytest.mark.parametrize(
    ("status", "said", "kind", "parts"),
    [
        (
            401,
            {"message": f"Incorrect API key: {KEY}"},
            EndpointError,
            ("refused the API key", "OPENAI_API_KEY"),
        ),
        (403, {"message": "Not for you"}, EndpointError, ("refused the API key", "HTTP 403")),
        (404, {"message": "No such model"}, EndpointError, ("does not know the model “small-1”", "--model")),
        (429, {"message": "Slow down"}, QuotaError, ("rate limit", "HTTP 429", ": Slow down", "Wait")),
        (
            429,
            {"message": "No credit", "code": "insufficient_quota"},
            QuotaError,
            ("asks for payment", "Add credit"),
        ),
        (
            400,
            {"message": "gemma:2b does not support tools"},
            ModelError,
            ("“small-1” cannot call functions", "astravue model list"),
        ),
        (
            400,
            {"message": "Failed to call a function.", "code": "tool_use_failed"},
            ModelError,
            ("HTTP 400: Failed to call a function.",),
        ),
        (
            400,
            {"message": "The response was filtered.", "code": "content_filter"},
            ModelError,
            ("HTTP 400: The response was filtered.",),
        ),
        (
            400,
            {"message": "messages: must alternate"},
            EndpointError,
            ("HTTP 400: messages: must alternate",),
        ),
        (400, "that does not go", EndpointError, ("HTTP 400: that does not go.",)),
        (500, {"message": "Internal\nerror"}, EndpointError, ("HTTP 500: Internal error",)),
        (503, None, EndpointError, ("HTTP 503",)),
    ],
)
async def test_a_refusal_is_one_sentence_that_says_what_to_do(
    status: int, said: JsonValue, kind: type[AgentError], parts: Sequence[str]
) -> None:
    error, _ = await fail(refusing(status, said))
    assert type(error) is kind
    assert _names(*parts)(error), str(error)


async def test_a_web_page_for_an_error_is_not_shown() -> None:
    page = Reply([b"<html><h1>502 Bad Gateway</h1></html>"], 502, "text/html")
    error, _ = await fail(page)
    assert isinstance(error, ModelError)
    assert "HTTP 502: a web page" in error.message
    assert "<" not in error.message


@pytest.mark.parametrize(
    "said",
    [
        {"message": "This model's maximum context length is 8192 tokens.", "code": "context_length_exceeded"},
        {"message": "the request exceeds the available context size", "type": "exceed_context_size_error"},
        {"message": "This model's maximum context length is 4096 tokens. However, you requested 5000."},
    ],
)
async def test_a_conversation_that_is_too_long_is_a_limit(said: JsonValue) -> None:
    error, _ = await fail(refusing(400, said))
    assert isinstance(error, LimitError)
    assert error.message == "The conversation is longer than “small-1” can read; it is kept."


async def test_an_endpoint_that_is_not_there_cannot_be_reached() -> None:
    async with FakeEndpoint() as endpoint:
        gone = endpoint.base_url
    async with model_at(gone) as model:
        with pytest.raises(ModelError, match="cannot be reached; the conversation is kept") as raised:
            await anext(model.respond(asking()))
    assert "OPENAI_BASE_URL" in raised.value.hint


# Requests that are sent again


class FakePatience:
    """Waits for nothing, and remembers for how long."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def retries(self, most: int = 3) -> Retries:
        return Retries(most, sleep=self.sleep, chance=lambda: 0.5)


async def test_a_refusal_for_now_is_shown_waited_for_and_sent_again() -> None:
    patience = FakePatience()
    busy = refusing(429, {"message": "Slow down"}, **{"retry-after": "7"})
    items, endpoint = await ask(busy, refusing(503, None), saying("Hi"), retries=patience.retries())
    where = endpoint.base_url
    assert items == [
        RetryScheduled(f"The rate limit of {where} is reached", 7.0),
        RetryScheduled(f"{where} answers HTTP 503", 1.0),
        TextDelta("Hi"),
        STOP,
    ]
    assert patience.waits == [7.0, 1.0]
    assert [request.body for request in endpoint.requests] == [endpoint.requests[0].body] * 3


@pytest.mark.parametrize(
    "broken",
    [
        Reply([b": keep-alive\n\n"], cut=True),
        Reply([chunk("", role="assistant")], cut=True),
        streaming(chunk("", role="assistant"), event({"error": {"message": "Busy", "code": 503}})),
        streaming(event({"error": {"message": "Overloaded", "type": "overloaded_error"}})),
        Reply([chunk("", role="assistant")]),
    ],
    ids=["cut at once", "cut before a word", "an error first", "overloaded", "ended before a word"],
)
async def test_an_answer_that_breaks_before_its_first_word_is_asked_for_again(broken: Reply) -> None:
    patience = FakePatience()
    items, endpoint = await ask(broken, saying("Hi"), retries=patience.retries())
    assert items[1:] == [TextDelta("Hi"), STOP]
    assert isinstance(items[0], RetryScheduled)
    assert len(endpoint.requests) == 2


CALL_PIECE = chunk(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "get_task", "arguments": "{"}}])


@pytest.mark.parametrize("begun", [chunk("Half"), CALL_PIECE, chunk(reasoning="Hm")])
async def test_an_answer_that_breaks_later_is_never_asked_for_again(begun: bytes) -> None:
    patience = FakePatience()
    async with (
        FakeEndpoint(Reply([begun], cut=True), saying("Twice")) as endpoint,
        model_at(endpoint.base_url, retries=patience.retries()) as model,
    ):
        with pytest.raises(ModelError, match="what came is kept"):
            _ = [item async for item in model.respond(asking())]
    assert len(endpoint.requests) == 1
    assert patience.waits == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}),
        (402, {"message": "Insufficient credits"}),
        (401, {"message": "No"}),
        (404, {"message": "No such model"}),
        (400, {"message": "Bad"}),
    ],
)
async def test_what_a_moment_does_not_mend_is_not_sent_again(status: int, said: JsonValue) -> None:
    patience = FakePatience()
    async with (
        FakeEndpoint(refusing(status, said)) as endpoint,
        model_at(endpoint.base_url, retries=patience.retries()) as model,
    ):
        with pytest.raises(AgentError):
            await anext(model.respond(asking()))
    assert patience.waits == []


async def test_a_wait_that_is_too_long_is_told_and_not_waited_for() -> None:
    busy = refusing(429, {"message": "Slow down"}, **{"retry-after": "3600"})
    patience = FakePatience()
    async with (
        FakeEndpoint(busy) as endpoint,
        model_at(endpoint.base_url, retries=patience.retries()) as model,
    ):
        with pytest.raises(LimitError) as raised:
            await anext(model.respond(asking()))
    assert raised.value.hint == "Ask again in 3600 s."
    assert patience.waits == []


async def test_an_endpoint_that_stays_away_is_given_up_after_some_tries() -> None:
    patience = FakePatience()
    async with FakeEndpoint() as endpoint:
        gone = endpoint.base_url
    items: list[StreamItem] = []

    async def collect(model: ChatCompletionsModel) -> None:
        async for item in model.respond(asking()):
            items.append(item)

    async with model_at(gone, retries=patience.retries()) as model:
        with pytest.raises(ModelError, match="cannot be reached"):
            await collect(model)
    assert items == [RetryScheduled(f"{gone} cannot be reached", wait) for wait in (0.5, 1.0, 2.0)]


# Parameters that an endpoint does not know


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("name", ["stream_options", "prompt_cache_key", "max_completion_tokens"])
async def test_a_parameter_that_is_refused_by_name_is_left_out_from_then_on(name: str, status: int) -> None:
    request = ModelRequest("", (UserMessage("Hi"),), (), session_id="s1", max_output_tokens=9)
    refusal = refusing(status, {"message": f"Unrecognized request argument supplied: {name}"})
    async with (
        FakeEndpoint(refusal, saying("One"), saying("Two")) as endpoint,
        model_at(endpoint.base_url) as model,
    ):
        assert [item async for item in model.respond(request)] == [TextDelta("One"), STOP]
        assert [item async for item in model.respond(request)] == [TextDelta("Two"), STOP]
    optional = {"stream_options", "prompt_cache_key", "max_completion_tokens"}
    sent = [optional & set(received.body) for received in endpoint.requests]
    assert sent == [optional, optional - {name}, optional - {name}]


async def test_parameters_that_are_refused_one_after_the_other_are_all_left_out() -> None:
    request = asking(session_id="s1")
    items, endpoint = await ask(
        refusing(400, {"message": "extra_forbidden: stream_options"}),
        refusing(400, {"message": "extra_forbidden: prompt_cache_key"}),
        saying("Hi"),
        request=request,
    )
    assert items == [TextDelta("Hi"), STOP]
    assert set(endpoint.requests[-1].body) == {"model", "stream", "messages"}


async def test_a_refusal_that_repeats_itself_is_not_asked_for_ever() -> None:
    again = refusing(400, {"message": "stream_options is wrong"})
    error, _ = await fail(again, again)
    assert "stream_options is wrong" in error.message


async def test_what_was_learnt_is_known_to_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "capabilities.json"
    refusal = refusing(422, {"message": "extra inputs are not permitted: stream_options"})
    async with FakeEndpoint(refusal, saying("One"), saying("Two")) as endpoint:
        for _ in range(2):
            async with model_at(endpoint.base_url, capabilities=CapabilityStore(path)) as model:
                _ = [item async for item in model.respond(asking())]
    assert ["stream_options" in request.body for request in endpoint.requests] == [True, False, False]


HISTORY = (
    UserMessage("Go"),
    AssistantMessage("", (ToolCall("c1", "get_task", "{}"),)),
    ToolMessage("c1", "get_task", "Done"),
)


@pytest.mark.parametrize(
    "said",
    [
        "System role not supported",
        "Only user and assistant roles are supported!",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    ],
)
async def test_an_endpoint_without_a_system_role_is_told_in_the_users_first_message(said: str) -> None:
    items, endpoint = await ask(refusing(400, {"message": said}), saying("Hi"), request=asking(*HISTORY))
    assert items == [TextDelta("Hi"), STOP]
    first, second, *_ = messages_of(endpoint)
    assert first == {"role": "user", "content": "Be brief.\n\nGo"}
    assert isinstance(second, dict)
    assert second["role"] == "assistant"


@pytest.mark.parametrize(
    "said",
    [
        "Invalid value for 'content': expected a string, got null.",
        "messages.1.content: Input should be a valid string",
        "content field is a required field",
    ],
)
async def test_an_endpoint_that_wants_text_in_every_message_gets_an_empty_one(said: str) -> None:
    items, endpoint = await ask(refusing(400, {"message": said}), saying("Hi"), request=asking(*HISTORY))
    assert items == [TextDelta("Hi"), STOP]
    sent = messages_of(endpoint)[2]
    assert isinstance(sent, dict)
    assert sent["content"] == ""


async def test_an_endpoint_that_knows_no_strict_functions_is_not_told_of_them() -> None:
    refusal = refusing(422, {"message": "extra_forbidden: tools[0].function.strict"})
    _, endpoint = await ask(refusal, saying("Hi"), request=asking(functions=[FUNCTION]))
    assert '"strict"' in json.dumps(endpoint.requests[0].body)
    assert '"strict"' not in json.dumps(endpoint.requests[1].body)


async def test_an_answer_that_was_cut_off_is_marked_so_that_the_model_can_go_on_from_there() -> None:
    request = asking(UserMessage("Go"), AssistantMessage("Half", interrupted=True), UserMessage("go on"))
    _, endpoint = await ask(saying(" and whole"), request=request)
    assert messages_of(endpoint)[2] == {
        "role": "assistant",
        "content": "Half\n\n[This answer was cut off here.]",
    }
