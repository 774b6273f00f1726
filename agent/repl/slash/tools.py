"""`/tools`: the server's tools, or one in detail."""

from agent.drawing.sanitize import strip_line
from agent.errors import UsageError
from agent.repl.command_context import CommandContext
from agent.repl.tables import draw_tool, draw_tools


async def run(context: CommandContext, rest: str) -> None:
    """Show them.

    Raises:
        AgentError: There is no such tool, or the server cannot be asked.
    """
    tools = await context.list_tools()
    if not rest:
        context.show(draw_tools(tools, context.screen.columns, context.palette))
        return
    found = next((tool for tool in tools if tool.name == rest), None)
    if found is None:
        raise UsageError(f"There is no tool {strip_line(rest)}.", "/tools lists those there are.")
    context.show(draw_tool(found, context.palette))
