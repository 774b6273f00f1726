"""Functions that find others, as the Responses API's tool search."""

import pytest
from fake_endpoint import FakeEndpoint, Reply, refusing
from responses_endpoint import FUNCTION, ask, asking, completed, done, model_at, saying

from agent.conversation import AssistantMessage, ToolCall, ToolMessage, UserMessage
from agent.jsontypes import JsonObject
from agent.model.protocol import (
    FunctionDefinition,
    TextDelta,
)

pytestmark = pytest.mark.anyio


FINDER = FunctionDefinition("find_tools", "Finds.", {"type": "object", "properties": {}}, finds=True)
FOUND = FunctionDefinition("move_task", "Moves.", {"type": "object", "properties": {}})
SEARCH_CALL: JsonObject = {
    "type": "tool_search_call",
    "id": "ts_1",
    "call_id": "call_s",
    "execution": "client",
    "arguments": {"words": "move"},
    "status": "completed",
}
SEARCHED = (
    UserMessage("Move it"),
    AssistantMessage("", (ToolCall("call_s", "find_tools", '{"words":"move"}'),)),
    ToolMessage("call_s", "find_tools", "…", structured={"found": [{"name": "move_task"}]}),
)


async def test_a_function_that_finds_others_is_a_tool_search_that_this_program_answers() -> None:
    request = asking(functions=[FUNCTION, FINDER])
    items, endpoint = await ask(Reply([done(0, SEARCH_CALL), completed()]), request=request)
    assert items[0] == ToolCall("call_s", "find_tools", '{"words":"move"}')
    tools = endpoint.requests[0].body["tools"]
    assert isinstance(tools, list)
    assert tools[1] == {
        "type": "tool_search",
        "execution": "client",
        "description": "Finds.",
        "parameters": {"type": "object", "properties": {}},
    }


async def test_what_was_found_stands_where_it_was_found_and_leaves_the_beginning_as_it_was() -> None:
    before = asking(UserMessage("Move it"), functions=[FUNCTION, FINDER])
    after = asking(*SEARCHED, functions=[FUNCTION, FINDER, FOUND])
    async with FakeEndpoint(saying("1"), saying("2")) as endpoint, model_at(endpoint.base_url) as model:
        for request in (before, after):
            _ = [item async for item in model.respond(request)]
    first, second = (received.body for received in endpoint.requests)
    assert second["tools"] == first["tools"]
    assert second["input"] == [
        {"role": "user", "content": "Move it"},
        {
            "type": "tool_search_call",
            "execution": "client",
            "call_id": "call_s",
            "status": "completed",
            "arguments": {"words": "move"},
        },
        {
            "type": "tool_search_output",
            "execution": "client",
            "call_id": "call_s",
            "status": "completed",
            "tools": [
                {
                    "type": "function",
                    "name": "move_task",
                    "description": "Moves.",
                    "parameters": {"type": "object", "properties": {}},
                    "strict": False,
                    "defer_loading": True,
                }
            ],
        },
    ]


async def test_what_is_found_again_is_defined_once() -> None:
    again = (
        AssistantMessage("", (ToolCall("call_t", "find_tools", "{"),)),
        ToolMessage(
            "call_t", "find_tools", "…", structured={"found": [{"name": "move_task"}, {"name": "gone"}]}
        ),
    )
    _, endpoint = await ask(
        saying("Hi"), request=asking(*SEARCHED, *again, functions=[FUNCTION, FINDER, FOUND])
    )
    items = endpoint.requests[0].body["input"]
    assert isinstance(items, list)
    outputs = [item for item in items if isinstance(item, dict) and item.get("type") == "tool_search_output"]
    assert [len(each["tools"]) for each in outputs if isinstance(each["tools"], list)] == [1, 0]


async def test_a_model_without_tool_search_finds_by_a_function_like_any_other() -> None:
    refusal = refusing(400, {"message": "Tool type 'tool_search' is not supported with this model."})
    items, endpoint = await ask(
        refusal, saying("Hi"), request=asking(*SEARCHED, functions=[FUNCTION, FINDER, FOUND])
    )
    assert items[0] == TextDelta("Hi")
    body = endpoint.requests[1].body
    assert isinstance(body["tools"], list)
    assert [each["name"] for each in body["tools"] if isinstance(each, dict)] == [
        "get_task",
        "find_tools",
        "move_task",
    ]
    assert isinstance(body["input"], list)
    assert [each.get("type") for each in body["input"] if isinstance(each, dict)] == [
        None,
        "function_call",
        "function_call_output",
    ]
