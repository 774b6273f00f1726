"""The question of a run that nobody watches: words, or a workflow."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.repl.commands import COMMANDS
from agent.system.folders import Folders
from agent.workflows.invocation import read_question
from agent.workflows.library import Library, read_library


@dataclass(frozen=True, slots=True)
class Question:
    """What a turn begins with.

    Args:
        text: The message.
        tools: Globs of tools that it takes.
        typed: How the workflow was called that the message was made from.
    """

    text: str
    tools: tuple[str, ...] = ()
    typed: str = ""


def load_workflows(folders: Folders) -> Library:
    """The workflows of this installation."""
    return read_library(folders.workflows, reserved={command.name for command in COMMANDS})


def make_question(text: str, folders: Folders, warn: Callable[[str], None]) -> Question:
    """Read a question; one that begins with a slash and a name is a workflow.

    Args:
        text: The user's words.
        folders: Where the user's workflows are.
        warn: Is told of workflows that cannot be used.

    Raises:
        UsageError: There is no such workflow, or it needs to know more.
    """
    if not text.startswith("/"):
        return Question(text)
    library = load_workflows(folders)
    for problem in library.problems:
        warn(problem)
    invocation = read_question(text, library)
    if invocation is None:
        return Question(text)
    return Question(invocation.text, invocation.workflow.tools, invocation.typed)
