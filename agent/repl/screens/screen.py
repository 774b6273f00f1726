"""What the chat draws on, and what it is told by whoever holds the keyboard.

Two screens exist: `agent.repl.screens.terminal` keeps a prompt, a live region and a toolbar below the
scrollback; `agent.repl.screens.dumb` prints and asks in turns, for terminals that can do no more.
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Protocol

from agent.drawing.palette import Palette
from agent.drawing.widths import wrap_lines
from agent.errors import AgentError
from agent.events import ApprovalRequested
from agent.repl.dialogs.approvals import ApprovalAnswer
from agent.repl.dialogs.dialog import Dialog, T


class Sheet(Protocol):
    """A place to write to for good."""

    @property
    def columns(self) -> int:
        """The present width."""
        ...

    @property
    def shows_input(self) -> bool:
        """Whether what was typed stays on the screen by itself."""
        ...

    def write(self, text: str) -> None:
        """Put whole lines into the scrollback."""
        ...


class Screen(Sheet, Protocol):
    """A place to write to for good, a place that changes, and questions."""

    @property
    def palette(self) -> Palette:
        """The colours of this screen."""
        ...

    def set_live(self, draw: Callable[[int], str] | None) -> None:
        """Show what a function draws for a width, until another call; `None` clears it."""
        ...

    def refresh(self) -> None:
        """Draw again soon."""
        ...

    def tick(self) -> None:
        """Draw again if what is live looks different by now."""
        ...

    def hint(self, text: str) -> None:
        """Say something that need not stay."""
        ...

    def offer_again(self) -> None:
        """Complete anew what is being typed, as more is known now."""
        ...

    def clear_draft(self) -> bool:
        """Throw away what is being typed; say whether there was anything."""
        ...

    def restore_draft(self, text: str) -> None:
        """Give back text that was sent but not taken."""
        ...

    @property
    def desk(self) -> "Asks | None":
        """Where dialogs are asked; `None` if the screen can only be asked line by line."""
        ...

    async def ask_approval(self, request: ApprovalRequested) -> ApprovalAnswer:
        """Wait for a decision about a call."""
        ...

    async def confirm(self, question: str) -> bool:
        """Wait for yes or no; no is what Enter alone says."""
        ...

    async def read_line(self, prompt: str) -> str:
        """Wait for one line that stays out of the history; a draft under way is kept for later."""
        ...

    async def run(self, on_drawn: Callable[[], None]) -> None:
        """Take keys until `leave`.

        Args:
            on_drawn: Called once, when the prompt is on the screen.
        """
        ...

    def leave(self) -> None:
        """Make `run` return."""
        ...


class Asks(Protocol):
    """Shows dialogs."""

    async def ask(self, dialog: Dialog[T]) -> T:
        """Show a dialog until it has its answer."""
        ...


class Keyboard(Protocol):
    """What a screen tells the chat."""

    def submit(self, text: str) -> None:
        """The user sent a text."""
        ...

    def interrupt(self) -> None:
        """The user pressed Ctrl-C."""
        ...

    def leave(self) -> None:
        """The user pressed Ctrl-D at an empty prompt, or the terminal is gone."""
        ...

    def typed(self) -> None:
        """The text at the prompt changed."""
        ...

    def toolbar(self, columns: int) -> str:
        """The line below the prompt, no wider than so many columns."""
        ...

    def queued(self) -> Sequence[str]:
        """What was sent and waits for its turn."""
        ...

    def take_back(self) -> str:
        """The message that was sent last and waits, which no longer waits then; empty if none does."""
        ...

    def complain(self, error: AgentError) -> None:
        """Something that the user did at the prompt could not be done."""
        ...

    async def idle(self) -> None:
        """Wait until everything that was sent is done."""
        ...


class Kind(Enum):
    """What a piece of scrollback is; pieces of different kinds are set apart."""

    GREETING = auto()
    MESSAGE = auto()
    CALLS = auto()
    ANSWER = auto()
    OUTPUT = auto()
    RESUMPTION = auto()
    REMARK = auto()


_SENTENCES = (Kind.GREETING, Kind.MESSAGE, Kind.RESUMPTION, Kind.REMARK)


class Scrollback:
    """Writes to a sheet with a blank line between different things.

    Args:
        sheet: Where to write.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._last: Kind | None = None
        self._pieces = 0

    @property
    def pieces(self) -> int:
        """How many pieces were written so far."""
        return self._pieces

    def write(self, kind: Kind, text: str) -> None:
        """Write whole lines; each message of the user stands apart, whatever came before."""
        apart = self._last is not None and (kind is not self._last or kind is Kind.MESSAGE)
        self._last = kind
        self._pieces += 1
        # A terminal that can only print does better with whole lines, as does whoever listens to it.
        if kind in _SENTENCES and not self._sheet.shows_input:
            text = "".join(f"{line}\n" for line in wrap_lines(text, self._sheet.columns))
        self._sheet.write("\n" + text if apart else text)
