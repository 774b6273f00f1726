"""Answers that stand side by side: walked with the arrow keys and taken with Enter, or taken by a letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from agent.drawing.palette import Palette
from agent.drawing.widths import shorten, width, wrap
from agent.repl.dialogs.dialog import Dialog, Key
from agent.repl.dialogs.filling import Left

T = TypeVar("T")
MARK = "❯ "
_FORWARD = (Key.RIGHT, Key.DOWN, Key.TAB)
_BACK = (Key.LEFT, Key.UP, Key.BACK_TAB)
_GAP = "  "
_CONFIRM = "Enter to confirm · Esc says no"


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One of the answers.

    Args:
        key: The letter that takes it.
        text: What it says.
        value: What it stands for.
        lasts: It holds for more than this once, so its letter only marks it, and Enter takes it.
    """

    key: str
    text: str
    value: T
    lasts: bool = False

    def draw(self, palette: Palette) -> str:
        """Draw the letter and the text."""
        return f"{palette.accent(f'[{self.key}]')} {self.text}"

    @property
    def width(self) -> int:
        """How many columns that takes."""
        return width(f"[{self.key}] {self.text}")


class Choices(Generic[T]):
    """Answers, one of them marked.

    Args:
        answers: The answers.
        at: The one that is marked first, which Enter takes.
        escape: What Escape stands for.
    """

    def __init__(self, answers: Sequence[Answer[T]], *, at: int, escape: T) -> None:
        self._answers = answers
        self._first = at
        self._at = at
        self._is_confirming = False
        self._escape = escape

    @property
    def letters(self) -> frozenset[str]:
        """The letters of the answers."""
        return frozenset(answer.key for answer in self._answers)

    def forget(self) -> None:
        """Mark what was marked first."""
        self._at, self._is_confirming = self._first, False

    def take_key(self, key: str) -> T | None:
        """Take a key; `None` while it answers nothing."""
        if key == Key.ENTER:
            return self._answers[self._at].value
        if key == Key.ESCAPE:
            return self._escape
        if key in _FORWARD or key in _BACK:
            self._at = max(0, min(len(self._answers) - 1, self._at + (1 if key in _FORWARD else -1)))
            self._is_confirming = False
            return None
        meant = next((at for at, answer in enumerate(self._answers) if answer.key == key.lower()), None)
        if meant is None:
            return None
        if self._answers[meant].lasts:
            self._at, self._is_confirming = meant, True
            return None
        return self._answers[meant].value

    def draw(self, columns: int, palette: Palette) -> list[str]:
        """Draw them side by side, on as many lines as that takes."""
        lines: list[str] = []
        room = 0
        for number, answer in enumerate(self._answers):
            marked = number == self._at
            drawn = f"{palette.accent(MARK) if marked else _GAP}{answer.draw(palette)}"
            taken = len(MARK) + answer.width
            if not lines or taken + len(_GAP) > room:
                lines.append(drawn)
                room = columns - taken
            else:
                lines[-1] += _GAP + drawn
                room -= taken + len(_GAP)
        if self._is_confirming:
            lines.append(palette.warning(shorten(_CONFIRM, columns)))
        return lines


class YesOrNo(Dialog[bool]):
    """A question of yes and no; no is what Enter alone says.

    Args:
        question: The question.
    """

    def __init__(self, question: str) -> None:
        self._question = question
        self._choices = Choices(
            [Answer("y", "yes", True), Answer("n", "no (default)", False)], at=1, escape=False
        )
        self.letters = self._choices.letters

    def forget(self) -> None:
        """Mark no again."""
        self._choices.forget()

    def take_key(self, key: str) -> None:
        """Take a key."""
        self.answer = self._choices.take_key(key)

    def draw(self, columns: int, _rows: int, palette: Palette, /) -> str:
        """Draw the question with its answers."""
        question = [palette.strong(line) for line in wrap(self._question, columns)]
        return "\n".join([*question, *self._choices.draw(columns, palette)])


class Line(Dialog[str]):
    """A line of text that is kept nowhere.

    Args:
        prompt: What stands before it.
    """

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt
        self.typed = ""

    def take_key(self, key: str) -> None:
        """Take Enter, which ends it."""
        if key == Key.ENTER:
            self.answer = (self.typed or "").strip()

    def draw(self, _columns: int, _rows: int, _palette: Palette, /) -> str:
        """Draw nothing: the prompt says it all."""
        return ""


class LeavableLine(Dialog[str | Left]):
    """A line of text that Escape leaves.

    Args:
        prompt: What stands before it.
    """

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt
        self.typed = ""

    def take_key(self, key: str) -> None:
        """Take Enter, which ends it, or Escape."""
        if key == Key.ENTER:
            self.answer = (self.typed or "").strip()
        elif key == Key.ESCAPE:
            self.answer = Left.CANCELLED

    def draw(self, _columns: int, _rows: int, _palette: Palette, /) -> str:
        """Draw nothing: the prompt says it all."""
        return ""
