"""Deletes conversations, with all that was kept for them."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from agent.context.kept_results import delete_results
from agent.errors import AgentError
from agent.system.folders import Folders
from agent.transcripts.locking import ConversationLock
from agent.transcripts.saved import paths_aside, transcript_paths

_LOGGER = logging.getLogger(__name__)
DAY_SECONDS = 24 * 60 * 60


def delete_conversation(folders: Folders, path: Path) -> None:
    """Delete a conversation: its transcript, damaged ones that were kept aside, and its long results.

    Args:
        folders: Where conversations are kept.
        path: The transcript.

    Raises:
        AgentError: A window has it open, or it cannot be deleted.
    """
    lock = ConversationLock(path)
    lock.acquire()
    try:
        delete_results(folders.results / path.stem)
        for each in (*paths_aside(path), path):
            each.unlink(missing_ok=True)
    except OSError as error:
        raise AgentError(f"{path.stem} could not be deleted: {error.strerror or error}.") from error
    finally:
        lock.release()


def unused_for(folder: Path, days: float, now: float) -> Iterator[Path]:
    """The transcripts in which nothing was said for so many days.

    Args:
        folder: Where transcripts lie.
        days: How many.
        now: Unix seconds.
    """
    latest = now - days * DAY_SECONDS
    return (path for path, used in transcript_paths(folder).items() if used < latest)


def beyond(folder: Path, count: int) -> Iterator[Path]:
    """The transcripts that are not among the so many used last."""
    return islice(transcript_paths(folder), count, None)


def tidy(
    folders: Folders,
    *,
    keep_days: float = 0,
    keep: int = 0,
    except_for: Iterable[Path] = (),
    clock: Callable[[], float] = time.time,
) -> int:
    """Delete what the settings say is not kept any longer; what a window has open stays.

    Args:
        folders: Where conversations are kept.
        keep_days: How long a conversation is kept after it was last used; 0 for ever.
        keep: How many are kept; 0 for all.
        except_for: Transcripts that stay.
        clock: Unix seconds.

    Returns:
        How many were deleted.
    """
    doomed: dict[Path, str] = {}
    if keep_days:
        why = f"it was not used for {keep_days:g} days"
        doomed |= dict.fromkeys(unused_for(folders.sessions, keep_days, clock()), why)
    if keep:
        doomed |= dict.fromkeys(beyond(folders.sessions, keep), f"{keep} newer ones are kept")
    deleted = 0
    for path, why in doomed.items():
        if path in except_for:
            continue
        try:
            delete_conversation(folders, path)
        except AgentError as error:
            _LOGGER.warning("the conversation %s stays: %s", path.stem, error.message)
        else:
            deleted += 1
            _LOGGER.warning("the conversation %s was deleted, as the settings say: %s", path.stem, why)
    return deleted
