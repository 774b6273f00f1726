"""The events of a turn: everything that a person, a script or a transcript ever sees of it.

A turn is an async generator of these. It begins with `TurnStarted` and ends with exactly one of
`TurnFinished` and `TurnFailed`. Between them come one or more steps:

    RequestPrefix?                    before the first step, and whenever the prefix changes
    Compacted?                        when the history no longer fits
    StepStarted
      (TextDelta | ReasoningDelta | Notice)*
    StepFinished
      per tool call, in the model's order:
        ToolCallStarted?              missing where the call cannot run: no such tool, unfit arguments
          ApprovalRequested*          the reader answers it before it asks for the next event; another
                                      one follows where the user changes the arguments
          ToolCallProgress*
        ToolCallFinished

Read calls of one step run side by side: their `ToolCallStarted` come together, their
`ToolCallFinished` in the order in which they end. Writes run one after the other.

What the server does of its own accord comes from outside the turn, and so may stand between any two
events of it: `Notice`, `WaitStarted`, `ListChanged`, `ServerLog`, and the two questions
`ElicitationRequested` and `SignInRequested`, which the reader answers before it asks for the next
event, as it does an approval.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import urlsplit

from agent.conversation import ToolCall
from agent.errors import AgentError
from agent.forms.form import Form, FormValue
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FinishReason, FunctionDefinition, ReasoningDelta, TextDelta, Usage
from agent.tools.tool import Effect, Tool


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The user's message was taken; a `StepStarted` or the end of the turn follows.

    Args:
        text: The message.
        context: The date of that moment, as the model reads it.
        typed: What the user typed, where the message was made from it; empty where it is the message.
    """

    text: str
    context: str = ""
    typed: str = ""


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
    """What was decided about a call: by the user, or by a rule of theirs."""

    ALLOWED = "allowed"
    ALLOWED_FOR_SESSION = "allowed_for_session"
    ALLOWED_ALWAYS = "allowed_always"
    ALLOWED_BY_RULE = "allowed_by_rule"
    DECLINED = "declined"
    DENIED_BY_RULE = "denied_by_rule"
    EDITED = "edited"


KEPT_BACK = "secret"
"""The rule that refuses calls with a secret of this program in their arguments; no setting names it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One argument of a call, as a person reads it.

    Args:
        name: The argument.
        label: What it is called.
        before: What there was; empty where that is not known, or where there was nothing.
        after: What the call gives, names beside ids.
    """

    name: str
    label: str
    before: str
    after: str


