"""Finds the saved conversation that somebody means."""

from pathlib import Path

from agent.errors import UsageError
from agent.transcripts.reading import read_transcript
from agent.transcripts.saved import transcript_paths
from agent.transcripts.transcript import Transcript

LAST = "last"
"""Stands for the conversation that was used last."""

_HINT = "See those there are: astravue sessions"


def find_path(folder: Path, wanted: str) -> Path:
    """Find a transcript by its id, a beginning of it, or “last”.

    Raises:
        UsageError: There is no such conversation, or more than one.
    """
    paths = transcript_paths(folder)
    if wanted == LAST and paths:
        return next(iter(paths))
    exact = folder / f"{wanted}.jsonl"
    found = [exact] if exact in paths else [path for path in paths if path.stem.startswith(wanted)]
    if not found or not wanted:
        raise UsageError(f"There is no conversation “{wanted}”.", _HINT)
    if len(found) > 1:
        raise UsageError(f"“{wanted}” begins {len(found)} conversations.", "Give more of the id.")
    return found[0]


def find_transcript(folder: Path, wanted: str) -> Transcript:
    """Find and read a transcript; see `find_path`.

    Raises:
        UsageError: There is no such conversation, or more than one.
        AgentError: It cannot be read.
    """
    return read_transcript(find_path(folder, wanted))
