"""Answers as they stream: finished parts are written for good, only the tail may still change.

What is written are always whole lines, so that a prompt, a spinner or the tail can stand below
them. Importing this module is cheap; rich and markdown-it are loaded with the first formatted
answer, or ahead of it by `preload`.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from agent.drawing.sanitize import Sanitizer
from agent.drawing.themes import DARK, Theme

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
        plain: Write it in words alone, without colour or layout.
        theme: The styles.
    """
    if plain:
        from agent.repl.answers.spoken_markdown import speak

        return MarkdownAnswer(write, columns, lambda source, _columns: speak(source), at_once=True)
    from agent.repl.answers.rendering import BlockRenderer

    return MarkdownAnswer(write, columns, BlockRenderer(theme).render)


def preload() -> None:
    """Import what formatted answers need; takes a while, so call it in a thread."""
    import_module("agent.repl.answers.rendering")


class MarkdownAnswer:
    """Writes Markdown, formatted or in words, one finished block at a time.

    Args:
        write: Takes whole lines of text with ANSI colours.
        columns: The present width of the terminal; asked again for each block, so that blocks
            written after a resize fit the new width.
        render: Draws a block for a width: whole lines, or nothing.
        at_once: Write a paragraph with the blank line after it, as nobody looks at the tail.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        columns: Callable[[], int],
        render: Callable[[str, int], str],
        *,
        at_once: bool = False,
    ) -> None:
        from agent.drawing.markdown_blocks import BlockSplitter

        self._write = write
        self._columns = columns
        self._sanitizer = Sanitizer()
        self._splitter = BlockSplitter()
        self._render = render
        self._at_once = at_once
        self._written_any = False
        self._drawn_for = ("", 0)
        self._drawn_tail = ""

    def feed(self, delta: str) -> None:
        """Write the blocks that a piece finishes."""
        text = self._sanitizer.feed(delta)
        self._write_blocks(self._splitter.feed(text))
        if self._at_once and "\n" in text:
            self._write_blocks(self._splitter.settle())

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
            self._drawn_for, self._drawn_tail = (tail, columns), self._render(tail, columns)
        return self._drawn_tail

    def _write_blocks(self, blocks: list[str]) -> None:
        for block in blocks:
            drawn = self._render(block, self._columns())
            if drawn:
                self._write("\n" + drawn if self._written_any else drawn)
                self._written_any = True
