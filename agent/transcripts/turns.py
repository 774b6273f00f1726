"""The turns of a transcript: what the user said, what was answered, and the events in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.jsontypes import JsonObject
from agent.transcripts.lines import TURN_STARTED, text_of
from agent.transcripts.steps import STEP_ENDS


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn.

    Args:
        number: Counted from 1.
        events: Its events, `turn_started` first; what follows a turn before the next one belongs to it.
    """

    number: int
    events: Sequence[JsonObject]

    @property
    def said(self) -> str:
        """What the user typed, or sent where that is the same."""
        return text_of(self.events[0], "typed") or text_of(self.events[0], "text")

    @property
    def answer(self) -> str:
        """What was answered last, or what of it had come."""
        spoken = (text_of(event, "text") for event in reversed(self.events) if event.get("type") in STEP_ENDS)
        return next(filter(None, spoken), "")

    @property
    def calls(self) -> tuple[tuple[str, str], ...]:
        """The calls that were made: the tool's title, and how each ended."""
        return tuple(
            (text_of(event, "title"), text_of(event, "outcome"))
            for event in self.events
            if event.get("type") == "tool_call_finished"
        )


def split_turns(events: Sequence[JsonObject]) -> Iterator[Turn]:
    """Cut events into turns; what comes before the first is passed over."""
    begins = [index for index, event in enumerate(events) if event.get("type") == TURN_STARTED]
    for number, (begin, end) in enumerate(pairwise([*begins, len(events)]), start=1):
        yield Turn(number, events[begin:end])
