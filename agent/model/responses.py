"""A model behind an endpoint that speaks OpenAI's Responses API: OpenAI itself, Azure, xAI.

Stateless: nothing is stored there, each request carries the whole history, and the model's reasoning
goes back in the encrypted form in which it came.

Source: OpenAI API reference, "Create a model response".
"""

import re
from collections.abc import AsyncGenerator

from agent.jsontypes import JsonObject, JsonValue
from agent.model.capabilities import Capabilities, Lesson, refuses, without
from agent.model.endpoint import Endpoint
from agent.model.protocol import ModelRequest, StreamItem
from agent.model.responses_input import NO_STRICT, InputWriter, write_function
from agent.model.responses_reader import ResponsesReader
from agent.wording.addresses import hide_user

_NO_TOOL_SEARCH = without("tool_search")
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
    Lesson(NO_STRICT, lambda body: "tools" in body, re.compile(r"\bstrict\b")),
    # Older models know no tool search; they find tools by a function like any other.
    Lesson(_NO_TOOL_SEARCH, lambda body: "tool_search" in str(body.get("tools")), re.compile("tool_?search")),
)


class ResponsesModel:
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
            "/responses",
            lambda known: build_body(self._endpoint.model, request, known, self._origin),
            LESSONS,
            lambda: ResponsesReader(self._origin, _finder_of(request)),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()


def _finder_of(request: ModelRequest) -> str:
    return next((function.name for function in request.functions if function.finds), "")


def build_body(model: str, request: ModelRequest, known: Capabilities, origin: str) -> JsonObject:
    """Write a request.

    Args:
        model: The model's name at the endpoint.
        request: What is asked.
        known: What the endpoint refuses.
        origin: Names endpoint and model; what came from another one stays here.
    """
    finder = "" if _NO_TOOL_SEARCH in known else _finder_of(request)
    writer = InputWriter(origin, known, finder, {each.name: each for each in request.functions})
    items: list[JsonValue] = [item for message in request.messages for item in writer.write(message)]
    body: JsonObject = {"model": model, "instructions": request.system, "input": items, "stream": True}
    if request.functions:
        body["tools"] = _write_tools(request, known, finder, writer.found)
    optional: JsonObject = {"store": False, "include": ["reasoning.encrypted_content"]}
    if request.session_id:
        optional["prompt_cache_key"] = request.session_id
    if request.max_output_tokens is not None:
        optional["max_output_tokens"] = request.max_output_tokens
    return body | {key: value for key, value in optional.items() if without(key) not in known}


def _write_tools(
    request: ModelRequest, known: Capabilities, finder: str, found: frozenset[str]
) -> list[JsonValue]:
    """The functions; one that finds others as a tool search, and what it found where it was found.

    Functions that a search found stand in the history, at its end when they were found, so that
    everything before them is read from the prompt cache.

    Source: OpenAI guide "Tool search", client-executed tool search.
    """
    tools: list[JsonValue] = []
    for function in request.functions:
        if finder and function.name == finder:
            tools.append(
                {
                    "type": "tool_search",
                    "execution": "client",
                    "description": function.description,
                    "parameters": function.parameters,
                }
            )
        elif function.name not in found:
            tools.append(write_function(function, known))
    return tools
