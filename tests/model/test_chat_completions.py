"""Chat Completions over real HTTP: what is sent, and what becomes of every kind of answer."""

import json

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
from agent.errors import ModelError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import (
    Finish,
    FinishReason,
    ModelRequest,
    TextDelta,
    Usage,
)

pytestmark = pytest.mark.anyio


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
    assert messages_of(endpoint)[2] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_task", "arguments": "{}"}}],
    }


async def test_malformed_arguments_of_an_old_call_are_sent_as_an_object_that_quotes_them() -> None:
    call = ToolCall("c1", "get_task", '{"taskId": ')
    request = asking(UserMessage("Go"), AssistantMessage("", (call,)), ToolMessage("c1", "get_task", "No"))
    _, endpoint = await ask(saying("Hi"), request=request)
    assert '"arguments": "{\\"malformed\\":\\"{\\\\\\"taskId\\\\\\": \\"}"' in json.dumps(
        messages_of(endpoint)[2]
    )


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
        sent = messages_of(other if elsewhere else first)[2]
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
