"""What was typed before, kept in a file that only its owner can read."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit.history import FileHistory

from agent.system.private_files import private_folder


class PrivateHistory(FileHistory):
    """A history file with mode 0600, made together with its folder when it is first needed.

    A history that cannot be read or written is a nuisance, not a reason to lose the chat: then
    what was typed is remembered until the chat ends.

    Args:
        path: The file.
        write_down: Says what is written of an entry, where that is not all of it.
    """

    def __init__(self, path: Path, write_down: Callable[[str], str] = str) -> None:
        super().__init__(str(path))
        self._path = path
        self._write_down = write_down

    def load_history_strings(self) -> Iterable[str]:
        """Read the file, newest first."""
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        """Append one entry."""
        with suppress(OSError):
            private_folder(self._path.parent)
            os.close(os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
            super().store_string(self._write_down(string))
