"""A chat on a pseudo-terminal, with a scripted model endpoint."""

import re
from collections.abc import Generator
from contextlib import contextmanager

from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.scripted_endpoint import Script, ScriptedEndpoint
from tests.terminal_window import TerminalWindow, Window

# What the line below the prompt begins with until the first message can be answered at once.
_STAGES = re.compile(r"^(?:starting|loading|connecting)\b", re.MULTILINE)


class Chatting(Window):
    """A chat that somebody types into."""

    def wait_ready(self) -> None:
        """Wait until the model is known and nothing is waited for any more."""
        self.wait_until(lambda: "scripted" in self.visible and not _STAGES.search(self.visible))

    def say(self, text: str) -> None:
        """Type a line and send it."""
        self.press(text)
        self.wait_until(lambda: self._draft.startswith(_unwrapped(text)))
        self.press("\r")

    @property
    def _draft(self) -> str:
        """What stands at the prompt, however it is wrapped, and what is below it."""
        return _unwrapped(self.visible.rpartition("❯")[2])

    def approve(self) -> None:
        """Wait for the question and say yes."""
        self.wait_for("[n] no")
        self.press("y")
        self.wait_gone("[n] no")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.press("\x03")

    def leave(self) -> int:
        """Type /quit and wait for the end."""
        self.say("/quit")
        return self.wait_end()


class Terminal(Chatting, TerminalWindow):
    """A chat on a pseudo-terminal."""


def _unwrapped(text: str) -> str:
    return re.sub(r"\s+", "", text)


def environment(program: Program, endpoint: ScriptedEndpoint) -> dict[str, str]:
    """The environment of a program in a window, but for `TERM`, which the window knows."""
    whole = {**program.environ, "OPENAI_BASE_URL": endpoint.base_url, "LANG": "C.UTF-8"}
    whole.pop("TERM", None)
    return whole


@contextmanager
def chat(
    program: Program, *arguments: str, script: Script, columns: int = 120, rows: int = 50, **environ: str
) -> Generator[tuple[Terminal, ScriptedEndpoint]]:
    """Open the chat, and close it whatever happens.

    Args:
        program: Whose chat.
        arguments: Of the command.
        script: What the model answers.
        columns: Width.
        rows: Height.
        environ: Changes to the environment.
    """
    with ScriptedEndpoint(script) as endpoint:
        whole = {**environment(program, endpoint), **environ}
        terminal = Terminal([*ASTRAVUE, *arguments], whole, program.home, columns, rows)
        try:
            yield terminal, endpoint
        finally:
            terminal.child.close(force=True)