@dataclass(slots=True)
class ApprovalRequested:
    """A write waits for a decision; unless the reader sets one, it is declined.

    The reader assigns `decision` (and `reason`, which the model is told) before it asks the
    generator for the next event. That next event of the turn is the call's `ToolCallProgress` or
    `ToolCallFinished`; after `EDITED` it is another one of these, about the arguments in `edited`.

    Args:
        call: The call as the model made it.
        tool: The tool it names.
        arguments: What it would be made with.
        effect: Write or destructive.
        summary: One line in the user's words of what it will change.
        details: Further lines, such as the title of what an id stands for.
        decision: The answer.
        reason: What the model is told if the call does not run.
        because: Why it asks although an earlier yes covers the tool; empty otherwise.
        undo: Whether it can be undone and what of it cannot, in one sentence; empty for reads.
        may_remember: A yes may hold for further calls of the tool in this session.
        may_keep: A yes may hold for good.
        may_edit: The user may change the arguments.
        changes: What of `details` is about one argument each, with old and new values.
        is_edited: The arguments are the user's, no longer those of the call.
        edited: What the user wants instead of `arguments`; part of the answer.
    """

    call: ToolCall
    tool: Tool
    arguments: JsonObject
    effect: Effect
    summary: str
    details: tuple[str, ...] = ()
    decision: Decision = Decision.DECLINED
    reason: str = "The user declined this call."
    because: str = ""
    undo: str = ""
    may_remember: bool = True
    may_keep: bool = False
    may_edit: bool = False
    changes: tuple[Change, ...] = ()
    is_edited: bool = False
    edited: JsonObject | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ToolCallProgress:
    """A call that was started tells how far it is; more of these or its `ToolCallFinished` follow.

    Args:
        call: The call.
        done: How much is done, in the server's own unit; it only grows.
        total: How much there is to do; `None` where the server does not know.
        message: What it is doing, one line; may be empty.

    Source: MCP 2025-11-25 and 2026-07-28, Utilities, Progress.
    """

    call: ToolCall
    done: float
    total: float | None = None
    message: str = ""

    @property
    def fraction(self) -> float | None:
        """How much is done, from 0 to 1; `None` where nobody knows."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total and self.total > 0 else None


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
        decision: What was decided about it; `None` for a read that no rule names.
        error: Why the call has no result of its own: not approved, or the server could not be used.
        rule: Which rule decided, in the user's own spelling; empty where the user did, or nobody.
        undo: How to take a write back, as `agent.undo.record` writes it; `None` if nothing changed.
        edited: What it was made with, where the user had changed the arguments.
    """

    call: ToolCall
    title: str
    outcome: CallOutcome
    text: str
    structured: JsonValue = field(default=None, repr=False)
    duration: float = 0.0
    decision: Decision | None = None
    error: AgentError | None = None
    rule: str = ""
    undo: JsonObject | None = field(default=None, repr=False)
    edited: JsonObject | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know while the turn goes on: a retry, a warning, a wait."""

    text: str


@dataclass(frozen=True, slots=True)
class Compacted:
    """A summary stands for the beginning of the conversation in requests from now on.

    A `StepStarted` or `TurnFailed` follows; nothing does if the user asked for it between two turns.

    Args:
        text: The summary.
        covers: How many messages it stands for, from the first on; they are kept.
        before_tokens: How long the next request would have been.
        after_tokens: How long it is now.
        usage: What the summary itself took.
    """

    text: str
    covers: int
    before_tokens: int
    after_tokens: int
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class CompactionUndone:
    """The last summary no longer stands for anything; only between two turns, and nothing follows it.

    Args:
        covers: How many messages an earlier summary still stands for; 0 without one.
    """

    covers: int = 0


@dataclass(frozen=True, slots=True)
class WaitStarted:
    """The server or the model's endpoint wants a wait; whatever waits goes on by itself after it.

    Any event may follow.

    Args:
        reason: Why, in one sentence.
        seconds: How long it takes from now.
    """

    reason: str
    seconds: float


class ListKind(StrEnum):
    """What a server lists."""

    TOOLS = "tools"
    PROMPTS = "prompts"
    RESOURCES = "resources"


@dataclass(frozen=True, slots=True)
class ListChanged:
    """The server lists something else from now on. Any event may follow.

    New tools are offered to the model with the next step, which a `RequestPrefix` precedes then.
    """

    kind: ListKind


class LogLevel(StrEnum):
    """How serious a server's message is.

    Source: RFC 5424, section 6.2.1, whose names MCP uses.
    """

    DEBUG = "debug"
    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"
    ALERT = "alert"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class ServerLog:
    """The server logged something that a person should see: a warning or worse. Any event may follow.

    Args:
        level: How serious it is.
        logger: Which part of the server says so; may be empty.
        text: One line, without secrets and control characters.
    """

    level: LogLevel
    logger: str
    text: str


class ElicitationAction(StrEnum):
    """How the user answered what a server asked; the values are those of MCP's `ElicitResult`."""

    ACCEPTED = "accept"
    DECLINED = "decline"
    CANCELLED = "cancel"


@dataclass(slots=True)
class ElicitationRequested:
    """The server asks the user for something; unless the reader answers, it is cancelled.

    The reader assigns `action`, and `content` to an accepted form, before it asks the generator for
    the next event. Any event may follow.

    Args:
        server: Who asks, fit to be shown.
        message: What it asks for, in its own words.
        form: The fields to fill in; `None` if the user is to open `url` instead.
        url: What to open. It is never opened unless the user says so, and what happens there is
            between the user and that page.
        action: The answer.
        content: Field name to value; left out of `repr`, as it is the user's own.

    Source: MCP 2025-11-25 and 2026-07-28, Client features, Elicitation.
    """

    server: str
    message: str
    form: Form | None = None
    url: str = ""
    action: ElicitationAction = ElicitationAction.CANCELLED
    content: dict[str, FormValue] = field(default_factory=dict[str, FormValue], repr=False)

    @property
    def host(self) -> str:
        """The host of `url`, in the ASCII form in which no letter passes for another; empty without one."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host.encode("idna").decode("ascii")
        except UnicodeError:
            return ascii(host)


@dataclass(slots=True)
class SignInRequested:
    """A request was refused until the user signs in; unless the reader does that, the request fails.

    The reader signs in and sets `signed_in` before it asks the generator for the next event. Then the
    refused request is sent again and the turn goes on; else `TurnFailed` follows. Requests that were
    refused side by side share one of these.

    Args:
        error: Why, and what failed if nobody signs in.
        signed_in: Somebody did; set by the reader.
    """

    error: AgentError
    signed_in: bool = False


Question: TypeAlias = ElicitationRequested | SignInRequested
"""What comes from outside a turn and wants an answer."""

OutsideEvent: TypeAlias = Notice | WaitStarted | ListChanged | ServerLog
"""What comes from outside a turn and wants none."""


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
    | ToolCallProgress
    | ToolCallFinished
    | Compacted
    | CompactionUndone
    | OutsideEvent
    | Question
    | TurnFinished
    | TurnFailed
)
