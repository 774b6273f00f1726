"""The turns of a recording, and what the user did in each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.conversation import ToolCall
from agent.events import ApprovalRequested, Decision
from agent.jsontypes import JsonObject, is_object
from agent.transcripts.lines import object_of, objects_of, text_of
from agent.transcripts.turns import split_turns
from evals.replaying.events import call_id_of

_ENDS = ("turn_finished", "turn_failed", "turn_interrupted")
_WITH_A_REASON = "The user declined this call and said why"


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """The events of one turn of a transcript, `turn_started` first.

    Args:
        number: Counted from 1.
        events: Until the turn ended.
        between: What happened between its end and the next turn.
    """

    number: int
    events: tuple[JsonObject, ...]
    between: tuple[JsonObject, ...] = ()

    @property
    def text(self) -> str:
        """What the user said."""
        return text_of(self.events[0], "text")

    @property
    def typed(self) -> str:
        """What the user typed, where the message was made from it."""
        return text_of(self.events[0], "typed")

    @property
    def context(self) -> str:
        """The facts of that moment."""
        return text_of(self.events[0], "context")

    @property
    def ended(self) -> bool:
        """Its end was written down, whichever it was."""
        return self.events[-1].get("type") in _ENDS

    @property
    def interrupted(self) -> bool:
        """It was stopped by the user or by a crash, so it cannot be run again to the same point."""
        return self.events[-1].get("type") not in ("turn_finished", "turn_failed")

    @property
    def failed(self) -> bool:
        """It ended with an error."""
        return self.events[-1].get("type") == "turn_failed"

    @property
    def by_hand(self) -> ToolCall | None:
        """The first call that the user made in the model's place, if this turn is one."""
        for event in self.events:
            if event.get("type") == "step_finished" and event.get("step") == 0:
                return next(calls_of(event), None)
        return None

    @property
    def is_by_hand(self) -> bool:
        """The user did something in the model's place, and said nothing."""
        return self.by_hand is not None

    @property
    def written_by_hand(self) -> tuple[tuple[str, JsonObject], ...]:
        """The calls by hand that changed something: the tool, and what it was made with."""
        if not self.is_by_hand:
            return ()
        writes = {
            call_id_of(event): event
            for event in self.events
            if event.get("type") == "tool_call_started" and event.get("effect") != "read"
        }
        done = [
            (writes[call_id_of(event)], event.get("edited"))
            for event in self.events
            if event.get("outcome") == "succeeded" and call_id_of(event) in writes
        ]
        return tuple(
            (text_of(begun, "name"), edited if is_object(edited) else object_of(begun, "arguments"))
            for begun, edited in done
        )

    @property
    def signs_in(self) -> bool:
        """The user signed in when the server wanted that."""
        return any(
            event.get("type") == "sign_in_requested" and bool(event.get("signed_in")) for event in self.events
        )

    @property
    def undoes(self) -> str:
        """The id of the call that the user took back by hand in this turn; empty where they did not."""
        for event in self.events:
            undo = event.get("undo")
            undoes = undo.get("undoes") if is_object(undo) else None
            if is_object(undoes):
                return text_of(undoes, "call_id")
        return ""

    @property
    def offered(self) -> tuple[str, ...]:
        """The functions that its first request offered, where they were not those of the turn before."""
        for event in self.events:
            if event.get("type") == "request_prefix":
                return tuple(text_of(each, "name") for each in objects_of(event, "functions"))
        return ()

    def decide(self, request: ApprovalRequested, asked: int) -> None:
        """Answer as the user did.

        Args:
            request: What is asked.
            asked: How often it was asked about this call before.
        """
        questions = [
            event
            for event in self.events
            if event.get("type") == "approval_requested" and event.get("call_id") == request.call.id
        ]
        if asked >= len(questions):
            self._rule(request)
            return
        request.decision = Decision(text_of(questions[asked], "decision"))
        if request.decision is Decision.EDITED:
            later = (event.get("edited") for event in questions[asked + 1 :])
            request.edited = next((each for each in later if is_object(each)), None)
        elif request.decision is Decision.DECLINED and self._told(request).startswith(_WITH_A_REASON):
            request.reason = self._told(request)

    def _rule(self, request: ApprovalRequested) -> None:
        """Answer where a rule of theirs did."""
        if self._end_of(request).get("decision") in ("declined", "denied_by_rule"):
            request.reason = self._told(request)
        else:
            request.decision = Decision.ALLOWED

    def _told(self, request: ApprovalRequested) -> str:
        return text_of(self._end_of(request), "text")

    def _end_of(self, request: ApprovalRequested) -> JsonObject:
        for event in self.events:
            if event.get("type") == "tool_call_finished" and call_id_of(event) == request.call.id:
                return event
        return {}


def read_turns(events: Sequence[JsonObject]) -> list[RecordedTurn]:
    """Cut the events of a transcript into turns.

    Args:
        events: All lines but the header.
    """
    turns: list[RecordedTurn] = []
    for turn in split_turns(events):
        ends = [index for index, event in enumerate(turn.events, 1) if event.get("type") in _ENDS]
        end = ends[0] if ends else len(turn.events)
        turns.append(RecordedTurn(turn.number, tuple(turn.events[:end]), tuple(turn.events[end:])))
    return turns


def calls_of(event: JsonObject) -> Iterator[ToolCall]:
    """The calls that a step made.

    Args:
        event: The end of a step.
    """
    for call in objects_of(event, "tool_calls"):
        yield ToolCall(text_of(call, "id"), text_of(call, "name"), text_of(call, "arguments"))
