"""Chat Completions over real HTTP: what is sent, and what becomes of every kind of answer."""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_endpoint import (
    FakeEndpoint,
    Reply,
    chunk,
    event,
    refusing,
    saying,
    streaming,
)

from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.errors import AgentError, LimitError, ModelError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.capabilities import CapabilityStore
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.endpoint import Endpoint
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    ModelRequest,
    RetryScheduled,
    StreamItem,
    TextDelta,
    Usage,
)
from agent.model.retries import Retries

pytestmark = pytest.mark.anyio
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


# What is sent


async def test_the_request_holds_prompt_history_and_functions() -> None:
    request = asking(
        UserMessage("What is late?", "Today is Monday."),
        AssistantMessage("Looking.", (ToolCall("c1", "get_task", '{"taskId":7}'),)),
        ToolMessage("c1", "get_task", "Fix login", structured={"never": "sent"}),
        AssistantMessage("“Fix login” is late."),
        UserMessage("Thanks"),
        functions=[FUNCTION],
        session_id="s1",
    )
    _, endpoint = await ask(saying("Hi"), request=request)
    (received,) = endpoint.requests
    assert received.line == "POST /v1/chat/completions HTTP/1.1"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["user-agent"].startswith("astravue-agent/")
    assert received.body == {
        "model": "small-1",
        "stream": True,
        "stream_options": {"include_usage": True},
        "prompt_cache_key": "s1",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Today is Monday.\n\nWhat is late?"},
            {
                "role": "assistant",
                "content": "Looking.",
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "get_task", "arguments": '{"taskId":7}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "Fix login"},
            {"role": "assistant", "content": "“Fix login” is late."},
            {"role": "user", "content": "Thanks"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_task",
                    "description": "Gets a task.",
                    "parameters": {"type": "object", "properties": {}},
                    "strict": False,
                },
            }
        ],
    }


async def test_nothing_is_sent_for_what_the_request_leaves_out() -> None:
    _, endpoint = await ask(saying("Hi"))
    assert set(endpoint.requests[0].body) == {"model", "stream", "stream_options", "messages"}


async def test_a_limit_of_output_is_sent() -> None:
    request = ModelRequest("", (UserMessage("Hi"),), (), max_output_tokens=100)
    _, endpoint = await ask(saying("Hi"), request=request)
    assert endpoint.requests[0].body["max_completion_tokens"] == 100


async def test_a_call_without_text_has_null_content_and_at_least_an_empty_object() -> None:
    call = ToolCall("c1", "get_task", "")
    request = asking(UserMessage("Go"), AssistantMessage("", (call,)), ToolMessage("c1", "get_task", "Done"))
    _, endpoint = await ask(saying("Hi"), request=request)
    assert _messages(endpoint)[2] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_task", "arguments": "{}"}}],
    }


async def test_malformed_arguments_of_an_old_call_are_sent_as_an_object_that_quotes_them() -> None:
    call = ToolCall("c1", "get_task", '{"taskId": ')
    request = asking(UserMessage("Go"), AssistantMessage("", (call,)), ToolMessage("c1", "get_task", "No"))
    _, endpoint = await ask(saying("Hi"), request=request)
    assert '"arguments": "{\\"malformed\\":\\"{\\\\\\"taskId\\\\\\": \\"}"' in json.dumps(
        _messages(endpoint)[2]
    )


def _messages(endpoint: FakeEndpoint) -> list[JsonValue]:
    messages = endpoint.requests[-1].body["messages"]
    assert isinstance(messages, list)
    return messages


async def test_two_equal_requests_are_the_same_bytes() -> None:
    request = asking(functions=[FUNCTION], session_id="s1")
    async with FakeEndpoint(saying("One"), saying("Two")) as endpoint, model_at(endpoint.base_url) as model:
        for _ in range(2):
            _ = [item async for item in model.respond(request)]
    first, second = endpoint.requests
    assert json.dumps(first.body) == json.dumps(second.body)


async def test_a_proxy_from_the_environment_is_not_asked_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    items, _ = await ask(saying("Hi"))
    assert items == [TextDelta("Hi"), STOP]


# Answers


async def test_an_answer_streams() -> None:
    usage: JsonObject = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    items, _ = await ask(
        streaming(
            chunk("", role="assistant"),
            chunk("Good "),
            chunk("morning."),
            chunk(finish="stop"),
            event({"choices": [], "usage": usage}),
        )
    )
    assert items == [TextDelta("Good "), TextDelta("morning."), Usage(12, 3), STOP]


async def test_calls_are_put_together() -> None:
    def fragment(**fields: JsonValue) -> bytes:
        return chunk(tool_calls=[{"index": 0, **fields}])

    items, _ = await ask(
        streaming(
            fragment(id="c1", type="function", function={"name": "get_task", "arguments": ""}),
            fragment(function={"arguments": '{"task'}),
            fragment(function={"arguments": 'Id":7}'}),
            chunk(finish="tool_calls"),
        )
    )
    assert items == [ToolCall("c1", "get_task", '{"taskId":7}'), Finish(FinishReason.TOOL_CALLS)]


