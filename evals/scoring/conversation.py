"""What was said and done in a trial, read from the lines of its transcript."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.events import CallOutcome
from agent.jsontypes import JsonObject, is_object, parse_object
from agent.transcripts.lines import TURN_STARTED, object_of, text_of


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call that ended.

    Args:
        tool: The tool.
        arguments: What it was made with, by the user's hand where they changed it.
        outcome: How it ended.
    """

    tool: str
    arguments: JsonObject
    outcome: str

    @property
    def succeeded(self) -> bool:
        """Whether it was made and did what it does."""
        return self.outcome == CallOutcome.SUCCEEDED


@dataclass(slots=True)
class SeenTurn:
    """One turn.

    Args:
        answer: What was answered; empty if nothing was.
        exit_code: What it ended with; `None` if it did not end.
        problem: Why there is no answer.
        calls: The calls, in the order in which they ended.
    """

    answer: str = ""
    exit_code: int | None = None
    problem: str = ""
    calls: list[MadeCall] = field(default_factory=list[MadeCall])


def read_turns(events: Iterable[JsonObject]) -> list[SeenTurn]:
    """Read the turns of a transcript.

    Args:
        events: Its lines, as docs/transcripts.md describes them.
    """
    turns: list[SeenTurn] = []
    started: dict[str, JsonObject] = {}
    for event in events:
        kind = event.get("type")
        if kind == TURN_STARTED:
            turns.append(SeenTurn())
        elif kind == "tool_call_started":
            started[text_of(event, "call_id")] = object_of(event, "arguments")
        elif turns and kind == "tool_call_finished":
            turns[-1].calls.append(_read_call(event, started))
        elif turns and kind == "turn_finished":
            turns[-1].answer, turns[-1].exit_code = text_of(event, "text"), 0
        elif turns and kind == "turn_failed":
            error = object_of(event, "error")
            code = error.get("exit_code")
            turns[-1].exit_code = code if isinstance(code, int) else None
            turns[-1].problem = text_of(error, "message")
    return turns


def _read_call(event: JsonObject, started: dict[str, JsonObject]) -> MadeCall:
    call = object_of(event, "call")
    edited = event.get("edited")
    written = started.pop(text_of(call, "id"), None)
    if is_object(edited):
        arguments = edited
    elif written is not None:
        arguments = written
    else:
        arguments = _parse(text_of(call, "arguments"))
    return MadeCall(text_of(call, "name"), arguments, text_of(event, "outcome"))


def _parse(text: str) -> JsonObject:
    # A call that was refused for its arguments was never started.
    try:
        return parse_object(text)
    except ValueError:
        return {}
