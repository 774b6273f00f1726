"""A conversation: messages that are only ever appended.

A history that is never rewritten keeps the prefix of every request byte-stable, which is what
prompt caches need, and lets a transcript be the conversation. A summary stands beside it and changes
what a model is shown, not what was said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.jsontypes import JsonValue


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asked for.

    Args:
        id: The call's id, unique within the conversation; its result carries the same id.
        name: The function's name: the tool's own, unless endpoints refuse such names.
        arguments: The arguments as the JSON text that the model wrote, valid or not.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What the user said, and the context of that moment.

    Args:
        text: The user's own words.
        context: Facts that change from turn to turn, the date above all; kept out of the system
            prompt so that its prefix stays byte-stable. Empty when there are none.
    """

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """What the model said, and the calls it asked for.

    Args:
        text: The answer so far; may be empty when there are tool calls.
        tool_calls: Each is followed by one `ToolMessage` with its id before the next other message.
        interrupted: The stream ended before the model had finished.
        provider_items: Opaque items that the same endpoint wants back, such as encrypted reasoning.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    interrupted: bool = False
    provider_items: tuple[JsonValue, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolMessage:
    """What came of one call.

    Args:
        call_id: The id of the `ToolCall` that it answers.
        name: The tool's name.
        text: What the model reads, capped in length.
        is_error: The call failed, was refused or was declined.
        structured: The whole structured result for code that renders or looks things up; endpoints never
            see it. `None` if there is none, or it is too large to keep.
        declined: The user did not approve the call.
    """

    call_id: str
    name: str
    text: str
    is_error: bool = False
    structured: JsonValue = field(default=None, repr=False)
    declined: bool = False


Message: TypeAlias = UserMessage | AssistantMessage | ToolMessage


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model is shown in place of the beginning of a conversation.

    Args:
        text: The summary.
        covers: How many messages it stands for, from the first on; a turn begins after them.
    """

    text: str
    covers: int


class Conversation:
    """The messages of one conversation, oldest first, and the summaries that stand for some of them.

    Args:
        messages: What was said already.
        summaries: The summaries in force, each covering more than the one before.
    """

    def __init__(self, messages: Iterable[Message] = (), summaries: Iterable[Summary] = ()) -> None:
        self._messages: list[Message] = list(messages)
        self._summaries: list[Summary] = list(summaries)

    @property
    def messages(self) -> Sequence[Message]:
        """The messages so far; a tuple, so that a request keeps what it was built from."""
        return tuple(self._messages)

    def append(self, message: Message) -> None:
        """Add a message at the end."""
        self._messages.append(message)

    @property
    def summary(self) -> Summary | None:
        """The summary in force; the messages that it stands for are still there."""
        return self._summaries[-1] if self._summaries else None

    def summarise(self, summary: Summary) -> None:
        """Let a summary stand for the beginning, on top of what earlier ones covered."""
        self._summaries.append(summary)

    def take_back_summary(self) -> Summary | None:
        """Undo the last summary; returns it, or nothing if there was none."""
        return self._summaries.pop() if self._summaries else None

    def unanswered_calls(self) -> tuple[ToolCall, ...]:
        """The calls of the last assistant message that have no result yet, in order.

        Endpoints refuse a history in which a call has no result, so whoever interrupts a turn
        answers these before leaving.
        """
        answered: set[str] = set()
        for message in reversed(self._messages):
            if isinstance(message, ToolMessage):
                answered.add(message.call_id)
            elif isinstance(message, AssistantMessage):
                return tuple(call for call in message.tool_calls if call.id not in answered)
            else:
                break
        return ()
