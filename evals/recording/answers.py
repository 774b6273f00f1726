"""What a server answered in a conversation, so that the answers can be served again."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from agent.jsontypes import JsonObject, dump, is_object
from agent.transcripts.lines import text_of
from evals.definitions.recorded_server import RecordedCall
from evals.replaying.events import call_id_of
from evals.replaying.offered import OWN_FUNCTIONS

# What stands where the program has left something out of a long result.
_CUT = re.compile(r"\n\[cut here: ")


def read_answers(events: Sequence[JsonObject]) -> Iterator[RecordedCall]:
    """The calls that the server answered, in the order in which they were made.

    Args:
        events: All lines but the header.
    """
    started = {call_id_of(event): event for event in events if event.get("type") == "tool_call_started"}
    for event in events:
        begun = started.get(call_id_of(event))
        if event.get("type") != "tool_call_finished" or begun is None:
            continue
        answered = text_of(event, "outcome") in ("succeeded", "failed") and event.get("error") is None
        tool, edited = text_of(begun, "name"), event.get("edited")
        arguments = edited if is_object(edited) else begun.get("arguments")
        if not answered or tool in OWN_FUNCTIONS or not is_object(arguments):
            continue
        text, structured = text_of(event, "text"), event.get("structured")
        if structured is not None and _CUT.search(text):
            # The whole of it; the program cuts it again.
            text = "" if is_object(structured) else dump(structured)
        yield RecordedCall(
            tool,
            arguments,
            text,
            structured if is_object(structured) else None,
            event.get("outcome") == "failed",
            begun.get("effect") != "read",
        )


def leave_out_repeats(calls: Sequence[RecordedCall]) -> list[RecordedCall]:
    """Leave out calls whose answer would be found without them, as it is the last one given to their like.

    Args:
        calls: In the order in which they were made; see `Answers` for how they are found.
    """
    kept: list[RecordedCall] = []
    later: dict[str, RecordedCall] = {}
    for index in range(len(calls) - 1, -1, -1):
        call = calls[index]
        if call.writes:
            later.clear()
            if not index or calls[index - 1] != call:
                kept.append(call)
            continue
        before = next((each for each in _until_write(calls, index) if each.key == call.key), None)
        if before != call or later.get(call.key, call) != call:
            kept.append(call)
            later[call.key] = call
    return kept[::-1]


def _until_write(calls: Sequence[RecordedCall], end: int) -> Iterator[RecordedCall]:
    """The calls before one, the nearest first, back to the last that wrote."""
    return takewhile(lambda call: not call.writes, reversed(calls[:end]))


def lost_turns(events: Sequence[JsonObject]) -> Iterator[int]:
    """The turns in which a server could not be used, which answers alone cannot bring about again.

    Args:
        events: All lines but the header.
    """
    turn = 0
    for event in events:
        turn += event.get("type") == "turn_started"
        is_lost = event.get("error") is not None and event.get("outcome") in ("failed", "unknown")
        if event.get("type") == "tool_call_finished" and is_lost:
            yield turn
