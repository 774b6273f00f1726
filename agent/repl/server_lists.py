"""What the chat knows of the server's prompts and resources."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from agent.events import Event, ListChanged, ListKind
from agent.repl.fetched import Fetched
from agent.repl.host import FeaturesHost
from agent.server_features import Prompt, Resource

_FRESH_SECONDS = 300.0


class ServerLists:
    """The lists of prompts and resources, as far as they arrived.

    Args:
        features: Where they come from.
        arrived: Called when there is something new.
    """

    def __init__(self, features: FeaturesHost, arrived: Callable[[], None]) -> None:
        self.prompts: Fetched[Prompt] = Fetched(features.prompts, arrived, fresh=_FRESH_SECONDS)
        self.resources: Fetched[Resource] = Fetched(features.resources, arrived, fresh=_FRESH_SECONDS)

    def fetch(self) -> None:
        """Have both fetched, without waiting for them."""
        self.expire(ListKind.PROMPTS)
        self.expire(ListKind.RESOURCES)
        self.prompts()
        self.resources()

    def expire(self, kind: ListKind) -> None:
        """Take in that a list is no longer what it was."""
        match kind:
            case ListKind.PROMPTS:
                self.prompts.expire()
            case ListKind.RESOURCES:
                self.resources.expire()
            case ListKind.TOOLS:
                pass


async def watch_lists(events: AsyncGenerator[Event, None], lists: ServerLists) -> AsyncGenerator[Event, None]:
    """Pass the events of a turn on, and take note of lists that changed.

    Args:
        events: The events.
        lists: What has to be fetched anew then.
    """
    async with aclosing(events) as source:
        async for event in source:
            if isinstance(event, ListChanged):
                lists.expire(event.kind)
            yield event
