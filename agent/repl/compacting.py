"""`/compact`: what is typed after it, and what is shown of a summary."""

from agent.errors import UsageError
from agent.events import Compacted, CompactionUndone


def is_undo(rest: str) -> bool:
    """Read what follows `/compact`.

    Returns:
        Whether the last summary is to be taken back, rather than one made.

    Raises:
        UsageError: It is nothing that can follow.
    """
    if rest.lower().removeprefix("--") not in ("", "undo"):
        raise UsageError("/compact takes nothing, or “undo”.", "/compact undo")
    return bool(rest)


def describe_compaction(event: Compacted | CompactionUndone) -> str:
    """Say in one line what became of the beginning of the conversation."""
    if isinstance(event, Compacted):
        return (
            f"The first {event.covers} messages are summarised for the model: about {event.before_tokens:,} "
            f"tokens became {event.after_tokens:,}. Nothing is deleted; /compact undo takes it back."
        )
    if event.covers:
        return f"The last summary is taken back; an earlier one still stands for {event.covers} messages."
    return "The summary is taken back; the model reads the whole conversation again."
