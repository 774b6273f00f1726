"""`/fork`: goes on with a copy of this conversation, all of it or up to a turn."""

from agent.errors import UsageError
from agent.repl.command_context import CommandContext
from agent.repl.commands import FORK


async def run(context: CommandContext, rest: str) -> None:
    """Go on with the copy; what it was made of stays as it is.

    Raises:
        UsageError: What was typed is no number of a turn, or nothing was said yet.
        AgentError: The copy cannot be written.
    """
    if rest and not (rest.isascii() and rest.isdigit()):
        raise UsageError(f"/fork takes the number of a turn: {FORK.usage}.")
    origin = await context.host.conversations.fork(int(rest) if rest else None)
    context.remark(
        f"You are in a copy now, which begins as turn{'' if origin.turn == 1 else 's'} "
        f"{'1' if origin.turn == 1 else f'1 to {origin.turn}'} did. "
        f"The original stays as it is: /resume {origin.id}"
    )
