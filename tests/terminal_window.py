"""A terminal emulator with a program in it."""

import codecs
import termios
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

_TIMEOUT = 60.0
# pyte drops what follows marks of direction that take no place; terminals draw nothing for them.
_WITHOUT_WIDTH = dict.fromkeys((*range(0x2066, 0x206A), 0x200E, 0x200F))


class Window(ABC):
    """Something with a program in it whose screen can be read."""

    ended = False
    """Whether the program has left."""

    @abstractmethod
    def press(self, keys: str) -> None:
        """Type."""

    @abstractmethod
    def resize(self, columns: int, rows: int) -> None:
        """Change the size."""

    @abstractmethod
    def read_for(self, seconds: float) -> bool:
        """Take in what the program draws next; say whether anything came within a time."""

    @abstractmethod
    def wait_end(self) -> int:
        """Read until the program has ended; return its exit code."""

    @property
    @abstractmethod
    def columns(self) -> int:
        """The present width."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """The present height."""

    @property
    @abstractmethod
    def visible(self) -> str:
        """What can be seen."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What can be seen, with the scrollback above it."""

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Read what the program draws until a condition holds."""
        deadline = time.monotonic() + _TIMEOUT
        while not condition():
            is_late = time.monotonic() > deadline or not self.read_for(_TIMEOUT)
            if self.ended:
                assert condition(), f"the program ended with this on the screen:\n{self.text}"
                return
            assert not is_late, f"this is all that is on the screen:\n{self.text}"

    def wait_for(self, text: str) -> None:
        """Read until a text is on the screen."""
        self.wait_until(lambda: text in self.text)

    def wait_gone(self, text: str) -> None:
        """Read until a text is no longer on the screen."""
        self.wait_until(lambda: text not in self.text)


class TerminalWindow(Window):
    """Runs a program and shows its screen.

    Args:
        command: The program and its arguments.
        environ: Its whole environment, but for `TERM`.
        folder: Where it runs.
        columns: Width.
        rows: Height.
    """

    def __init__(
        self, command: list[str], environ: dict[str, str], folder: Path, columns: int = 80, rows: int = 24
    ) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(folder),
            env={"TERM": "xterm-256color", **environ},
            dimensions=(rows, columns),
            timeout=_TIMEOUT,
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

    def read_for(self, seconds: float) -> bool:
        """Read what the program draws next; say whether anything came within a time."""
        if self.ended:
            return False
        try:
            chunk = self.child.read_nonblocking(65536, seconds)
        except pexpect.EOF:
            self.ended = True
            return False
        except pexpect.TIMEOUT:
            return False
        self.raw += chunk
        self._stream.feed(self._decoder.decode(chunk).translate(_WITHOUT_WIDTH))
        return True

    def wait_end(self) -> int:
        """Read until the program has ended; return its exit code."""
        self.wait_until(lambda: self.ended)
        self.child.close()
        return -1 if self.child.exitstatus is None else self.child.exitstatus

    @property
    def columns(self) -> int:
        """The present width."""
        return self.screen.columns

    @property
    def rows(self) -> int:
        """The present height."""
        return self.screen.lines

    @property
    def visible(self) -> str:
        """What can be seen."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    @property
    def text(self) -> str:
        """What can be seen, with the scrollback above it."""
        above = [
            "".join(line[column].data for column in range(self.screen.columns)).rstrip()
            for line in self.screen.history.top
        ]
        return "\n".join([*above, self.visible]).rstrip()
