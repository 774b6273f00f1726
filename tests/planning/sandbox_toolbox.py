"""The demo company as a toolbox, without a network."""

from collections.abc import Sequence

from agent.errors import AgentError
from agent.jsontypes import JsonObject, dump
from agent.tools.tool import Tool, ToolResult
from agent.tools.toolbox import Progress
from tests.sandbox.sandbox_workspace import ALEX, Workspace, demo_workspace
from tests.tools.sandbox_tools import sandbox_tools


class SandboxToolbox:
    """Calls the sandbox's own functions as one of its users.

    Args:
        user_id: Who calls.
        failing: Tasks whose dependencies cannot be read.
    """

    def __init__(self, user_id: int = ALEX, failing: Sequence[int] = ()) -> None:
        self.workspace: Workspace = demo_workspace()
        self.user_id = user_id
        self.failing = failing
        self.calls: list[tuple[str, JsonObject]] = []

    async def tools(self) -> Sequence[Tool]:
        """List the tools."""
        return sandbox_tools()

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call one."""
        self.calls.append((name, arguments))
        if arguments.get("taskId") in self.failing:
            raise AgentError("The server is away.")
        found = self.workspace.call(self.user_id, name.removeprefix("astravue_"), **arguments)
        return ToolResult(dump(found), found)
