"""`/undo`: takes a change back."""

from agent.repl.command_context import CommandContext
from agent.repl.undoing import run_undo


async def run(context: CommandContext, rest: str) -> None:
    """Show what would be done, ask where something changed since, and do it.

    Raises:
        AgentError: There is nothing to undo, or it cannot be undone.
    """
    await run_undo(
        rest,
        context.host,
        palette=context.palette,
        columns=None if context.screen.shows_input else context.screen.columns,
        show=context.show,
        confirm=context.screen.confirm,
        read=context.read,
    )
