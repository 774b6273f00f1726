"""The saved conversations as the chat uses them: list, go on, fork, export, begin anew, tidy up.

Everything here reads and writes files of this machine only.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from agent.errors import UsageError
from agent.jsontypes import JsonValue
from agent.known_secrets import KnownSecrets
from agent.session.open_conversation import OpenConversation
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.transcripts.deleting import tidy
from agent.transcripts.finding import find_transcript
from agent.transcripts.forking import fork
from agent.transcripts.header import Header, Origin
from agent.transcripts.reading import read_transcript
from agent.transcripts.saved import Saved, list_saved
from agent.transcripts.searching import search
from agent.transcripts.transcript import Transcript
from agent.transcripts.turns import Turn
from agent.wording.addresses import hide_user, shown_address

# More than anybody goes through.
_MOST_FOUND = 50

_NEW_COMPANY = "The demo company is a new one: what was changed in the other one is not in it."


def company_ended(header: Header) -> UsageError:
    """Why a conversation of `astravue try` cannot be gone on with outside of one."""
    seed = header.workspace.get("seed", "")
    command = f"astravue try --seed {seed}" if seed else "astravue try"
    return UsageError(
        "That conversation is with the demo company of an “astravue try”, which has ended.",
        f"Open a new one, and go on there: {command}, then /resume {header.id}",
    )


class SavedConversations:
    """The saved conversations, one of which is open.

    Args:
        settings: Say how long conversations are kept, and which server this is.
        folders: Where they are kept.
        current: The one that is open.
        go_on_with: Leaves it for another one, or for a new one.
        secrets: Where this program's keys and tokens are to be found, as far as it is connected.
        clock: Unix seconds.
    """

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        *,
        current: Callable[[], OpenConversation],
        go_on_with: Callable[[Transcript | None], Awaitable[None]],
        secrets: Callable[[], KnownSecrets | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._folders = folders
        self._current = current
        self._go_on_with = go_on_with
        self._secrets = secrets
        self._clock = clock
        self._workspace = current().header.workspace
        self._tidying: asyncio.Task[None] | None = None

    @property
    def server(self) -> str:
        """The server that this window is connected to, as conversations name it."""
        return hide_user(self._settings.server)

    @property
    def id(self) -> str:
        """The conversation that is open."""
        return self._current().id

    @property
    def last_turn(self) -> Turn | None:
        """The last turn of the conversation, as it was when it was resumed."""
        resumed = self._current().resumed
        return resumed.turns[-1] if resumed and resumed.turns else None

    def results_by_turn(self) -> Sequence[Sequence[JsonValue]]:
        """The structured results of each turn that has some, the newest turn and result first."""
        return self._current().results_by_turn()

    async def saved(self) -> tuple[tuple[Saved, ...], tuple[str, ...]]:
        """Those that are saved, the last used first, and one sentence for each file that cannot be read."""
        return await asyncio.to_thread(list_saved, self._folders.sessions)

    async def search(self, text: str) -> tuple[Saved, ...]:
        """Those in which all words of a text were said or answered, without this one."""

        def find() -> tuple[Saved, ...]:
            matches = search(self._folders.sessions, text)
            found = (match.saved for match in matches if match.saved.path != self._current().path)
            return tuple(islice(found, _MOST_FOUND))

        return await asyncio.to_thread(find)

    def is_here(self, header: Header) -> bool:
        """Whether a conversation is with what this window is connected to.

        Each `astravue try` builds its demo company anew, mostly at the same address, so that there the seed
        tells.
        """
        if header.workspace or self._workspace:
            return header.workspace.get("seed") == self._workspace.get("seed")
        return header.server == self.server

    async def resume(self, wanted: str) -> tuple[str, str]:
        """Leave this conversation as it is saved, and go on with another one.

        Args:
            wanted: Its id, a beginning of it, or “last”.

        Returns:
            Its title, and what is different from when it was left; mostly empty.

        Raises:
            AgentError: There is no such conversation, it cannot be read, another window has it, it is with
                another server, or it is this one; nothing is changed then.
        """
        transcript = await asyncio.to_thread(find_transcript, self._folders.sessions, wanted)
        header = transcript.header
        if transcript.path.stem == self.id:
            raise UsageError("This is the conversation that you are in.")
        self._check_is_here(header)
        await self._go_on_with(transcript)
        return transcript.title, _NEW_COMPANY if header.workspace != self._workspace else ""

    def _check_is_here(self, header: Header) -> None:
        profile = self._settings.profile
        if self.is_here(header) and (header.workspace or (header.profile or profile) == profile):
            return
        if header.workspace:
            raise company_ended(header)
        whose = f" as {header.profile}" if header.server == self.server else ""
        raise UsageError(
            f"That conversation is with {shown_address(header.server)}{whose}, and this window with "
            f"{shown_address(self.server)}.",
            f"Open it in another one: astravue --resume {header.id}",
        )

    async def begin(self) -> None:
        """Leave this conversation as it is saved, and begin a new one."""
        await self._go_on_with(None)

    async def fork(self, turn: int | None) -> Origin:
        """Go on with a new conversation that begins as this one did; this one stays as it is.

        Args:
            turn: The last turn to share, counted from 1; all of them when left out.

        Returns:
            What it was forked from.

        Raises:
            AgentError: Nothing was said yet, there is no such turn, or it cannot be written.
        """
        source = await self._read()
        forked = await asyncio.to_thread(fork, self._folders, source, turn, self._clock())
        await self._go_on_with(forked)
        assert forked.header.forked_from is not None
        return forked.header.forked_from

    async def export(self, form: str, path: Path | None, *, overwrite: bool) -> Path:
        """Write this conversation as a document, without secrets.

        Args:
            form: “md” or “html”.
            path: The file; one named after the conversation in the working folder when left out.
            overwrite: A file that is there may be replaced.

        Returns:
            The file.

        Raises:
            AgentError: Nothing was said yet, there is such a file already, or it cannot be written.
        """
        return await asyncio.to_thread(self._export, await self._read(), form, path, overwrite)

    def _export(self, transcript: Transcript, form: str, path: Path | None, overwrite: bool) -> Path:
        from agent.export.redaction import make_cleaner
        from agent.export.writing import Form, export, write_export

        path = (path or Path(f"{self.id}.{form}")).expanduser()
        text = export(transcript, Form(form), make_cleaner(self._secrets()))
        write_export(path, text, overwrite=overwrite)
        return path.absolute()

    async def _read(self) -> Transcript:
        path = self._current().path
        if not path.exists():
            raise UsageError("Nothing was said in this conversation yet.")
        return await asyncio.to_thread(read_transcript, path)

    def tidy(self) -> None:
        """Begin, once, to delete what the settings say is not kept any longer; what is open stays."""
        if self._tidying is None and any(self._settings.sessions.values()):
            self._tidying = asyncio.create_task(self._tidy(self._settings.sessions))

    async def _tidy(self, keep: Mapping[str, float]) -> None:
        await asyncio.to_thread(
            tidy,
            self._folders,
            keep_days=keep.get("keep_days", 0),
            keep=int(keep.get("keep", 0)),
            except_for=(self._current().path,),
            clock=self._clock,
        )

    async def aclose(self) -> None:
        """Wait until what was begun is done."""
        if self._tidying is not None:
            await asyncio.gather(self._tidying, return_exceptions=True)
