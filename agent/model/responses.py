"""A model behind an endpoint that speaks OpenAI's Responses API: OpenAI itself, Azure, xAI.

Stateless: nothing is stored there, each request carries the whole history, and the model's reasoning
goes back in the encrypted form in which it came.

Source: OpenAI API reference, "Create a model response".
"""

import re
from collections.abc import AsyncGenerator, Iterator

from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.capabilities import Capabilities, Lesson, refuses, without
from agent.model.endpoint import Endpoint
from agent.model.protocol import FunctionDefinition, ModelRequest, StreamItem
from agent.model.responses_reader import ResponsesReader
from agent.model.wording import mark_interrupted, user_text

_NO_STRICT = without("strict")
LESSONS = (
    refuses("prompt_cache_key"),
    refuses("max_output_tokens"),
    refuses("store"),
    Lesson(
        without("include"),
        lambda body: "include" in body,
        # A sentence may have the word without meaning the parameter.
        re.compile(r"^include\b|['\"`]include\b|\bencrypted"),
    ),
    Lesson(_NO_STRICT, lambda body: "tools" in body, re.compile(r"\bstrict\b")),
)


class ResponsesModel:
    """One model of one endpoint.

    Args:
        endpoint: Where it is.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._origin = f"{endpoint.base_url.rstrip('/')} {endpoint.model}"

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self._endpoint.model

    def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Ask for the next message; see `Model.respond`."""
        return self._endpoint.converse(
            "/responses",
            lambda known: build_body(self._endpoint.model, request, known, self._origin),
            LESSONS,
            lambda: ResponsesReader(self._origin),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()


def build_body(model: str, request: ModelRequest, known: Capabilities, origin: str) -> JsonObject:
    """Write a request.

    Args:
        model: The model's name at the endpoint.
        request: What is asked.
        known: What the endpoint refuses.
        origin: Names endpoint and model; what came from another one stays here.
    """
    body: JsonObject = {
        "model": model,
        "instructions": request.system,
        "input": [item for message in request.messages for item in _write_items(message, origin)],
        "stream": True,
    }
    if request.functions:
        body["tools"] = [_write_tool(function, known) for function in request.functions]
    optional: JsonObject = {"store": False, "include": ["reasoning.encrypted_content"]}
    if request.session_id:
        optional["prompt_cache_key"] = request.session_id
    if request.max_output_tokens is not None:
        optional["max_output_tokens"] = request.max_output_tokens
    return body | {key: value for key, value in optional.items() if without(key) not in known}


def _write_tool(function: FunctionDefinition, known: Capabilities) -> JsonObject:
    written: JsonObject = {
        "type": "function",
        "name": function.name,
        "description": function.description,
        "parameters": function.parameters,
    }
    if _NO_STRICT not in known:
        # Said even where it is false: left out, it would be tried.
        written["strict"] = function.strict
    return written


def _write_items(message: Message, origin: str) -> Iterator[JsonObject]:
    match message:
        case UserMessage():
            yield {"role": "user", "content": user_text(message)}
        case ToolMessage(call_id, _, text):
            yield {"type": "function_call_output", "call_id": call_id, "output": text}
        case AssistantMessage():
            yield from _write_assistant(message, _skeletons(message, origin))


def _write_assistant(message: AssistantMessage, skeletons: list[JsonObject]) -> Iterator[JsonObject]:
    """The message and its calls, each where it stood between the reasoning."""
    text = mark_interrupted(message)
    calls = list(message.tool_calls)
    for skeleton in skeletons:
        match skeleton.get("type"):
            case "reasoning":
                yield skeleton
            case "message" if text:
                yield {"role": "assistant", "content": text, **_without_type(skeleton)}
                text = ""
            case "function_call" if calls:
                yield _write_call(calls.pop(0))
            case _:
                pass
    if text:
        yield {"role": "assistant", "content": text}
    for call in calls:
        yield _write_call(call)


def _without_type(skeleton: JsonObject) -> JsonObject:
    return {key: value for key, value in skeleton.items() if key != "type"}


def _write_call(call: ToolCall) -> JsonObject:
    return {
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments or "{}",
    }


def _skeletons(message: AssistantMessage, origin: str) -> list[JsonObject]:
    for item in message.provider_items:
        if is_object(item) and item.get("type") == "responses" and item.get("origin") == origin:
            items: JsonValue = item.get("items")
            return [each for each in items if is_object(each)] if isinstance(items, list) else []
    return []
