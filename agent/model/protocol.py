"""What the rest of the program sees of a language model: one request, one stream of items.

The order of a stream: any number of `TextDelta` and `ReasoningDelta`, then the `ToolCall`s in the
model's order (each whole; fragments are put together by the adapter), then at most one `Usage`,
then exactly one `Finish`. A stream that breaks raises `ModelError` instead of finishing; what had
been yielded until then stands.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from agent.conversation import Message, ToolCall
from agent.jsontypes import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A tool as a model sees it.

    Args:
        name: Matches `^[a-zA-Z0-9_-]{1,64}$`, as OpenAI's function calling asks.
        description: What it does, in plain words.
        parameters: A JSON Schema of type object, without `$ref`.
    """

    name: str
    description: str
    parameters: JsonObject


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to a model.

    Args:
        system: The system prompt, byte-stable within a conversation.
        messages: The whole history, oldest first.
        functions: The functions that may be called, in a stable order.
        session_id: Names the conversation, for the endpoint's prompt cache.
        max_output_tokens: Upper bound on what the model may write.
    """

    system: str
    messages: Sequence[Message]
    functions: Sequence[FunctionDefinition]
    session_id: str = ""
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning, for display only."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, as the endpoint counted them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )


class FinishReason(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    TOOL_CALLS = "tool_calls"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a stream.

    Args:
        reason: Why the model stopped; `TOOL_CALLS` whenever it asked for calls, whatever the endpoint says.
        provider_items: Opaque items to hand back to the same endpoint with the next request.
    """

    reason: FinishReason
    provider_items: tuple[JsonValue, ...] = field(default=(), repr=False)


StreamItem: TypeAlias = TextDelta | ReasoningDelta | ToolCall | Usage | Finish


class Model(Protocol):
    """A language model that can be asked for the next message of a conversation."""

    @property
    def name(self) -> str:
        """The model's name as shown to the user and written to transcripts."""
        ...

    def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Ask for the next message.

        Raises:
            ModelError: The endpoint cannot be reached, refuses the request, or breaks off.
        """
        ...

    async def aclose(self) -> None:
        """Close connections and stop what was started for this model."""
        ...
