"""What the prompt offers while a slash command is typed."""

from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from agent.drawing.sanitize import strip_line
from agent.drawing.widths import shorten, width
from agent.mentions.ranking import best
from agent.repl.commands import Command, Completes
from agent.repl.prompt.candidates import Choice

# What the menu takes beside its texts: a blank on each side of both columns, and the bar.
_EDGES = 5
# Narrower windows show names alone.
_NARROW = 50


class SlashCompleter(Completer):
    """Completes commands, then what they take; at an empty prompt, on request, suggestions.

    Args:
        commands: The commands there are, those of workflows and of the server included.
        choices: What is known of what a command takes.
        suggestions: Whole messages to begin with.
    """

    def __init__(
        self,
        commands: Callable[[], Sequence[Command]],
        choices: Callable[[Completes], Sequence[Choice]],
        suggestions: Sequence[str] = (),
    ) -> None:
        self._commands = commands
        self._choices = choices
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
            return self._complete_command(name)
        command = next((each for each in self._commands() if each.name == name.lower()), None)
        if command is None or command.completes is Completes.NOTHING or " " in rest:
            return []
        return self._complete_choice(rest, command.completes)

    def _complete_command(self, typed: str) -> list[Completion]:
        commands = self._commands()
        found = best(typed, commands, lambda command: (command.name, ""))
        # What a command does may say what its name does not, which must not stand in the way of the name.
        found = found or best(typed, commands, lambda command: (command.name, command.summary))
        return _offer(
            typed,
            [
                (command.name + (" " if command.arguments else ""), command.usage, command.summary)
                for command in found
            ],
        )

    def _complete_choice(self, typed: str, completes: Completes) -> list[Completion]:
        # Servers begin all their names with the same word, so a part must be enough.
        found = best(typed, self._choices(completes), lambda choice: (choice.text, choice.summary))
        return _offer(typed, [(choice.text, choice.text, strip_line(choice.summary)) for choice in found])


def _offer(typed: str, found: Sequence[tuple[str, str, str]]) -> list[Completion]:
    """Offer texts, each with its name and what it means, cut to the room that the window has."""
    columns = get_app().output.get_size().columns
    room = columns - _EDGES
    named, meant = (max((width(each[place]) for each in found), default=0) for place in (1, 2))
    # A few long names do not take the room of all that is said about the others.
    longest = room if columns < _NARROW else min(named, max(room // 3, room - meant))
    return [
        Completion(
            text,
            start_position=-len(typed),
            display=shorten(name, longest),
            display_meta="" if columns < _NARROW else shorten(meaning, room - longest),
        )
        for text, name, meaning in found
    ]
