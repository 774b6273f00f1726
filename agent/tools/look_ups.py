"""Calls that this program makes of its own accord, to learn how things are."""

from collections.abc import Sequence

from agent.errors import ApprovalError
from agent.jsontypes import JsonObject
from agent.tools.effects import effect_of
from agent.tools.policy import Policy, Verdict
from agent.tools.tool import Effect, Tool, ToolResult
from agent.tools.toolbox import Progress, Toolbox


class LookUps:
    """A toolbox for calls that nobody is asked about: reads, as far as the user's rules leave them free.

    Args:
        toolbox: Where the tools are.
        policy: The user's rules.
    """

    def __init__(self, toolbox: Toolbox, policy: Policy) -> None:
        self._toolbox = toolbox
        self._policy = policy

    async def tools(self) -> Sequence[Tool]:
        """List the tools that may be called."""
        return [tool for tool in await self._toolbox.tools() if self._is_free(tool)]

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call one; see `Toolbox.call_tool`.

        Raises:
            ApprovalError: It changes something, or the user's rules refuse it or ask about it.
        """
        if not any(tool.name == name for tool in await self.tools()):
            hint = f"Call it yourself: /call {name}"
            raise ApprovalError(f"{name} is not called unasked, so it was not called.", hint)
        return await self._toolbox.call_tool(name, arguments, on_progress)

    def _is_free(self, tool: Tool) -> bool:
        return effect_of(tool) is Effect.READ and self._policy.judge(tool).verdict is Verdict.ALLOW
