"""A conversation that begins as another one did and goes on in its own way."""

import os
from collections.abc import Sequence
from dataclasses import replace

from agent.context.kept_results import share_results
from agent.errors import AgentError, UsageError
from agent.jsontypes import JsonObject
from agent.system.folders import Folders
from agent.system.private_files import replace_file
from agent.transcripts.header import Origin, new_session_id
from agent.transcripts.lines import encode_line
from agent.transcripts.transcript import Transcript


def fork(folders: Folders, source: Transcript, turn: int | None, now: float) -> Transcript:
    """Write a new conversation that shares the history of another one, which stays as it is.

    The results that were kept for the model are shared too. What was changed before the fork can be undone
    from both sides, as `/undo` looks at how things are before it does anything.

    Args:
        folders: Where conversations are kept.
        source: The conversation.
        turn: The last turn to share, counted from 1; all of them when left out.
        now: Unix seconds.

    Raises:
        UsageError: It has no such turn.
        AgentError: The new one cannot be written.
    """
    turns = source.turns
    if turn is None:
        turn = len(turns)
    if not 1 <= turn <= len(turns):
        there = f"its turns are 1 to {len(turns)}" if turns else "nothing was said in it"
        raise UsageError(f"Nothing was forked: {source.header.id} has no turn {turn}, {there}.")
    header = replace(
        source.header, id=new_session_id(now), created=now, forked_from=Origin(source.header.id, turn)
    )
    path = folders.sessions / f"{header.id}.jsonl"
    events = _until(source.events, turns[turn].events[0] if turn < len(turns) else None)
    forked = Transcript(header, events, path)
    calls = sum(event.get("type") == "tool_call_finished" for event in events)
    try:
        share_results(folders.results / source.path.stem, folders.results / path.stem, calls)
        replace_file(path, b"".join(map(encode_line, [header.to_json(), *events])))
    except OSError as error:
        raise AgentError(
            f"The fork could not be written ({error.strerror or error}); {source.header.id} is as it was.",
            f"Check the disk: df -h {os.fspath(folders.data)}",
        ) from error
    return forked


def _until(events: Sequence[JsonObject], end: JsonObject | None) -> tuple[JsonObject, ...]:
    """The events before the one that begins another turn."""
    for position, event in enumerate(events):
        if event is end:
            return tuple(events[:position])
    return tuple(events)
