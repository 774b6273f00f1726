"""Standard error of a command: lines for people, and what is being waited for.

On a terminal the stage is one line that is drawn over itself, and other lines are written above it.
Elsewhere only stages that take long are told, once each, so that a log does not fill with percentages.
"""

import os
import re
import sys
from typing import TextIO

from agent.drawing.widths import wrap_lines

_BAR = "▕"
_CHANGING = re.compile(rf"[\d({_BAR}].*")
_CLEAR = "\r\x1b[K"


def wrap_for(stream: TextIO, text: str) -> str:
    """Break lines between words where a stream is a terminal; elsewhere they stay as they are.

    Args:
        stream: Where they are going to be written.
        text: Lines for people.
    """
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except OSError:
        columns = 0
    # A terminal that does not know its width says 0.
    return "\n".join(wrap_lines(text, columns)) if columns else text


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
        text = wrap_for(self._stream, text)
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
