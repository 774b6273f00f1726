"""What a server offers beside tools: prompts and resources, once there is a connection."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from agent.server_features import Prompt, PromptText, Resource, ResourceContents

if TYPE_CHECKING:
    from agent.workspace.workspace import Workspace


class Features:
    """Prompts and resources of the session's server; each request waits for the connection.

    Args:
        open_workspace: Waits for the connection.
    """

    def __init__(self, open_workspace: "Callable[[], Awaitable[Workspace]]") -> None:
        self._open = open_workspace

    async def prompts(self) -> tuple[Prompt, ...]:
        """List the prompts; empty if the server offers none.

        Raises:
            AgentError: The server cannot be asked.
        """
        return await (await self._open()).prompts()

    async def get_prompt(self, name: str, arguments: dict[str, str]) -> PromptText:
        """Fill in a prompt.

        Raises:
            AgentError: The server cannot be asked, or refuses.
        """
        return await (await self._open()).get_prompt(name, arguments)

    async def suggest(self, prompt: str, argument: str, given: dict[str, str]) -> tuple[str, ...]:
        """Ask which values an argument of a prompt may take; empty where the server suggests none.

        Raises:
            AgentError: The server cannot be asked, or refuses.
        """
        return await (await self._open()).suggest(prompt, argument, given)

    async def resources(self) -> tuple[Resource, ...]:
        """List the resources, then the templates of resources; empty if the server offers none.

        Raises:
            AgentError: The server cannot be asked.
        """
        return await (await self._open()).resources()

    async def read_resource(self, uri: str) -> tuple[ResourceContents, ...]:
        """Read a resource; it may consist of several parts.

        Raises:
            AgentError: The server cannot be asked, or refuses.
        """
        return await (await self._open()).read_resource(uri)

    async def template_names(self, template: str) -> tuple[str, ...]:
        """The values that the address of a template wants.

        Raises:
            AgentError: It is no template.
        """
        # The SDK takes long to import; before there is a connection it may not have been.
        module = await asyncio.to_thread(import_module, "agent.workspace.templates")
        return module.names_in(template)

    async def fill_template(self, template: str, values: Mapping[str, str]) -> str:
        """The address that a template and its values make.

        Raises:
            AgentError: It is no template.
        """
        module = await asyncio.to_thread(import_module, "agent.workspace.templates")
        return module.expand(template, values)
