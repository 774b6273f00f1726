"""What a slash command works with."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.available_models.records import ListedModels
from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip
from agent.events import Event
from agent.repl.host import Host
from agent.repl.screens.appearance import Appearance
from agent.repl.screens.screen import Kind, Screen, Scrollback
from agent.repl.server_lists import ServerLists
from agent.tools.tool import Tool
from agent.workflows.library import Library


class ReadEvents(Protocol):
    """Shows the events of a turn, or of a call by hand, as they come."""

    async def __call__(
        self, events: AsyncGenerator[Event, None], *, kept: str = "", results: bool = False
    ) -> None:
        """Show them to their end.

        Args:
            events: The events.
            kept: What is said after “Stopped” if the user stops it.
            results: Show the results of calls too, not just how they ended.
        """
        ...


@dataclass(slots=True)
class CommandContext:
    """What a slash command works with.

    Args:
        host: The program behind the chat.
        screen: Where to ask.
        scrollback: Where to write.
        workflows: What may be called like a command.
        appearance: The theme.
        server_lists: The server's prompts and resources, as far as they are known.
        read: Shows the events of a turn.
        sign_in: Signs in, and returns a sentence that says that it worked.
        submit: Sends a text as if it had been typed.
        leave: Ends the chat.
        tools: The tools as last listed.
        models: The models as last listed; `None` until they are.
    """

    host: Host
    screen: Screen
    scrollback: Scrollback
    workflows: Library
    appearance: Appearance
    server_lists: ServerLists
    read: ReadEvents
    sign_in: Callable[[], Awaitable[str]]
    submit: Callable[[str], None]
    leave: Callable[[], None]
    tools: Sequence[Tool] = field(default=())
    models: ListedModels | None = None

    @property
    def palette(self) -> Palette:
        """The colours of the screen."""
        return self.screen.palette

    async def list_tools(self) -> Sequence[Tool]:
        """List the server's tools, and remember them for completion.

        Raises:
            AgentError: The server cannot be asked.
        """
        self.tools = await self.host.tools()
        return self.tools

    def show(self, text: str) -> None:
        """Write what was asked for: whole lines, drawn for this screen."""
        self.scrollback.write(Kind.OUTPUT, text)

    def show_line(self, text: str) -> None:
        """Write a text that comes from elsewhere."""
        self.show(strip(text).rstrip("\n") + "\n")

    def remark(self, text: str) -> None:
        """Write a sentence about what was done."""
        self.scrollback.write(Kind.REMARK, text.rstrip("\n") + "\n")
