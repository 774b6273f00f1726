"""What is suggested in grey after the cursor: an earlier message that began like this one, or a command."""

from collections.abc import Callable, Sequence

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from agent.repl.commands import Command


class GhostSuggest(AutoSuggest):
    """Looks through earlier messages, newest first, then through the commands.

    Args:
        commands: The commands there are.
    """

    def __init__(self, commands: Callable[[], Sequence[Command]]) -> None:
        self._commands = commands
        self._lines: list[str] = []
        self._read = 0

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """Suggest how the line at the cursor goes on."""
        typed = document.text.rpartition("\n")[2]
        if not typed.strip():
            return None
        found = next((line for line in self._earlier(buffer) if line.startswith(typed)), None)
        if found is None and document.text.startswith("/") and "\n" not in document.text:
            name = typed[1:]
            found = next((f"/{each.name}" for each in self._commands() if each.name.startswith(name)), None)
        return Suggestion(found[len(typed) :]) if found else None

    def _earlier(self, buffer: Buffer) -> list[str]:
        # A long history is taken apart once and not at each key.
        entries = buffer.history.get_strings()
        if len(entries) != self._read:
            self._read = len(entries)
            lines = (line for entry in reversed(entries) for line in reversed(entry.split("\n")) if line)
            self._lines = list(dict.fromkeys(lines))
        return self._lines
