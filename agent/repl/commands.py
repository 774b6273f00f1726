"""The slash commands: their names, their help and how a line is read.

What each does stands in the module of its name in `agent.repl.slash`, which is imported when the
command is given.
"""

from dataclasses import dataclass
from enum import Enum, auto

from agent.errors import UsageError


class Completes(Enum):
    """What can be completed after a command's name."""

    NOTHING = auto()
    TOOL = auto()
    RESOURCE = auto()
    PROJECT = auto()
    THEME = auto()
    MODEL = auto()
    CONVERSATION = auto()
    APPROVAL = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command.

    Args:
        name: What follows the slash.
        summary: One line for `/help` and the completion menu.
        arguments: What may follow the name, as `/help` shows it.
        while_busy: It only looks things up, so it need not wait for the turn to end.
        completes: What can be completed after the name.
    """

    name: str
    summary: str
    arguments: str = ""
    while_busy: bool = False
    completes: Completes = Completes.NOTHING

    @property
    def usage(self) -> str:
        """The command as it is typed."""
        return f"/{self.name} {self.arguments}".strip()


HELP = Command("help", "commands and keys", while_busy=True)
TOOLS = Command(
    "tools", "the server's tools, or one in detail", "[NAME]", while_busy=True, completes=Completes.TOOL
)
CALL = Command("call", "call one tool by hand, with a form", "[TOOL] [JSON]", completes=Completes.TOOL)
APPROVE = Command(
    "approve",
    "what runs without a question; allow writes for this session",
    "[TOOL|GLOB|forget [TOOL]]",
    while_busy=True,
    completes=Completes.APPROVAL,
)
TABLE = Command("table", "the last list again, as a whole table", while_busy=True)
BOARD = Command(
    "board", "tasks by status: the last ones, or a project's", "[PROJECT]", completes=Completes.PROJECT
)
TIMELINE = Command(
    "timeline", "tasks by due date: the last ones, or a project's", "[PROJECT]", completes=Completes.PROJECT
)
HOURS = Command(
    "hours",
    "bars of hours by project, person, task or day",
    "[PROJECT] [by WHAT]",
    completes=Completes.PROJECT,
)
RESOURCES = Command(
    "resources", "what the server has to read, or one of it", "[URI]", completes=Completes.RESOURCE
)
UNDO = Command("undo", "take back the last change, or another one", "[list|NUMBER]")
COMPACT = Command("compact", "summarise old turns for the model, or take that back", "[undo]")
RESUME = Command("resume", "go on with a saved conversation", "[ID|TEXT]", completes=Completes.CONVERSATION)
NEW = Command("new", "begin a new conversation")
FORK = Command("fork", "go on with a copy of this one, or of its first turns", "[TURN]")
EXPORT = Command("export", "write this conversation as Markdown or HTML", "[md|html] [PATH]")
STATUS = Command("status", "server, sign-in and model", while_busy=True)
DOCTOR = Command("doctor", "find out what is wrong, and what helps", while_busy=True)
CONTEXT = Command("context", "where the tokens go", while_busy=True)
COST = Command("cost", "tokens and what they cost, by turn", while_busy=True)
MODEL = Command(
    "model", "the models there are, or another one for this chat", "[NAME]", completes=Completes.MODEL
)
THEME = Command(
    "theme", "show the colour themes, or change to one", "[NAME]", while_busy=True, completes=Completes.THEME
)
LOGIN = Command("login", "sign in")
LOGOUT = Command("logout", "sign out")
QUIT = Command("quit", "leave", while_busy=True)

GROUPS = {
    "Chat": (HELP, UNDO, CONTEXT, COST, COMPACT, STATUS, DOCTOR, QUIT),
    "Workspace": (TOOLS, CALL, RESOURCES, TABLE, BOARD, TIMELINE, HOURS, LOGIN, LOGOUT),
    "Conversations": (RESUME, NEW, FORK, EXPORT),
    "Settings": (MODEL, APPROVE, THEME),
}
"""The commands as `/help` shows them."""
COMMANDS = tuple(command for group in GROUPS.values() for command in group)
KEYS = (
    ("Enter", "send"),
    ("Alt-Enter, Ctrl-J", "begin a new line"),
    ("Tab", "complete, or take the next of several"),
    ("Right, Ctrl-E", "take what is suggested in grey"),
    ("@", "people, projects, tasks and resources by name"),
    ("Up, Down", "earlier messages; at an empty prompt the last that waits"),
    ("Ctrl-R", "search earlier messages"),
    ("Ctrl-X Ctrl-E", "write in your editor"),
    ("Ctrl-C", "stop the answer; at an empty prompt twice: leave"),
    ("Ctrl-D", "leave"),
    ("Arrows, Tab, Enter", "walk and take answers and fields; Esc goes back"),
)


def is_command(text: str) -> bool:
    """Say whether a line is meant as a slash command."""
    return text.startswith("/")


def is_known(text: str) -> bool:
    """Say whether a line that begins with a slash is one of these commands."""
    name = text[1:].strip().partition(" ")[0].lower()
    return any(command.name == name for command in COMMANDS)


def is_quit(text: str) -> bool:
    """Say whether a line that begins with a slash asks to leave."""
    return text[1:].strip().partition(" ")[0].lower() == QUIT.name


def parse_command(text: str) -> tuple[Command, str]:
    """Read a line that begins with a slash.

    Returns:
        The command and what followed its name.

    Raises:
        UsageError: There is no such command.
    """
    name, _, rest = text[1:].strip().partition(" ")
    for command in COMMANDS:
        if command.name == name.lower():
            return command, rest.strip()
    raise UsageError(f"There is no command /{name}; /help lists those there are.", _suggest(name.lower()))


def _suggest(name: str) -> str:
    """The command that was meant, if one is near enough."""
    from difflib import get_close_matches

    names = [command.name for command in COMMANDS]
    begun = [each for each in names if name and each.startswith(name)]
    near = begun or get_close_matches(name, names, n=1)
    return f"Did you mean /{near[0]}?" if near else ""
