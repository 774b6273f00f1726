"""Writes down a trial so that the same trial always gives the same bytes."""

import re
from collections.abc import Iterator, Sequence

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.transcripts.lines import encode_line
from evals.definitions.case import Case
from evals.replaying.events import call_id_of

_SERVER = "http://127.0.0.1:8631/mcp"
_ADDRESS = re.compile(r"\b(127\.0\.0\.1|localhost):\d+")


def write_canonical(events: Sequence[JsonObject], case: Case, header: JsonObject | None = None) -> bytes:
    """Write the transcript of a case.

    What a run alone decides is put in order: the conversation's id and times, how long calls took, which of
    two reads that ran side by side ended first, and the port that the sandbox was served at.

    Args:
        events: The lines of the trial's transcript, the header first.
        case: What was tried.
        header: The first line that the transcript has already, if it has one that is to stay.
    """
    start = case.workspace.start_time.timestamp()
    lines = [header or _header(events[0], case, start)]
    for number, event in enumerate(_in_order(events[1:]), 1):
        line = {key: value for key, value in event.items() if key != "time"}
        if "duration" in line:
            line["duration"] = 0.0
        lines.append({**line, "time": start + number})
    return b"".join(encode_line(line) for line in map(_without_port, lines))


def _header(header: JsonObject, case: Case, start: float) -> JsonObject:
    kept = {key: value for key, value in header.items() if key != "profile"}
    return {**kept, "id": case.id, "created": start, "server": _SERVER}


def _in_order(events: Sequence[JsonObject]) -> Iterator[JsonObject]:
    """The events, with the ends of calls that ran side by side in the order in which the calls were made."""
    order: dict[str, int] = {}
    ends: list[JsonObject] = []
    for event in events:
        if event.get("type") == "tool_call_finished":
            ends.append(event)
            continue
        yield from sorted(ends, key=lambda end: order.get(call_id_of(end), 0))
        ends.clear()
        calls = event.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            if is_object(call):
                order[str(call.get("id"))] = len(order)
        yield event
    yield from sorted(ends, key=lambda end: order.get(call_id_of(end), 0))


def _without_port(line: JsonObject) -> JsonObject:
    return {key: _usual_port(value) for key, value in line.items()}


def _usual_port(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return _ADDRESS.sub(r"\1:8631", value)
        case list():
            return [_usual_port(item) for item in value]
        case dict():
            return _without_port(value)
        case _:
            return value
