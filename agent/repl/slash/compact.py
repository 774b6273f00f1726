"""`/compact`: summarises old turns for the model, or takes that back."""

from agent.repl.command_context import CommandContext
from agent.repl.compacting import is_undo


async def run(context: CommandContext, rest: str) -> None:
    """Do it.

    Raises:
        AgentError: There is nothing to do, or it could not be done; everything is as it was.
    """
    await context.read(context.host.compact(undo=is_undo(rest)), kept="; everything is as it was")
