"""A toolbox in which whatever is traced during a call belongs to the span of that call.

Calls of one step run side by side, so no ambient span could tell them apart. Each is known by the very
arguments that it was started with.
"""

from collections.abc import Callable, Sequence

from opentelemetry import context as ambient
from opentelemetry.trace import Span, set_span_in_context

from agent.jsontypes import JsonObject
from agent.tools.tool import Tool, ToolResult
from agent.tools.toolbox import Progress, Toolbox


class TracedToolbox:
    """Serves the tools of another toolbox.

    Args:
        toolbox: Where the tools are.
        span_of: Finds the span of the call that was started with some arguments.
    """

    def __init__(self, toolbox: Toolbox, span_of: Callable[[JsonObject], Span | None]) -> None:
        self._toolbox = toolbox
        self._span_of = span_of

    async def tools(self) -> Sequence[Tool]:
        """List the tools."""
        return await self._toolbox.tools()

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call a tool.

        Raises: As the toolbox that is served.
        """
        span = self._span_of(arguments)
        if span is None:
            return await self._toolbox.call_tool(name, arguments, on_progress)
        token = ambient.attach(set_span_in_context(span))
        try:
            return await self._toolbox.call_tool(name, arguments, on_progress)
        finally:
            ambient.detach(token)
