"""A window of tmux with a program in it, driven through tmux's control mode."""

import os
import select
import subprocess
import tempfile
import time
from pathlib import Path

from tests.terminal_window import Window

_TIMEOUT = 60.0
_READ_BYTES = 65_536
_LEFT = "[left with "


class TmuxWindow(Window):
    """Runs a program in a tmux of its own, without anybody's settings.

    Args:
        command: The program and its arguments.
        environ: Its whole environment, but for `TERM`, which is tmux's.
        folder: Where it runs.
        columns: Width.
        rows: Height.
    """

    def __init__(
        self, command: list[str], environ: dict[str, str], folder: Path, columns: int = 80, rows: int = 24
    ) -> None:
        self._size = columns, rows
        self._lines: list[bytes] = []
        self._rest = b""
        self._drawn = True
        self._visible, self._text = "", ""
        # The path of a socket may not be long.
        self._place = tempfile.TemporaryDirectory(prefix="tmux-")
        # The window outlives the program, so that what it left can be seen.
        script = f'"$@"; echo "{_LEFT}$?]"; exec cat'
        tmux = ["tmux", "-S", f"{self._place.name}/socket", "-f", "/dev/null", "-C"]
        session = ["new-session", "-x", str(columns), "-y", str(rows)]
        self._tmux = subprocess.Popen(
            [*tmux, *session, "--", "sh", "-c", script, "sh", *command],
            cwd=folder,
            env={**environ, "TERM": "xterm-256color"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._read_answer()

    def close(self) -> None:
        """End tmux and whatever runs in it."""
        if self._tmux.poll() is None:
            self._do("kill-server", answers=False)
        self._tmux.communicate(timeout=_TIMEOUT)
        self._place.cleanup()

    def press(self, keys: str) -> None:
        """Type."""
        self._do("send-keys -H " + " ".join(f"{byte:02x}" for byte in keys.encode()))

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self._do(f"resize-window -x {columns} -y {rows}")
        self._size = columns, rows
        self._drawn = True

    def read_for(self, seconds: float) -> bool:
        """Wait for what the program draws next."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            line = self._read_line(left)
            if line is not None and self._note(line):
                return True
        return False

    def wait_end(self) -> int:
        """Read until the program has ended; return its exit code."""
        self.wait_for(_LEFT)
        return int(self.text.rpartition(_LEFT)[2].partition("]")[0])

    @property
    def columns(self) -> int:
        """The present width."""
        return self._size[0]

    @property
    def rows(self) -> int:
        """The present height."""
        return self._size[1]

    @property
    def visible(self) -> str:
        """What can be seen."""
        self._capture()
        return self._visible

    @property
    def text(self) -> str:
        """What can be seen, with the scrollback above it."""
        self._capture()
        return self._text

    @property
    def coloured(self) -> str:
        """The same with its colours, as escape sequences."""
        return self._do("capture-pane -p -e -S -")

    def _capture(self) -> None:
        if self._drawn:
            self._drawn = False
            self._visible = self._do("capture-pane -p")
            self._text = self._do("capture-pane -p -S -")

    def _do(self, command: str, *, answers: bool = True) -> str:
        assert self._tmux.stdin is not None
        self._tmux.stdin.write(command.encode() + b"\n")
        self._tmux.stdin.flush()
        return self._read_answer() if answers else ""

    def _read_answer(self) -> str:
        """Read what tmux answers to one command, and note what else it tells meanwhile."""
        answer: list[str] | None = None
        while True:
            line = self._read_line(_TIMEOUT)
            assert line is not None, "tmux does not answer"
            if answer is None:
                if line.startswith(b"%begin "):
                    answer = []
                else:
                    self._note(line)
            elif line.startswith((b"%end ", b"%error ")):
                text = "\n".join(part.rstrip() for part in answer).rstrip()
                assert line.startswith(b"%end "), f"tmux refuses: {text}"
                return text
            else:
                answer.append(line.decode())

    def _note(self, line: bytes) -> bool:
        if line.startswith(b"%output "):
            self._drawn = True
        return line.startswith(b"%output ")

    def _read_line(self, seconds: float) -> bytes | None:
        assert self._tmux.stdout is not None
        descriptor = self._tmux.stdout.fileno()
        while not self._lines:
            if not select.select([descriptor], [], [], seconds)[0]:
                return None
            chunk = os.read(descriptor, _READ_BYTES)
            assert chunk, "tmux has ended"
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            self._lines += lines
        return self._lines.pop(0)