async def test_bytes_may_be_cut_anywhere() -> None:
    whole = b"".join([chunk("Grüße 😀"), chunk(finish="stop"), b"data: [DONE]\n\n"])
    items, _ = await ask(Reply([whole[at : at + 1] for at in range(len(whole))]))
    assert items == [TextDelta("Grüße 😀"), STOP]


@pytest.mark.parametrize(
    "noise",
    [
        b": keep-alive\n\n",
        b": OPENROUTER PROCESSING\r\n\r\n",
        b"\n\n\n",
        b"event: ping\n\n",
        b"retry: 3000\n\n",
        b"id: 7\n",
    ],
)
async def test_whatever_keeps_the_connection_alive_is_passed_over(noise: bytes) -> None:
    items, _ = await ask(streaming(noise, chunk("Hi"), noise, chunk(finish="stop"), noise))
    assert items == [TextDelta("Hi"), STOP]


async def test_a_stream_may_end_without_saying_done() -> None:
    items, _ = await ask(Reply([chunk("Hi"), chunk(finish="stop")]))
    assert items == [TextDelta("Hi"), STOP]


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": None},
        {"choices": [{"delta": None}]},
        {"choices": [{"index": 0, "delta": {"content": None, "tool_calls": None}}]},
        {"object": "ping"},
        {"choices": 7, "usage": "much"},
        {"choices": [7]},
    ],
)
async def test_chunks_of_odd_shapes_are_passed_over(odd: JsonObject) -> None:
    items, _ = await ask(streaming(event(odd), chunk("Hi"), event(odd), chunk(finish="stop"), event(odd)))
    assert items == [TextDelta("Hi"), STOP]


async def test_a_character_that_was_cut_in_two_over_the_wire_is_put_together() -> None:
    items, _ = await ask(streaming(chunk("a\ud83d"), chunk("\ude00"), chunk(finish="stop")))
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == "a😀"


async def test_a_reader_that_leaves_early_lets_the_connection_go() -> None:
    async with (
        FakeEndpoint(Reply([chunk("One "), chunk("two")], cut=True)) as endpoint,
        model_at(endpoint.base_url) as model,
    ):
        items = model.respond(asking())
        assert await anext(items) == TextDelta("One ")
        await items.aclose()


# Answers that are none


NO_STREAM = "answered with something that is no chat completion stream"


@pytest.mark.parametrize(
    "reply",
    [
        Reply([b"<!doctype html><html><body>Welcome to nginx!</body></html>"], content_type="text/html"),
        Reply([b"upstream timed out\n\n"]),
        Reply([b""], content_type="text/plain"),
        streaming(),
    ],
    ids=["a web page", "a line of text", "nothing", "done at once"],
)
async def test_an_answer_that_is_no_stream_says_so_and_where_to_look(reply: Reply) -> None:
    error, items = await fail(reply)
    assert isinstance(error, ModelError)
    assert NO_STREAM in error.message
    assert error.hint == "Check the base URL; it usually ends in /v1."
    assert items == []


@pytest.mark.parametrize(
    "bad",
    [b"{broken", b"[]", b"7", b"null", b"\xff\xfe", b"[" * 100_000],
    ids=["broken JSON", "a list", "a number", "null", "no UTF-8", "nested too deeply"],
)
async def test_rubbish_in_mid_stream_breaks_the_answer_and_keeps_what_came(bad: bytes) -> None:
    error, items = await fail(streaming(chunk("Half"), b"data: " + bad + b"\n\n", chunk("never seen")))
    assert isinstance(error, ModelError)
    assert "cannot be read; what came is kept" in error.message
    assert items == [TextDelta("Half")]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"message": "Engine overloaded", "code": 503}, "Engine overloaded"),
        ("Engine overloaded", "Engine overloaded"),
    ],
)
async def test_an_error_in_mid_stream_is_told_and_what_came_is_kept(said: JsonValue, told: str) -> None:
    error, items = await fail(streaming(chunk("Half"), event({"error": said})))
    assert isinstance(error, ModelError)
    assert told in error.message
    assert items == [TextDelta("Half")]


async def test_a_connection_that_is_lost_in_mid_stream_is_told_and_what_came_is_kept() -> None:
    error, items = await fail(Reply([chunk("Half"), chunk(" an answer")], cut=True))
    assert isinstance(error, ModelError)
    assert error.message.endswith("was lost; what came is kept.")
    assert items == [TextDelta("Half"), TextDelta(" an answer")]


async def test_an_answer_that_ends_without_a_sign_of_its_end_is_half_an_answer() -> None:
    error, items = await fail(Reply([chunk("Half"), b"upstream timed out\n\n"]))
    assert "broke off; what came of it is kept" in error.message
    assert items == [TextDelta("Half")]


