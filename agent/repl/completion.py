"""What the prompt offers while a slash command is typed."""

from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from agent.repl.commands import COMMANDS, Command, Completes
from agent.repl.sanitize import strip_line
from agent.tools.tool import Tool


class SlashCompleter(Completer):
    """Completes commands, then tool names; at an empty prompt, on request, suggestions.

    Args:
        tools: The tools that were listed so far.
        suggestions: Whole messages to begin with.
        workflows: Further commands.
    """

    def __init__(
        self,
        tools: Callable[[], Sequence[Tool]],
        suggestions: Sequence[str],
        workflows: Sequence[Command] = (),
    ) -> None:
        self._tools = tools
        self._commands = (*COMMANDS, *workflows)
        self._suggestions = suggestions

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Offer what may stand at the cursor."""
        text = document.text_before_cursor
        if not document.text and complete_event.completion_requested:
            return [Completion(suggestion) for suggestion in self._suggestions]
        if not text.startswith("/") or "\n" in text:
            return []
        name, space, rest = text[1:].partition(" ")
        if not space:
            return _complete_command(name, self._commands)
        command = next((each for each in self._commands if each.name == name), None)
        if command and command.completes is Completes.TOOL and " " not in rest:
            return self._complete_tool(rest)
        return []

    def _complete_tool(self, typed: str) -> list[Completion]:
        # A part of the name is enough: servers begin all their names with the same word.
        found = [tool for tool in self._tools() if not tool.hidden and typed.lower() in tool.name.lower()]
        found.sort(key=lambda tool: (not tool.name.lower().startswith(typed.lower()), tool.name))
        return [
            Completion(tool.name, start_position=-len(typed), display_meta=strip_line(tool.title))
            for tool in found
        ]


def _complete_command(typed: str, commands: Sequence[Command]) -> list[Completion]:
    return [
        Completion(
            command.name + (" " if command.arguments else ""),
            start_position=-len(typed),
            display=command.usage,
            display_meta=command.summary,
        )
        for command in commands
        if command.name.startswith(typed.lower())
    ]
