"""The Responses API over real HTTP: what is sent, what goes back, and what each answer becomes."""

import pytest
from fake_endpoint import DONE, FakeEndpoint, Reply, event, refusing
from responses_endpoint import (
    CALL,
    FUNCTION,
    MESSAGE,
    REASONING,
    STOP,
    USAGE,
    ask,
    asking,
    completed,
    done,
    fail,
    model_at,
    named,
    saying,
    text,
)

from agent.conversation import AssistantMessage, ToolCall, ToolMessage, UserMessage
from agent.errors import LimitError, ModelError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import (
    Finish,
    FinishReason,
    ModelRequest,
    ReasoningDelta,
    RetryScheduled,
    TextDelta,
    Usage,
)

pytestmark = pytest.mark.anyio


# What is sent


async def test_the_request_is_stateless_and_holds_prompt_history_and_functions() -> None:
    request = asking(
        UserMessage("What is late?", "Today is Monday."),
        AssistantMessage("Looking.", (ToolCall("c1", "get_task", ""),)),
        ToolMessage("c1", "get_task", "Fix login", structured={"never": "sent"}),
        AssistantMessage("“Fix login” is", interrupted=True),
        UserMessage("Go on"),
        functions=[FUNCTION],
        session_id="s1",
    )
    _, endpoint = await ask(saying("Hi"), request=request)
    (received,) = endpoint.requests
    assert received.line == "POST /v1/responses HTTP/1.1"
    assert received.headers["authorization"] == "Bearer sk-secret"
    assert received.body == {
        "model": "big-1",
        "instructions": "Be brief.",
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "s1",
        "input": [
            {"role": "user", "content": "Today is Monday.\n\nWhat is late?"},
            {"role": "assistant", "content": "Looking."},
            {"type": "function_call", "call_id": "c1", "name": "get_task", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "Fix login"},
            {"role": "assistant", "content": "“Fix login” is\n\n[This answer was cut off here.]"},
            {"role": "user", "content": "Go on"},
        ],
        "tools": [
            {
                "type": "function",
                "name": "get_task",
                "description": "Gets a task.",
                "parameters": {"type": "object", "properties": {}},
                "strict": False,
            }
        ],
    }


async def test_a_limit_of_output_is_sent() -> None:
    request = ModelRequest("", (UserMessage("Hi"),), (), max_output_tokens=100)
    _, endpoint = await ask(saying("Hi"), request=request)
    assert endpoint.requests[0].body["max_output_tokens"] == 100


@pytest.mark.parametrize(
    ("error", "left_out"),
    [
        (
            {"message": "Unknown parameter: 'prompt_cache_key'.", "param": "prompt_cache_key"},
            "prompt_cache_key",
        ),
        ({"message": "Encrypted content is not supported with this model.", "param": "include"}, "include"),
        ({"message": "store is not supported here"}, "store"),
    ],
)
async def test_what_is_refused_by_name_is_left_out(error: JsonValue, left_out: str) -> None:
    items, endpoint = await ask(refusing(400, error), saying("Hi"), request=asking(session_id="s1"))
    assert items[0] == TextDelta("Hi")
    assert endpoint.requests[0].body.keys() - endpoint.requests[1].body.keys() == {left_out}


async def test_a_refusal_that_says_include_in_passing_teaches_nothing() -> None:
    error, _ = await fail(refusing(400, {"message": "Requests must include a model that exists."}))
    assert "must include a model" in error.message


# Reasoning goes back as it came


