"""`/login`: signs in, the conversation goes on."""

from agent.repl.command_context import CommandContext


async def run(context: CommandContext, _rest: str) -> None:
    """Sign in.

    Raises:
        AgentError: The sign-in was refused, abandoned or impossible.
    """
    context.remark(await context.sign_in())
