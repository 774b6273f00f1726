"""What the rest of the program sees of a language model: one request, one stream of items.

The order of a stream: any number of `RetryScheduled` as long as the request is not answered, any number
of `TextDelta` and `ReasoningDelta`, then the `ToolCall`s in the
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
        strict: The endpoint is to hold the model to `parameters` while it writes; they are then within
            what OpenAI's strict mode accepts.
        finds: Its results name functions, under `found`, that later requests offer.
    """

    name: str
    description: str
    parameters: JsonObject
    strict: bool = False
    finds: bool = False


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
class RetryScheduled:
    """The endpoint did not answer, and the same request is sent again after a wait.

    Args:
        reason: What happened, one sentence without its full stop.
        seconds: How long the wait takes from now.
    """

    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request or of several, as the endpoint counted them, and what they cost.

    Args:
        input_tokens: Read by the model, cached ones among them.
        output_tokens: Written by the model, reasoning among them.
        cached_tokens: Of the input, read from the endpoint's prompt cache.
        reasoning_tokens: Of the output, reasoning.
        cost: US dollars; `None` where the price of any of these tokens is not known.
        written_tokens: Of the input, written to the endpoint's prompt cache, which some vendors charge apart.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None
    written_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Read and written together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            _add_costs(self, other),
            self.written_tokens + other.written_tokens,
        )


def _add_costs(one: Usage, other: Usage) -> float | None:
    # What took no tokens cost nothing, so it does not make a known sum unknown.
    known = [each.cost for each in (one, other) if each.cost is not None or each.total_tokens]
    costs = [cost for cost in known if cost is not None]
    return sum(costs) if costs and len(costs) == len(known) else None


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


StreamItem: TypeAlias = RetryScheduled | TextDelta | ReasoningDelta | ToolCall | Usage | Finish


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
