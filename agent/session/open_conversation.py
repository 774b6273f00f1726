"""One conversation while it is open: what was said, its record, its long results and its changes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from agent.context.budget import ContextBudget
from agent.context.keeper import ContextKeeper
from agent.context.kept_results import KeptResults
from agent.conversation import Conversation, ToolMessage, UserMessage
from agent.jsontypes import JsonValue
from agent.session.options import MakeKeeper
from agent.system.folders import Folders
from agent.transcripts.header import Header, new_session_id
from agent.transcripts.locking import ConversationLock
from agent.transcripts.recorder import Recorder
from agent.transcripts.transcript import Transcript
from agent.undo.journal import Journal
from agent.undo.log import read_entries
from agent.usage.calibration import Calibration
from agent.usage.ledger import Ledger
from agent.usage.meter import Meter
from agent.wording.addresses import hide_user


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
        self._folders = folders
        header = resumed.header if resumed else None
        self.header = header or Header(
            new_session_id(clock()), clock(), hide_user(server), workspace=workspace, profile=profile
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
        self.ledger = Ledger(resumed.events if resumed else ())
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

    def make_meter(self, base_url: str, model: str, price_date: date | None, *, learns: bool) -> Meter:
        """Make what counts the tokens of this conversation with a model.

        Args:
            base_url: The model's endpoint.
            model: Its name.
            price_date: The day of the list that costs are taken from, if they are.
            learns: Further questions follow, so it is worth learning how the model counts.
        """
        calibration = Calibration(self._folders.calibration_file)
        return Meter(
            self.messages,
            base_url=base_url,
            model=model,
            price_date=price_date,
            calibration=calibration,
            ledger=self.ledger,
            learns=learns,
        )

    def make_keeper(
        self, base_url: str, model: str, chosen: int, meter: Meter, own: MakeKeeper | None = None
    ) -> ContextKeeper:
        """Make what keeps requests within what a model can read.

        Args:
            base_url: The model's endpoint.
            model: Its name.
            chosen: How many tokens the user says that it can read; 0 to find out.
            meter: Counts them.
            own: Makes another one in place of it.
        """
        if own is not None:
            return own(self.messages, meter.ruler, self.results)
        budget = ContextBudget(base_url, model, chosen=chosen, path=self._folders.contexts_file)
        return ContextKeeper(self.messages, budget, meter.ruler, self.results)

    def last_results(self) -> Sequence[tuple[str, JsonValue]]:
        """The structured results, newest first, each with its tool's name."""
        return [
            (message.name, message.structured)
            for message in reversed(self.messages.messages)
            if isinstance(message, ToolMessage) and message.structured is not None
        ]

    def results_by_turn(self) -> Sequence[Sequence[JsonValue]]:
        """The structured results of each turn that has some, the newest turn and result first."""
        turns: list[list[JsonValue]] = [[]]
        for message in reversed(self.messages.messages):
            if isinstance(message, UserMessage):
                turns.append([])
            elif isinstance(message, ToolMessage) and message.structured is not None:
                turns[-1].append(message.structured)
        return [turn for turn in turns if turn]

    def close(self) -> None:
        """Close its file."""
        self.recorder.close()
