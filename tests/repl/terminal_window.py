"""A terminal emulator with a program in it."""

import json
import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
_TIMEOUT = 30.0


class TerminalWindow:
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
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.ByteStream(self.screen)
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM")
        }
        self._folder = folder
        self._ended = False
        self.child = _spawn(
            ["-m", "tests.repl.driver", str(folder), *arguments],
            {**inherited, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environ},
            (rows, columns),
        )
        self.child.delaybeforesend = None
        self.raw: bytes = b""

    def press(self, keys: str) -> None:
        """Type."""
        self.child.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.screen.resize(rows, columns)
        termios.tcsetwinsize(self.child.child_fd, (rows, columns))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Read what the program draws until a condition holds."""
        deadline = time.monotonic() + _TIMEOUT
        while not condition():
            try:
                if time.monotonic() > deadline:
                    raise pexpect.TIMEOUT("it went on drawing")
                chunk = self.child.read_nonblocking(65536, _TIMEOUT)
            except pexpect.EOF:
                self._ended = True
                assert condition(), f"the program ended with this on the screen:\n{self.text}"
                return
            except pexpect.TIMEOUT:
                raise AssertionError(f"this is all that is on the screen:\n{self.text}") from None
            self.raw += chunk
            self._stream.feed(chunk)

    def wait_for(self, text: str) -> None:
        """Read until a text is on the screen."""
        self.wait_until(lambda: text in self.text)

    def wait_gone(self, text: str) -> None:
        """Read until a text is no longer on the screen."""
        self.wait_until(lambda: text not in self.text)

    def wait_end(self) -> int:
        """Read until the program has ended; return its exit code."""
        self.wait_until(lambda: self._ended)
        self.child.close()
        return -1 if self.child.exitstatus is None else self.child.exitstatus

    def finish_loading(self) -> None:
        """Let the host become ready."""
        assert self.child.pid
        os.kill(self.child.pid, signal.SIGUSR1)

    @property
    def log(self) -> list[str]:
        """What the host saw, once the program has ended."""
        return json.loads((self._folder / "log.json").read_text())

    @property
    def text(self) -> str:
        """What can be seen, with the scrollback above it."""
        above = [
            "".join(line[column].data for column in range(self.screen.columns)).rstrip()
            for line in self.screen.history.top
        ]
        return "\n".join([*above, *(line.rstrip() for line in self.screen.display)]).rstrip()


def _spawn(arguments: list[str], environ: dict[str, str], size: tuple[int, int]) -> "pexpect.spawn[bytes]":
    child: pexpect.spawn[bytes] = pexpect.spawn(
        sys.executable, arguments, cwd=str(ROOT), env=environ, dimensions=size, timeout=_TIMEOUT
    )
    return child
