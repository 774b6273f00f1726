"""The driver of the chat's tests in a terminal window."""

import json
import os
import signal
import sys
from pathlib import Path

from agent.repl.screens.rewrapping import VARIABLES
from tests.terminal_window import TerminalWindow

ROOT = Path(__file__).parents[2]


class DriverWindow(TerminalWindow):
    """Runs the driver and shows its screen.

    Args:
        folder: Where the driver keeps its files.
        columns: Width.
        rows: Height.
        arguments: Further arguments of the driver.
        environ: Changes to the environment.
    """

    def __init__(
        self, folder: Path, columns: int = 80, rows: int = 24, *arguments: str, **environ: str
    ) -> None:
        self._folder = folder
        inherited = {
            name: value
            for name, value in os.environ.items()
            # The window is none of the terminals that the tests may be run in.
            if name not in ("NO_COLOR", "COLORTERM", "TERM", "TERM_PROGRAM", *VARIABLES)
        }
        command = [sys.executable, "-m", "tests.repl.driver", str(folder), *arguments]
        super().__init__(command, {**inherited, "LANG": "C.UTF-8", **environ}, ROOT, columns, rows)

    def finish_loading(self) -> None:
        """Let the host become ready."""
        assert self.child.pid
        os.kill(self.child.pid, signal.SIGUSR1)

    @property
    def log(self) -> list[str]:
        """What the host saw, once the program has ended."""
        return json.loads((self._folder / "log.json").read_text())
