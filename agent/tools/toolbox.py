"""What serves tools, whoever that is."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from agent.jsontypes import JsonObject
from agent.tools.tool import Tool, ToolResult

Progress: TypeAlias = Callable[[float, float | None, str], None]


class Toolbox(Protocol):
    """Whatever serves tools; the workspace in earnest."""

    async def tools(self) -> Sequence[Tool]:
        """List the tools."""
        ...

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call one.

        Args:
            name: The tool.
            arguments: What it is given.
            on_progress: Is told how much is done, of how much if that is known, and what is being done.

        Raises:
            AgentError: The call has no result; the message says why.
        """
        ...
