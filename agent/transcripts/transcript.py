"""A transcript as it was read: JSON Lines, a header and then one event a line.

The form is described in docs/transcripts.md.
"""

from dataclasses import dataclass
from pathlib import Path

from agent.conversation import Conversation
from agent.jsontypes import JsonObject, is_object
from agent.transcripts.header import Header
from agent.transcripts.messages import read_conversation
from agent.transcripts.titles import title_of
from agent.transcripts.turns import Turn, split_turns


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript as read from its file.

    Args:
        header: The first line.
        events: The further lines, oldest first.
        path: The file.
        complete: The file ends with a whole line.
    """

    header: Header
    events: tuple[JsonObject, ...]
    path: Path
    complete: bool = True

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Its turns, oldest first."""
        return tuple(split_turns(self.events))

    @property
    def title(self) -> str:
        """What it is about."""
        return title_of(turn.events[0] for turn in split_turns(self.events))

    @property
    def offered(self) -> tuple[str, ...]:
        """The functions that its last request offered, by name."""
        for event in reversed(self.events):
            functions = event.get("functions")
            if event.get("type") == "request_prefix" and isinstance(functions, list):
                return tuple(str(each["name"]) for each in functions if is_object(each) and "name" in each)
        return ()

    def conversation(self) -> Conversation:
        """The conversation as it stood, sound even if the program was killed in the middle of a turn."""
        return read_conversation(self.events)
