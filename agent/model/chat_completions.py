"""A model behind any endpoint that speaks OpenAI's Chat Completions with streaming.

Stateless: each request carries the whole history.

Source: OpenAI API reference, "Create chat completion".
"""

import re
from collections.abc import AsyncGenerator, Iterator

from agent.conversation import AssistantMessage, Message, ToolMessage, UserMessage
from agent.jsontypes import JsonObject, JsonValue, dump, is_object, parse_object
from agent.model.accumulator import StreamAccumulator
from agent.model.capabilities import Capabilities, Lesson, refuses, without
from agent.model.endpoint import Endpoint
from agent.model.protocol import FunctionDefinition, ModelRequest, StreamItem
from agent.model.wording import mark_interrupted, user_text
from agent.wording.addresses import hide_user

_NO_STRICT = without("strict")
_NO_SYSTEM_ROLE = without("system role")
_NO_NULL_CONTENT = without("null content")
_WANTS_REASONING = "with reasoning"


def _messages_of(body: JsonObject) -> list[JsonObject]:
    messages = body.get("messages")
    return [each for each in messages if is_object(each)] if isinstance(messages, list) else []


def _has_system(body: JsonObject) -> bool:
    return any(message.get("role") == "system" for message in _messages_of(body))


def _has_null_content(body: JsonObject) -> bool:
    return any(message.get("content", "") is None for message in _messages_of(body))


def _has_reasoning(body: JsonObject) -> bool:
    return any(field in message for message in _messages_of(body) for field in _REASONING_FIELDS)


_REASONING_FIELDS = ("reasoning_content", "reasoning")
LESSONS = (
    refuses("stream_options"),
    refuses("prompt_cache_key"),
    refuses("max_completion_tokens"),
    refuses("max_tokens"),
    Lesson(_NO_STRICT, lambda body: "tools" in body, re.compile(r"\bstrict\b")),
    Lesson(
        _NO_SYSTEM_ROLE,
        _has_system,
        re.compile(
            r"system\W[^.]{0,40}\b(role|message|prompt|instruction)|role[^.]{0,60}\bsystem\b"
            r"|only user and assistant roles|developer instruction",
            re.IGNORECASE,
        ),
    ),
    Lesson(
        _NO_NULL_CONTENT,
        _has_null_content,
        re.compile(r"\bcontent\b.{0,120}\b(null|none|string|str|empty|required|missing)\b", re.IGNORECASE),
    ),
    Lesson(
        _WANTS_REASONING,
        lambda body: not _has_reasoning(body),
        re.compile(
            r"(missing|require|must)[^.]{0,60}\breasoning|\breasoning\w*[^.]{0,60}(missing|require|must)",
            re.IGNORECASE,
        ),
    ),
)


class ChatCompletionsModel:
    """One model of one endpoint.

    Args:
        endpoint: Where it is.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._origin = f"{hide_user(endpoint.base_url.rstrip('/'))} {endpoint.model}"

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self._endpoint.model

    def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Ask for the next message; see `Model.respond`."""
        return self._endpoint.converse(
            "/chat/completions",
            lambda known: build_body(self._endpoint.model, request, known, self._origin),
            LESSONS,
            lambda: StreamAccumulator(self._origin),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()


def build_body(model: str, request: ModelRequest, known: Capabilities, origin: str = "") -> JsonObject:
    """Write a request.

    Args:
        model: The model's name at the endpoint.
        request: What is asked.
        known: What the endpoint refuses or wants.
        origin: Names endpoint and model; what came from another one stays here.
    """
    body: JsonObject = {
        "model": model,
        "messages": list(_write_messages(request, known, origin)),
        "stream": True,
    }
    if request.functions:
        body["tools"] = [_write_tool(function, known) for function in request.functions]
    optional: JsonObject = {"stream_options": {"include_usage": True}}
    if request.session_id:
        optional["prompt_cache_key"] = request.session_id
    if request.max_output_tokens is not None:
        is_old = without("max_completion_tokens") in known
        optional["max_tokens" if is_old else "max_completion_tokens"] = request.max_output_tokens
    return body | {key: value for key, value in optional.items() if without(key) not in known}


def _write_tool(function: FunctionDefinition, known: Capabilities) -> JsonObject:
    written: JsonObject = {
        "name": function.name,
        "description": function.description,
        "parameters": function.parameters,
    }
    if _NO_STRICT not in known:
        # Said even where it is false: some endpoints try strict mode by themselves when it is left out.
        written["strict"] = function.strict
    return {"type": "function", "function": written}


def _write_messages(request: ModelRequest, known: Capabilities, origin: str) -> Iterator[JsonObject]:
    messages = list(request.messages)
    if _NO_SYSTEM_ROLE not in known:
        yield {"role": "system", "content": request.system}
    elif messages and isinstance(first := messages[0], UserMessage):
        yield {"role": "user", "content": f"{request.system}\n\n{user_text(first)}"}
        messages = messages[1:]
    for message in messages:
        yield _write_message(message, known, origin)


def _write_message(message: Message, known: Capabilities, origin: str) -> JsonObject:
    match message:
        case UserMessage():
            return {"role": "user", "content": user_text(message)}
        case ToolMessage(call_id, _, text):
            return {"role": "tool", "tool_call_id": call_id, "content": text}
        case AssistantMessage():
            return _write_assistant(message, known, origin)


def _write_assistant(message: AssistantMessage, known: Capabilities, origin: str) -> JsonObject:
    text = mark_interrupted(message)
    if not message.tool_calls:
        return {"role": "assistant", "content": text}
    calls: list[JsonObject] = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": _sound_arguments(call.arguments)},
        }
        for call in message.tool_calls
    ]
    fields, extras = _opaque(message, origin)
    for call, extra in zip(calls, extras, strict=False):
        if extra:
            call["extra_content"] = extra
    empty = "" if _NO_NULL_CONTENT in known else None
    # Few endpoints take the model's reasoning back, and those that want it say so.
    reasoning = fields if _WANTS_REASONING in known else {}
    return {"role": "assistant", "content": text or empty, "tool_calls": [*calls], **reasoning}


def _opaque(message: AssistantMessage, origin: str) -> tuple[JsonObject, list[JsonValue]]:
    """What the endpoint said beside a message: its reasoning, and what it wants back with each call."""
    for item in message.provider_items:
        if is_object(item) and item.get("type") == "chat" and item.get("origin") == origin:
            fields, extras = item.get("fields"), item.get("extras")
            return fields if is_object(fields) else {}, extras if isinstance(extras, list) else []
    return {}, []


def _sound_arguments(text: str) -> str:
    # Many endpoints parse the arguments of old calls, and refuse a history in which one cannot be parsed.
    try:
        parse_object(text or "{}")
    except ValueError:
        return dump({"malformed": text})
    return text or "{}"