async def test_reasoning_goes_back_where_it_stood_with_its_encrypted_content() -> None:
    request = asking(functions=[FUNCTION])
    reply = Reply([done(0, REASONING), text("Looking."), done(1, MESSAGE), done(2, CALL), completed()])
    async with FakeEndpoint(reply, saying("Hi")) as endpoint, model_at(endpoint.base_url) as model:
        items = [item async for item in model.respond(request)]
        finish = items[-1]
        assert isinstance(finish, Finish)
        answer = AssistantMessage(
            "Looking.",
            (ToolCall("call_1", "get_task", '{"taskId":7}'),),
            provider_items=finish.provider_items,
        )
        history = (*request.messages, answer, ToolMessage("call_1", "get_task", "Fix login"))
        _ = [item async for item in model.respond(asking(*history))]
    assert endpoint.requests[1].body["input"] == [
        {"role": "user", "content": "Hi"},
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "Hm"}],
            "encrypted_content": "gAAAA",
        },
        {"role": "assistant", "content": "Looking.", "phase": "commentary"},
        {"type": "function_call", "call_id": "call_1", "name": "get_task", "arguments": '{"taskId":7}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "Fix login"},
    ]


@pytest.mark.parametrize("other", ["another model", "another endpoint"])
async def test_reasoning_goes_to_nobody_else(other: str) -> None:
    items, first = await ask(Reply([done(0, REASONING), text("Hi"), done(1, MESSAGE), completed()]))
    finish = items[-1]
    assert isinstance(finish, Finish)
    answer = AssistantMessage("Hi", provider_items=finish.provider_items)
    async with FakeEndpoint(saying("Yes")) as endpoint:
        name = "other-1" if other == "another model" else "big-1"
        async with model_at(endpoint.base_url, name=name) as model:
            _ = [item async for item in model.respond(asking(UserMessage("Hi"), answer))]
    assert first.base_url != endpoint.base_url
    assert endpoint.requests[0].body["input"] == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hi"},
    ]


async def test_reasoning_without_encrypted_content_cannot_go_back() -> None:
    bare: JsonObject = {"type": "reasoning", "id": "rs_1", "summary": []}
    items, _ = await ask(Reply([done(0, bare), text("Hi"), completed()]))
    assert items[-1] == STOP


# Answers


async def test_text_and_reasoning_stream_and_usage_tells_them_apart() -> None:
    part = named("response.reasoning_summary_part.added", summary_index=0)
    items, _ = await ask(
        Reply(
            [
                named("response.created", response={"status": "in_progress"}),
                part,
                named("response.reasoning_summary_text.delta", delta="First"),
                part,
                named("response.reasoning_summary_text.delta", delta="then"),
                text("Good "),
                text("morning."),
                completed(),
            ]
        )
    )
    assert items == [
        ReasoningDelta("First"),
        ReasoningDelta("\n\n"),
        ReasoningDelta("then"),
        TextDelta("Good "),
        TextDelta("morning."),
        Usage(30, 9, 20, 4),
        STOP,
    ]


async def test_calls_come_whole_from_the_items_that_are_done() -> None:
    items, _ = await ask(
        Reply(
            [
                named("response.output_item.added", output_index=0, item={**CALL, "arguments": ""}),
                named("response.function_call_arguments.delta", delta='{"task', output_index=0),
                done(1, {**CALL, "call_id": "call_2", "arguments": '{"taskId":8}'}),
                done(0, CALL),
                completed(),
            ]
        )
    )
    assert items[:2] == [
        ToolCall("call_1", "get_task", '{"taskId":7}'),
        ToolCall("call_2", "get_task", '{"taskId":8}'),
    ]
    assert items[-1] == Finish(FinishReason.TOOL_CALLS)


@pytest.mark.parametrize("end", [b"", DONE])
async def test_an_answer_without_deltas_is_taken_from_its_end(end: bytes) -> None:
    items, _ = await ask(Reply([completed(output=[MESSAGE, CALL]), *([end] if end else [])]))
    assert items[:2] == [TextDelta("Looking."), ToolCall("call_1", "get_task", '{"taskId":7}')]


async def test_an_answer_that_is_not_streamed_is_taken_whole() -> None:
    response: JsonObject = {"object": "response", "status": "completed", "output": [MESSAGE], "usage": USAGE}
    items, _ = await ask(Reply([event(response)[6:]], content_type="application/json"))
    assert items[:2] == [TextDelta("Looking."), Usage(30, 9, 20, 4)]


