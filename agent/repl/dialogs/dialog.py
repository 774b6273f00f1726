"""What a question is to a screen: it takes keys, perhaps a line of text, and draws itself.

A dialog knows no terminal library. Keys that write something come as the character that they write, the
others as a `Key`.
"""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import Generic, TypeVar

from agent.drawing.palette import Palette

T = TypeVar("T")


class Key(StrEnum):
    """A key that writes nothing."""

    ENTER = "enter"
    ESCAPE = "escape"
    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    TAB = "tab"
    BACK_TAB = "back_tab"
    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    BACKSPACE = "backspace"


class Dialog(ABC, Generic[T]):
    """A question, until it has its answer.

    Attributes:
        answer: The answer; `None` until there is one.
        typed: The text of the line that is being typed; `None` while no line is typed and every key is for
            the dialog.
        prompt: What stands before that line.
        walks: Left and Right are for the dialog even while a line is typed.
        letters: The letters that answer it while no line is typed, so that they are told from a message that
            is being written; `None` if letters fill something in.
    """

    answer: T | None = None
    typed: str | None = None
    prompt: str = ""
    walks: bool = False
    letters: frozenset[str] | None = None

    def forget(self) -> None:
        """Take back what keys have marked: they were meant for a message."""

    def type(self, text: str) -> None:
        """Take the line as it is now."""
        self.typed = text

    @abstractmethod
    def take_key(self, key: str) -> None:
        """Take a key; while a line is typed only those that do not edit it."""

    @abstractmethod
    def draw(self, columns: int, rows: int, palette: Palette, /) -> str:
        """Draw it as lines, no longer than the columns and no more than the rows."""
