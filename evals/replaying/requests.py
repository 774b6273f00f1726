"""The requests that a recording implies: what its program must have sent, and what came of each.

A request is not written down whole. It follows from the last `request_prefix` before it, from the messages
that the events until then make, and from the summaries in force, as `agent.context.keeper` shows them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from agent.context.compaction import introduce, write_question
from agent.context.fitting import Cut, History, show_history
from agent.conversation import Message, ToolMessage, UserMessage
from agent.errors import ContextError, LimitError, ModelError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import Finish, FinishReason, StreamItem, TextDelta, Usage
from agent.prompt_files import read_prompt
from agent.transcripts.lines import TURN_STARTED, objects_of, text_of
from agent.transcripts.messages import read_conversation
from evals.replaying.turns import calls_of

_PREFIX = "request_prefix"
_STEP_STARTED = "step_started"
_COMPACTED = "compacted"
_TAKEN_BACK = "compaction_undone"
# The program adds this to a summary each time, so that it is not a part of what the model wrote.
_DECLINED = "\n\nDeclined by the user: "


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as the recording implies it, and its answer.

    Args:
        turn: The turn that it belongs to, counted from 1.
        step: The step in it, counted from 1; 0 for a summary of what was before.
        system: The system prompt.
        functions: The functions that were offered, as they were written down.
        messages: The history.
        answer: What the model said, item by item.
        error: What broke the answer off; `None` where it was whole.
    """

    turn: int
    step: int
    system: str
    functions: Sequence[JsonObject]
    messages: Sequence[Message]
    answer: Sequence[StreamItem] = field(repr=False)
    error: ModelError | LimitError | None = None

    @property
    def is_summary(self) -> bool:
        """The model was asked to summarise."""
        return not self.step


def read_requests(events: Sequence[JsonObject]) -> Iterator[RecordedRequest]:
    """The requests of a transcript, in their order.

    Args:
        events: All lines but the header.
    """
    prefix: JsonObject = {}
    turn = 0
    for index, event in enumerate(events):
        kind, step = event.get("type"), event.get("step")
        if kind == TURN_STARTED:
            turn += 1
        elif kind == _PREFIX:
            prefix = event
        elif kind == _COMPACTED:
            yield _summary(turn, event, events[:index])
        elif kind == _STEP_STARTED and isinstance(step, int):
            functions = objects_of(prefix, "functions")
            system = str(prefix.get("system", ""))
            answer, error = _answer(events[index + 1 :])
            yield RecordedRequest(turn, step, system, functions, _shown(events[:index]), answer, error)


def _shown(events: Sequence[JsonObject]) -> Sequence[Message]:
    conversation = read_conversation(events)
    messages, summary = tuple(conversation.messages), conversation.summary
    if summary is None or not 0 < summary.covers < len(messages):
        return messages
    covered, rest = messages[: summary.covers], messages[summary.covers :]
    if not isinstance(rest[0], UserMessage):
        return messages
    results = sum(isinstance(message, ToolMessage) for message in covered)
    return show_history(History(rest, introduce(summary.text), results), Cut())


def _summary(turn: int, event: JsonObject, before: Sequence[JsonObject]) -> RecordedRequest:
    conversation = read_conversation(before)
    covers = event.get("covers")
    end = covers if isinstance(covers, int) else 0
    earlier = conversation.summary
    question = write_question(
        conversation.messages[earlier.covers if earlier else 0 : end],
        earlier.text if earlier else "",
        lambda _message: True,
    )
    written = text_of(event, "text").partition(_DECLINED)[0]
    answer = (TextDelta(written), Usage(), Finish(FinishReason.STOP))
    messages = () if question is None else (question,)
    return RecordedRequest(turn, 0, read_prompt("compaction"), (), messages, answer)


def _answer(
    following: Sequence[JsonObject],
) -> tuple[Sequence[StreamItem], ModelError | LimitError | None]:
    """What the model said in the step that has just begun, and what broke it off."""
    said = ""
    for event in takewhile(lambda each: each.get("type") != _STEP_STARTED, following):
        match event.get("type"):
            case "step_finished":
                return _whole(event), None
            case "step_interrupted":
                said = text_of(event, "text")
            case "turn_failed":
                return [TextDelta(said)] if said else [], _error(event.get("error"))
            case _:
                pass
    # Another step follows at once where the endpoint found the request too long.
    return [TextDelta(said)] if said else [], ContextError("The request is too long.")


def _whole(event: JsonObject) -> Sequence[StreamItem]:
    text = text_of(event, "text")
    opaque = event.get("provider_items")
    reason = FinishReason(text_of(event, "finish_reason"))
    finish = Finish(reason, tuple(opaque) if isinstance(opaque, list) else ())
    return [*([TextDelta(text)] if text else []), *calls_of(event), Usage(), finish]


def _error(value: JsonValue) -> ModelError | LimitError:
    error = value if isinstance(value, dict) else {}
    kind = LimitError if error.get("kind") == LimitError.__name__ else ModelError
    return kind(text_of(error, "message"), text_of(error, "hint"))