async def test_ids_that_are_missing_or_repeated_are_made_up() -> None:
    bare = {**CALL, "call_id": "", "id": ""}
    items, _ = await ask(Reply([done(0, CALL), done(1, CALL), done(2, bare), completed()]))
    ids = [item.id for item in items if isinstance(item, ToolCall)]
    assert ids[0] == "call_1"
    assert len(set(ids)) == 3
    assert all(ids)


async def test_a_refusal_is_said_like_an_answer() -> None:
    items, _ = await ask(Reply([named("response.refusal.delta", delta="No."), completed()]))
    assert items[0] == TextDelta("No.")


async def test_a_character_that_was_cut_in_two_is_put_together() -> None:
    items, _ = await ask(Reply([text("a\ud83d"), text("\ude00"), completed()]))
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == "a😀"


async def test_the_vendors_own_cost_is_taken() -> None:
    items, _ = await ask(Reply([text("Hi"), completed(usage={**USAGE, "cost_in_usd_ticks": 25_000_000_000})]))
    assert items[1] == Usage(30, 9, 20, 4, cost=2.5)


async def test_tokens_that_went_into_the_cache_are_counted_apart() -> None:
    details: JsonObject = {"cached_tokens": 20, "cache_write_tokens": 8}
    items, _ = await ask(Reply([text("Hi"), completed(usage={**USAGE, "input_tokens_details": details})]))
    assert items[1] == Usage(30, 9, 20, 4, written_tokens=8)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("max_output_tokens", FinishReason.LENGTH), ("content_filter", FinishReason.CONTENT_FILTER)],
)
async def test_an_answer_that_was_stopped_says_why_and_none_of_its_calls_is_run(
    reason: str, finish: FinishReason
) -> None:
    cut = {**CALL, "status": "incomplete", "arguments": '{"taskId":'}
    end = completed("incomplete", incomplete_details={"reason": reason})
    items, _ = await ask(Reply([text("Half"), done(0, CALL), done(1, cut), end]))
    assert items == [TextDelta("Half"), Usage(30, 9, 20, 4), Finish(finish)]


# Answers that are none


@pytest.mark.parametrize(
    "broken",
    [Reply([text("Half")], cut=True), Reply([text("Half")]), Reply([text("Half"), DONE])],
    ids=["cut", "ended", "done"],
)
async def test_a_stream_that_ends_before_the_answer_is_broken_and_keeps_what_came(broken: Reply) -> None:
    error, items = await fail(broken)
    assert isinstance(error, ModelError)
    assert "is kept" in error.message
    assert error.hint == "Say “go on”."
    assert items == [TextDelta("Half")]


@pytest.mark.parametrize(
    "failed",
    [
        named("response.failed", response={"status": "failed", "error": {"code": "bad", "message": "Oh no"}}),
        named("error", code="bad", message="Oh no"),
        event({"error": {"message": "Oh no"}}),
    ],
    ids=["failed", "error", "bare"],
)
async def test_an_error_in_mid_stream_is_told_and_what_came_is_kept(failed: bytes) -> None:
    error, items = await fail(Reply([text("Half"), failed]))
    assert isinstance(error, ModelError)
    assert "Oh no." in error.message
    assert items == [TextDelta("Half")]


async def test_an_overflow_in_mid_stream_is_a_limit() -> None:
    said: JsonObject = {"code": "context_length_exceeded", "message": "Your input is too long."}
    error, _ = await fail(Reply([named("response.failed", response={"error": said})]))
    assert isinstance(error, LimitError)
    assert "longer than “big-1” can read" in error.message


async def test_a_failure_of_the_server_before_the_first_word_is_asked_for_again() -> None:
    failed = named("response.failed", response={"error": {"code": "server_error", "message": "Sorry"}})
    items, endpoint = await ask(Reply([failed]), saying("Hi"), retries=2)
    assert isinstance(items[0], RetryScheduled)
    assert items[1] == TextDelta("Hi")
    assert len(endpoint.requests) == 2


async def test_a_web_page_is_no_answer() -> None:
    error, _ = await fail(Reply([b"<!doctype html><html></html>"], content_type="text/html"))
    assert "no stream of the Responses API" in error.message
    assert 'api = "chat"' in error.hint
