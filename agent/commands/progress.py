"""Standard error of a command: lines for people, and what is being waited for.

On a terminal the stage is one line that is drawn over itself, and other lines are written above it.
Elsewhere only stages that take long are told, once each, so that a log does not fill with percentages.
"""

import re
import sys
from typing import TextIO

_BAR = "▕"
_CHANGING = re.compile(rf"[\d({_BAR}].*")
_CLEAR = "\r\x1b[K"


class StandardError:
    """Writes lines and stages so that they do not run into each other.

    Args:
        stream: Where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._stage = ""

    def write_line(self, text: str) -> None:
        """Write a line for good."""
        self._write(f"{_CLEAR}{text}\n{self._stage}" if self._live and self._stage else f"{text}\n")

    def show_stage(self, text: str) -> None:
        """Show what is being waited for; an empty text takes it away."""
        if self._live:
            if text or self._stage:
                self._write(f"{_CLEAR}{text}")
            self._stage = text
        elif _BAR in text:
            words = _CHANGING.sub("", text).strip(" :")
            if words != self._stage:
                self._write(f"{words} …\n")
                self._stage = words

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


STANDARD_ERROR = StandardError(sys.stderr)
