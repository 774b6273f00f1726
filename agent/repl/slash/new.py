"""`/new`: a fresh conversation in the same window."""

from agent.repl.command_context import CommandContext


async def run(context: CommandContext, _rest: str) -> None:
    """Leave this conversation as it is saved, and begin another one.

    Raises:
        AgentError: Something is missing to go on.
    """
    left = context.host.conversations.id
    await context.host.conversations.begin()
    context.remark(f"A new conversation begins. Back: /resume {left}")
