"""The events of a turn: everything that a person, a script or a transcript ever sees of it.

A turn is an async generator of these. It begins with `TurnStarted` and ends with exactly one of
`TurnFinished` and `TurnFailed`. Between them come one or more steps:

    RequestPrefix?                    before the first step, and whenever the prefix changes
    StepStarted
      (TextDelta | ReasoningDelta | Notice)*
    StepFinished
      per tool call, in the model's order:
        ToolCallStarted?              missing where the call cannot run: no such tool, unfit arguments
          ApprovalRequested?          the reader answers it before it asks for the next event
        ToolCallFinished

Read calls of one step run side by side: their `ToolCallStarted` come together, their
`ToolCallFinished` in the order in which they end. Writes run one after the other.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from agent.conversation import ToolCall
from agent.errors import AgentError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FinishReason, FunctionDefinition, ReasoningDelta, TextDelta, Usage
from agent.tools.tool import Effect, Tool


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The user's message was taken; a `StepStarted` or the end of the turn follows."""

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class RequestPrefix:
    """What stands before the history in every request from now on; `StepStarted` follows."""

    model: str
    system: str
    functions: tuple[FunctionDefinition, ...]


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A request goes to the model; deltas or `StepFinished` follow. Steps count from 1 in each turn."""

    step: int


@dataclass(frozen=True, slots=True)
class StepFinished:
    """The model's message is whole and part of the conversation; its tool calls follow, if any."""

    step: int
    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    provider_items: tuple[JsonValue, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A call was parsed and validated; its approval or its end follows."""

    call: ToolCall
    title: str
    arguments: JsonObject
    effect: Effect


class Decision(StrEnum):
    """What was decided about a call."""

    ALLOWED = "allowed"
    ALLOWED_FOR_SESSION = "allowed_for_session"
    DECLINED = "declined"


@dataclass(slots=True)
class ApprovalRequested:
    """A write waits for a decision; unless the reader sets one, it is declined.

    The reader assigns `decision` (and `reason`, which the model is told) before it asks the
    generator for the next event. That next event is the call's `ToolCallFinished`.

    Args:
        call: The call as the model made it.
        tool: The tool it names.
        arguments: Its parsed arguments.
        effect: Write or destructive.
        summary: One line in the user's words of what it will change.
        details: Further lines, such as the title of what an id stands for.
    """

    call: ToolCall
    tool: Tool
    arguments: JsonObject
    effect: Effect
    summary: str
    details: tuple[str, ...] = ()
    decision: Decision = Decision.DECLINED
    reason: str = "The user declined this call."


class CallOutcome(StrEnum):
    """How a tool call ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INVALID = "invalid"
    DECLINED = "declined"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ToolCallFinished:
    """A call has its result and the result is part of the conversation.

    Args:
        call: The call.
        title: The tool's title.
        outcome: How it ended; `UNKNOWN` means that a write may or may not have happened.
        text: What the model reads.
        structured: The whole structured result, for rendering.
        duration: Seconds from start to end, approval excluded.
        decision: What was decided when an approval was needed, else `None`.
        error: Why the call has no result of its own: not approved, or the server could not be used.
    """

    call: ToolCall
    title: str
    outcome: CallOutcome
    text: str
    structured: JsonValue = field(default=None, repr=False)
    duration: float = 0.0
    decision: Decision | None = None
    error: AgentError | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know while the turn goes on: a retry, a warning, a wait."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The turn ended with an answer; the last event of a turn."""

    text: str
    usage: Usage
    steps: int


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn ended without an answer, the conversation is sound; the last event of a turn."""

    error: AgentError
    usage: Usage
    steps: int


Event: TypeAlias = (
    TurnStarted
    | RequestPrefix
    | StepStarted
    | TextDelta
    | ReasoningDelta
    | StepFinished
    | ToolCallStarted
    | ApprovalRequested
    | ToolCallFinished
    | Notice
    | TurnFinished
    | TurnFailed
)
