"""The screen for terminals that can only print: ask for a line, print what comes of it, ask again.

`TERM=dumb` is such a terminal (an editor's shell window, a serial console). It edits its lines
itself and turns Ctrl-C into a signal, so that all that is left to do here is to read lines.
"""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TypeVar

from prompt_toolkit.history import History

from agent.drawing.palette import Palette
from agent.drawing.sanitize import repair_input
from agent.events import ApprovalRequested
from agent.repl.dialogs.approvals import ApprovalAnswer, ask_by_line, confirm_by_line
from agent.repl.screens.screen import Keyboard

_PROMPT = "> "
_COLUMNS = 80
_LONGEST_LINE = 65_536
_T = TypeVar("_T")


class DumbScreen:
    """Prints and asks, in turns.

    Args:
        keyboard: Is told what the user does.
        history: Takes what was typed; such a terminal cannot show it.
        lines: The file descriptor to read lines from.
        print_text: Puts text on the terminal.
    """

    def __init__(
        self, keyboard: Keyboard, *, history: History, lines: int, print_text: Callable[[str], object]
    ) -> None:
        self._keyboard = keyboard
        self._history = history
        self._lines = lines
        self._print = print_text
        self._ahead: deque[str] = deque()
        self._awaited: asyncio.Future[str] | None = None
        self._left = asyncio.Event()

    @property
    def palette(self) -> Palette:
        """No colours."""
        return Palette(plain=True)

    @property
    def columns(self) -> int:
        """What such terminals are taken to have, as they cannot be asked."""
        return _COLUMNS

    @property
    def shows_input(self) -> bool:
        """What was typed stays on the screen."""
        return True

    def write(self, text: str) -> None:
        """Print whole lines."""
        self._print(text)

    def set_live(self, draw: Callable[[int], str] | None) -> None:
        """Show nothing: what was printed cannot change."""

    def refresh(self) -> None:
        """Do nothing: what was printed cannot change."""

    def tick(self) -> None:
        """Do nothing: what was printed cannot change."""

    def hint(self, text: str) -> None:
        """Print a line, and the prompt again if there was one."""
        self._print(f"\n{text}\n{_PROMPT if self._awaited else ''}")

    def offer_again(self) -> None:
        """Do nothing: such a terminal completes nothing."""

    def clear_draft(self) -> bool:
        """Say that nothing is being typed; the prompt throws its line away by itself."""
        return False

    def restore_draft(self, text: str) -> None:
        """Say what was not taken, as it cannot be put back at the prompt."""
        self._print(f"Not sent: {text}\n")

    @property
    def desk(self) -> None:
        """Everything is asked line by line."""

    async def ask_approval(self, request: ApprovalRequested) -> ApprovalAnswer:
        """Ask until the line is one of the answers."""
        return await ask_by_line(request, self.palette, self._print, self._ask)

    async def confirm(self, question: str) -> bool:
        """Ask until the line is yes or no."""
        return await confirm_by_line(question, self._ask)

    async def read_line(self, prompt: str) -> str:
        """Ask for a line."""
        return await self._ask(prompt)

    async def run(self, on_drawn: Callable[[], None]) -> None:
        """Ask and print until `leave`."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._keyboard.interrupt)
        loop.add_reader(self._lines, self._read)
        on_drawn()
        try:
            while not self._left.is_set():
                text = self._ahead.popleft() if self._ahead else await self._until_left(self._ask(_PROMPT))
                if text:
                    self._history.append_string(text)
                    self._keyboard.submit(text)
                    await self._until_left(self._keyboard.idle())
        finally:
            loop.remove_reader(self._lines)
            loop.remove_signal_handler(signal.SIGINT)

    def leave(self) -> None:
        """Make `run` return."""
        self._left.set()

    def _read(self) -> None:
        line = os.read(self._lines, _LONGEST_LINE)
        if not line:
            self._keyboard.leave()
            return
        text = repair_input(line.decode(errors="replace")).strip()
        if self._awaited and not self._awaited.done():
            self._awaited.set_result(text)
        elif text:
            # Typed before the question was asked, so it cannot be an answer to it.
            self._ahead.append(text)

    async def _ask(self, prompt: str) -> str:
        self._print(prompt)
        self._awaited = asyncio.get_running_loop().create_future()
        try:
            return await self._awaited
        finally:
            self._awaited = None

    async def _until_left(self, work: Coroutine[None, None, _T]) -> _T | None:
        """Wait for something, but not beyond `leave`."""
        task = asyncio.create_task(work)
        left = asyncio.create_task(self._left.wait())
        try:
            await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            left.cancel()
            task.cancel()
        return None if self._left.is_set() else await task
