"""Answers as they stream: finished parts are written for good, only the tail may still change.

What is written are always whole lines, so that a prompt, a spinner or the tail can stand below
them. Importing this module is cheap; rich and markdown-it are loaded with the first formatted
answer, or ahead of it by `preload`.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from agent.repl.sanitize import Sanitizer
from agent.repl.themes import DARK, Theme

# Drawing more than this again and again costs more than it shows.
_LONGEST_FORMATTED_TAIL = 4_000


class AnswerWriter(Protocol):
    """Writes one answer."""

    def feed(self, delta: str) -> None:
        """Take the next piece, raw as the model sent it, and write what it finished."""
        ...

    def finish(self) -> None:
        """Write the rest; the writer can then take the next answer."""
        ...

    def draw_tail(self, columns: int, /) -> str:
        """Draw what is not written yet, without writing it.

        Args:
            columns: The width to stay within.
        """
        ...


def open_answer(
    write: Callable[[str], object], columns: Callable[[], int], *, plain: bool, theme: Theme = DARK
) -> AnswerWriter:
    """Make the writer for answers.

    Args:
        write: Takes whole lines of text.
        columns: The present width of the terminal.
        plain: Write the text as it is, without colour or layout.
        theme: The styles.
    """
    return PlainAnswer(write) if plain else MarkdownAnswer(write, columns, theme)


def preload() -> None:
    """Import what formatted answers need; takes a while, so call it in a thread."""
    import_module("agent.repl.rendering")


class PlainAnswer:
    """Writes the text itself, line by line.

    Args:
        write: Takes whole lines of text.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._sanitizer = Sanitizer()
        self._partial = ""

    def feed(self, delta: str) -> None:
        """Write the lines that a piece completes."""
        whole, newline, rest = (self._partial + self._sanitizer.feed(delta)).rpartition("\n")
        self._partial = rest
        if newline:
            self._write(whole + newline)

    def finish(self) -> None:
        """Write the last line, if it did not end."""
        if self._partial:
            self._write(self._partial + "\n")
        self._partial = ""
        self._sanitizer = Sanitizer()

    def draw_tail(self, _columns: int, /) -> str:
        """Return the line that has not ended."""
        return self._partial


class MarkdownAnswer:
    """Writes Markdown, formatted, one finished block at a time.

    Args:
        write: Takes whole lines of text with ANSI colours.
        columns: The present width of the terminal; asked again for each block, so that blocks
            written after a resize fit the new width.
        theme: The styles.
    """

    def __init__(
        self, write: Callable[[str], object], columns: Callable[[], int], theme: Theme = DARK
    ) -> None:
        from agent.repl.blocks import BlockSplitter
        from agent.repl.rendering import BlockRenderer

        self._write = write
        self._columns = columns
        self._sanitizer = Sanitizer()
        self._splitter = BlockSplitter()
        self._renderer = BlockRenderer(theme)
        self._written_any = False
        self._drawn_for = ("", 0)
        self._drawn_tail = ""

    def feed(self, delta: str) -> None:
        """Write the blocks that a piece finishes."""
        self._write_blocks(self._splitter.feed(self._sanitizer.feed(delta)))

    def finish(self) -> None:
        """Write the last block."""
        self._write_blocks(self._splitter.finish())
        self._written_any = False
        self._sanitizer = Sanitizer()

    def draw_tail(self, columns: int, /) -> str:
        """Draw the block that has not ended; a very long one as its text. The screen sets it apart."""
        tail = self._splitter.tail
        if len(tail) > _LONGEST_FORMATTED_TAIL:
            return tail
        # The live region is drawn again with every key; the tail is the same until more of it comes.
        if (tail, columns) != self._drawn_for:
            self._drawn_for, self._drawn_tail = (tail, columns), self._renderer.render(tail, columns)
        return self._drawn_tail

    def _write_blocks(self, blocks: list[str]) -> None:
        for block in blocks:
            drawn = self._renderer.render(block, self._columns())
            if drawn:
                self._write("\n" + drawn if self._written_any else drawn)
                self._written_any = True
