"""`/logout`: signs out."""

from agent.repl.command_context import CommandContext


async def run(context: CommandContext, _rest: str) -> None:
    """Sign out.

    Raises:
        AgentError: The sign-in could not be removed.
    """
    context.remark(await context.host.signing_in.logout())