async def test_a_body_that_is_not_packed_as_it_says_cannot_be_read() -> None:
    error, _ = await fail(Reply([b"no gzip"], headers={"content-encoding": "gzip"}))
    assert "cannot be read" in error.message


async def test_a_stream_that_ends_in_the_middle_of_a_call_runs_nothing() -> None:
    piece = chunk(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "get_task", "arguments": "{"}}])
    error, items = await fail(streaming(piece))
    assert "in the middle of a tool call; nothing was run" in error.message
    assert items == []


# Refusals


def _names(*parts: str) -> Callable[[AgentError], bool]:
    return lambda error: all(part in str(error) for part in parts)


@pytest.mark.parametrize(
    ("status", "said", "kind", "parts"),
    [
        (
            401,
            {"message": f"Incorrect API key: {KEY}"},
            ModelError,
            ("refused the API key", "OPENAI_API_KEY"),
        ),
        (403, {"message": "Not for you"}, ModelError, ("refused the API key", "HTTP 403")),
        (404, {"message": "No such model"}, ModelError, ("does not know the model “small-1”", "--model")),
        (429, {"message": "Slow down"}, LimitError, ("HTTP 429", ": Slow down", "Wait")),
        (
            429,
            {"message": "No credit", "code": "insufficient_quota"},
            LimitError,
            ("asks for payment", "Add credit"),
        ),
        (
            400,
            {"message": "gemma:2b does not support tools"},
            ModelError,
            ("“small-1” cannot call functions", "astravue model list"),
        ),
        (400, {"message": "messages: must alternate"}, ModelError, ("HTTP 400: messages: must alternate",)),
        (400, "that does not go", ModelError, ("HTTP 400: that does not go.",)),
        (500, {"message": "Internal\nerror"}, ModelError, ("HTTP 500: Internal error",)),
        (503, None, ModelError, ("HTTP 503",)),
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
        RetryScheduled(f"{where} answers HTTP 429", 7.0),
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
    first, second, *_ = _messages(endpoint)
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
    sent = _messages(endpoint)[2]
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
    assert _messages(endpoint)[2] == {
        "role": "assistant",
        "content": "Half\n\n[This answer was cut off here.]",
    }


# What goes back


def _call_piece(**fields: JsonValue) -> bytes:
    function: JsonObject = {"name": "get_task", "arguments": "{}"}
    return chunk(tool_calls=[{"id": "c1", "function": function, **fields}])


async def _ask_again(*replies: Reply, elsewhere: bool = False) -> JsonObject:
    """Answer with a call, hand back its result, and return the call's message as it was sent."""
    calling, *further = replies
    async with FakeEndpoint(calling) as first, FakeEndpoint(*further) as other:
        first.replies += [] if elsewhere else further
        async with model_at(first.base_url) as model:
            items = [item async for item in model.respond(asking(UserMessage("Go")))]
            end = items[-1]
            assert isinstance(end, Finish)
            calls = tuple(item for item in items if isinstance(item, ToolCall))
            history = asking(
                UserMessage("Go"),
                AssistantMessage("", calls, provider_items=end.provider_items),
                ToolMessage("c1", "get_task", "Done"),
            )
        async with model_at(other.base_url if elsewhere else first.base_url) as model:
            _ = [item async for item in model.respond(history)]
        sent = _messages(other if elsewhere else first)[2]
    assert isinstance(sent, dict)
    return sent


SIGNATURE: JsonObject = {"google": {"thought_signature": "EjQKMg=="}}


async def test_a_calls_signature_goes_back_with_it() -> None:
    sent = await _ask_again(
        streaming(_call_piece(extra_content=SIGNATURE), chunk(finish="tool_calls")), saying("Hi")
    )
    calls = sent["tool_calls"]
    assert isinstance(calls, list)
    assert isinstance(calls[0], dict)
    assert calls[0]["extra_content"] == SIGNATURE


async def test_a_calls_signature_goes_to_no_other_endpoint() -> None:
    calling = streaming(_call_piece(extra_content=SIGNATURE), chunk(finish="tool_calls"))
    sent = await _ask_again(calling, saying("Hi"), elsewhere=True)
    assert "extra_content" not in json.dumps(sent)


async def test_reasoning_goes_back_to_an_endpoint_that_wants_it_and_not_before() -> None:
    calling = streaming(
        chunk(reasoning_content="Hm, "),
        chunk(reasoning_content="well."),
        _call_piece(),
        chunk(finish="tool_calls"),
    )
    assert "reasoning_content" not in await _ask_again(calling, saying("Hi"))
    missing = "Missing `reasoning_content` field in the assistant message at message index 2."
    sent = await _ask_again(calling, refusing(400, {"message": missing}), saying("Hi"))
    assert sent["reasoning_content"] == "Hm, well."
