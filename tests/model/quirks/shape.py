"""What a quirk is: who does it, the bytes of the answer, and what must become of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.errors import AgentError, ModelError
from agent.jsontypes import JsonObject
from agent.model.protocol import FinishReason, Usage
from tests.model.fake_endpoint import DONE, Reply, event


@dataclass(frozen=True)
class Answer:
    """The right result.

    Args:
        text: The whole text.
        reasoning: The whole reasoning.
        calls: Name and arguments of each call.
        ids: The calls' ids, where the endpoint says them; else they are made up, and unique.
        usage: What was counted.
        finish: Why the model stopped; with calls always because of them.
    """

    text: str = ""
    reasoning: str = ""
    calls: Sequence[tuple[str, str]] = ()
    ids: Sequence[str] = ()
    usage: Usage | None = None
    finish: FinishReason = FinishReason.STOP


@dataclass(frozen=True)
class Broken:
    """A clear error.

    Args:
        words: What its sentence says, besides other things.
        kind: Its class.
        text: What of the answer was passed on before.
        reasoning: What of the reasoning was passed on before.
    """

    words: Sequence[str]
    kind: type[AgentError] = ModelError
    text: str = ""
    reasoning: str = ""


@dataclass(frozen=True)
class Quirk:
    """Something that endpoints do.

    Args:
        name: What it is.
        who: Vendors and servers that do it, or did for long.
        reply: The answer, to the byte.
        expected: What must become of it.
        ends_early: It says that the answer is over before it is; one that is cut there looks whole.
    """

    name: str
    who: str
    reply: Reply
    expected: Answer | Broken
    ends_early: bool = False

    @property
    def body(self) -> bytes:
        """All bytes of the body."""
        return b"".join(self.reply.pieces)


def sent(*chunks: JsonObject | bytes, done: bool = True, cut: bool = False) -> Reply:
    """A stream of chunks, or of bytes as they are."""
    events = [each if isinstance(each, bytes) else event(each) for each in chunks]
    return Reply([*events, DONE] if done else events, cut=cut)


def called(*calls: tuple[str, str], text: str = "", ids: Sequence[str] = ()) -> Answer:
    """An answer that asks for calls."""
    return Answer(text, calls=calls, ids=ids, finish=FinishReason.TOOL_CALLS)
