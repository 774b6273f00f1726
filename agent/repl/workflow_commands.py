"""Workflows as slash commands: how help shows them, and asking for what they cannot do without."""

from collections.abc import Awaitable, Callable

from agent.drawing.sanitize import strip_line
from agent.drawing.widths import shorten
from agent.errors import UsageError
from agent.repl.commands import Command
from agent.workflows.invocation import Invocation
from agent.workflows.library import Library

_LONGEST_PROMPT = 30


def commands_of(library: Library) -> tuple[Command, ...]:
    """The workflows as help and completion show commands."""
    return tuple(
        Command(workflow.name, strip_line(workflow.summary), workflow.usage) for workflow in library.workflows
    )


async def fill_in(
    invocation: Invocation, read_line: Callable[[str], Awaitable[str]], write: Callable[[str], None]
) -> Invocation:
    """Ask for what is missing, one thing after the other.

    Args:
        invocation: What the user said so far.
        read_line: Reads one line after a prompt.
        write: Shows a line.

    Raises:
        UsageError: The user says nothing.
    """
    for argument in invocation.missing:
        write(strip_line(argument.description).capitalize() + "?")
        title = argument.name.replace("_", " ").capitalize()
        text = (await read_line(f"{shorten(title, _LONGEST_PROMPT)}: ")).strip()
        if not text:
            name = invocation.workflow.name
            raise UsageError(f"Nothing was sent, because /{name} needs to know “{argument.name}”.")
        write(f"{title}: {strip_line(text)}")
        invocation = invocation.with_values({argument.name: text})
    return invocation
