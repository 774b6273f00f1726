"""`/quit`: leaves."""

from agent.repl.command_context import CommandContext


async def run(context: CommandContext, _rest: str) -> None:
    """End the chat."""
    context.leave()
