"""One conversation while it is open: what was said, its record, its long results and its changes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from agent.conversation import Conversation, ToolMessage
from agent.folders import Folders
from agent.jsontypes import JsonValue
from agent.kept_results import KeptResults
from agent.transcripts.header import Header, new_session_id
from agent.transcripts.locking import ConversationLock
from agent.transcripts.recorder import Recorder
from agent.transcripts.transcript import Transcript
from agent.undo.journal import Journal
from agent.undo.log import read_entries


class OpenConversation:
    """What belongs to one conversation and to no other.

    Args:
        folders: Where conversations are kept.
        server: The MCP server that a new one is with.
        resumed: The one to go on with; a new one when left out.
        profile: Whose sign-in a new one is with.
        workspace: How to build a new one's workspace again, for its header.
        say: Told once, in one sentence, when it can no longer be saved.
        clock: Unix seconds.

    Raises:
        AgentError: Another window has the conversation open.
    """

    def __init__(
        self,
        folders: Folders,
        server: str,
        resumed: Transcript | None,
        *,
        profile: str,
        workspace: Mapping[str, str],
        say: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        header = resumed.header if resumed else None
        self.header = header or Header(
            new_session_id(clock()), clock(), server, workspace=workspace, profile=profile
        )
        self.resumed = resumed
        self.messages = resumed.conversation() if resumed else Conversation()
        path = resumed.path if resumed else folders.sessions / f"{self.header.id}.jsonl"
        lock = ConversationLock(path)
        if resumed:
            lock.acquire()
        self.recorder = Recorder(
            folders.sessions, self.header, resumed=resumed, lock=lock, on_problem=say, clock=clock
        )
        self.results_folder = folders.results / self.recorder.path.stem
        self.results = KeptResults(self.results_folder)
        self.journal = Journal(read_entries(resumed.events) if resumed else ())

    @property
    def id(self) -> str:
        """Names the conversation, for `--resume`."""
        return self.header.id

    @property
    def path(self) -> Path:
        """Where it is saved."""
        return self.recorder.path

    @property
    def offered(self) -> tuple[str, ...]:
        """The functions that its last request offered before it was resumed."""
        return self.resumed.offered if self.resumed else ()

    def last_results(self) -> Sequence[tuple[str, JsonValue]]:
        """The structured results, newest first, each with its tool's name."""
        return [
            (message.name, message.structured)
            for message in reversed(self.messages.messages)
            if isinstance(message, ToolMessage) and message.structured is not None
        ]

    def close(self) -> None:
        """Close its file."""
        self.recorder.close()
