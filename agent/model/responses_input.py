"""The history of a conversation as input items of the Responses API.

Source: OpenAI API reference, "Create a model response", `input`; guide "Reasoning models", keeping
reasoning items in context; guide "Tool search", client-executed tool search.
"""

from collections.abc import Iterator, Mapping

from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.jsontypes import JsonObject, JsonValue, is_object, parse_object
from agent.model.capabilities import Capabilities, without
from agent.model.protocol import FunctionDefinition
from agent.model.wording import mark_interrupted, user_text

NO_STRICT = without("strict")


def write_function(function: FunctionDefinition, known: Capabilities) -> JsonObject:
    """A function as the API wants it.

    Args:
        function: The function.
        known: What the endpoint refuses.
    """
    written: JsonObject = {
        "type": "function",
        "name": function.name,
        "description": function.description,
        "parameters": function.parameters,
    }
    if NO_STRICT not in known:
        # Said even where it is false: left out, it would be tried.
        written["strict"] = function.strict
    return written


class InputWriter:
    """Writes messages one after the other.

    Args:
        origin: Names endpoint and model; what came from another one is left out.
        known: What the endpoint refuses.
        finder: The function whose calls are tool searches; empty where the endpoint knows none.
        functions: Those on offer, by their names.
    """

    def __init__(
        self, origin: str, known: Capabilities, finder: str, functions: Mapping[str, FunctionDefinition]
    ) -> None:
        self._origin = origin
        self._known = known
        self._finder = finder
        self._functions = functions
        self._found: set[str] = set()

    @property
    def found(self) -> frozenset[str]:
        """The functions that the searches written so far have found."""
        return frozenset(self._found)

    def write(self, message: Message) -> Iterator[JsonObject]:
        """The items of one message."""
        match message:
            case UserMessage():
                yield {"role": "user", "content": user_text(message)}
            case ToolMessage() if self._finder and message.name == self._finder:
                yield self._write_search_output(message)
            case ToolMessage(call_id, _, text):
                yield {"type": "function_call_output", "call_id": call_id, "output": text}
            case AssistantMessage():
                yield from self._write_assistant(message)

    def _write_search_output(self, message: ToolMessage) -> JsonObject:
        new = [name for name in _names_in(message.structured) if name in self._functions]
        tools: list[JsonValue] = [
            {**write_function(self._functions[name], self._known), "defer_loading": True}
            for name in new
            if name not in self._found
        ]
        self._found.update(new)
        return {
            "type": "tool_search_output",
            "execution": "client",
            "call_id": message.call_id,
            "status": "completed",
            "tools": tools,
        }

    def _write_assistant(self, message: AssistantMessage) -> Iterator[JsonObject]:
        """The message and its calls, each where it stood between the reasoning."""
        text = mark_interrupted(message)
        calls = list(message.tool_calls)
        for skeleton in self._skeletons(message):
            match skeleton.get("type"):
                case "reasoning":
                    yield skeleton
                case "message" if text:
                    yield {"role": "assistant", "content": text, **_without_type(skeleton)}
                    text = ""
                case "function_call" if calls:
                    yield self._write_call(calls.pop(0))
                case _:
                    pass
        if text:
            yield {"role": "assistant", "content": text}
        for call in calls:
            yield self._write_call(call)

    def _write_call(self, call: ToolCall) -> JsonObject:
        if self._finder and call.name == self._finder:
            return {
                "type": "tool_search_call",
                "execution": "client",
                "call_id": call.id,
                "status": "completed",
                "arguments": _read_arguments(call.arguments),
            }
        return {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments or "{}",
        }

    def _skeletons(self, message: AssistantMessage) -> list[JsonObject]:
        for item in message.provider_items:
            if is_object(item) and item.get("type") == "responses" and item.get("origin") == self._origin:
                items = item.get("items")
                return [each for each in items if is_object(each)] if isinstance(items, list) else []
        return []


def _without_type(skeleton: JsonObject) -> JsonObject:
    return {key: value for key, value in skeleton.items() if key != "type"}


def _read_arguments(text: str) -> JsonObject:
    try:
        return parse_object(text or "{}")
    except ValueError:
        return {"malformed": text}


def _names_in(structured: JsonValue) -> list[str]:
    found = structured.get("found") if is_object(structured) else None
    listed = found if isinstance(found, list) else []
    return [str(each["name"]) for each in listed if is_object(each) and "name" in each]
