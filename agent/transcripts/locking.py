"""One window for each conversation: two that went on with the same one would mix their lines."""

import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import AgentError
from agent.system.private_files import private_folder

if TYPE_CHECKING:
    from filelock import FileLock

_LOGGER = logging.getLogger(__name__)
_SUFFIX = ".lock"


class ConversationLock:
    """Says that a conversation is open; the operating system lets go of it with the program.

    Args:
        path: The transcript.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: FileLock | None = None

    def acquire(self) -> None:
        """Take it, unless this has been done.

        Raises:
            AgentError: Another window has it.
        """
        if self._lock is not None:
            return
        from filelock import FileLock, Timeout

        lock = FileLock(self._path.with_suffix(_SUFFIX), timeout=0, mode=0o600, thread_local=False)
        try:
            private_folder(self._path.parent)
            lock.acquire()
        except Timeout:
            name = self._path.stem
            raise AgentError(
                f"The conversation {name} is open in another window; nothing was changed.",
                f"Go on there, or with a copy: astravue sessions fork {name}",
            ) from None
        except (OSError, NotImplementedError) as error:
            # A folder that takes no locks takes no lines either, which is told when one is written.
            _LOGGER.warning("the conversation %s cannot be locked: %s", self._path.stem, error)
            return
        self._lock = lock

    def release(self) -> None:
        """Let other windows have it."""
        if self._lock is not None:
            # Whoever has just opened the file finds out that it is gone, and makes a new one.
            with suppress(OSError):
                self._path.with_suffix(_SUFFIX).unlink()
            self._lock.release()
            self._lock = None
