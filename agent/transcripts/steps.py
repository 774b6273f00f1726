"""Steps that never ended: of what a killed program had written down of an answer, what still stands.

While an answer comes, its text is written in pieces (`step_text`). The end of the step holds all of it
again, so the pieces count only where there is no end.
"""

from collections.abc import Iterable, Iterator

from agent.jsontypes import JsonObject
from agent.transcripts.lines import TURN_BOUNDS, text_of

STEP_TEXT = "step_text"
"""A piece of an answer that was still coming."""

STEP_INTERRUPTED = "step_interrupted"
"""What had come of an answer that was broken off."""

STEP_ENDS = ("step_finished", STEP_INTERRUPTED)
"""What steps end with; each holds the whole text."""

# A step that begins anew says its text again.
_SUPERSEDES = (*STEP_ENDS, "step_started")


def settle(events: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Put one interrupted answer in the place of the pieces of each step that has no end.

    Args:
        events: The events as they were written, oldest first.
    """
    pieces: list[JsonObject] = []
    for event in events:
        kind = event.get("type")
        if kind == STEP_TEXT:
            pieces.append(event)
            continue
        if kind in _SUPERSEDES:
            pieces.clear()
        elif kind in TURN_BOUNDS:
            yield from _interrupted(pieces)
            pieces.clear()
        yield event
    yield from _interrupted(pieces)


def _interrupted(pieces: list[JsonObject]) -> Iterator[JsonObject]:
    if pieces:
        text = "".join(text_of(piece, "text") for piece in pieces)
        yield {**pieces[-1], "type": STEP_INTERRUPTED, "text": text}


def settle_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out of the lines of a file the pieces that do not count, without parsing any.

    Args:
        lines: The lines, the first one of the file first.
    """
    pieces: list[bytes] = []
    for line in lines:
        if line.startswith(_PIECE):
            pieces.append(line)
            continue
        if line.startswith(_SUPERSEDING_LINES):
            pieces.clear()
        elif line.startswith(_BOUND_LINES):
            yield from pieces
            pieces.clear()
        yield line
    yield from pieces


def _beginning(kind: str) -> bytes:
    return f'{{"type":"{kind}"'.encode()


_PIECE = _beginning(STEP_TEXT)
_SUPERSEDING_LINES = tuple(map(_beginning, _SUPERSEDES))
_BOUND_LINES = tuple(map(_beginning, TURN_BOUNDS))
