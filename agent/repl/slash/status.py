"""`/status`: server, sign-in, model and conversation."""

from agent.drawing.columns import draw_columns
from agent.repl.command_context import CommandContext


async def run(context: CommandContext, _rest: str) -> None:
    """Show them.

    Raises:
        AgentError: The sign-in cannot be read.
    """
    pairs = await context.host.status()
    context.show(draw_columns(pairs, context.screen.columns, context.palette))
