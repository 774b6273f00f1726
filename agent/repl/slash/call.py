"""`/call`: one tool by hand, with the same checks and approvals as the model's calls."""

from agent.errors import UsageError
from agent.jsontypes import JsonObject, parse_object
from agent.repl.command_context import CommandContext
from agent.repl.commands import CALL


async def run(context: CommandContext, rest: str) -> None:
    """Call it, and show what it answers.

    Raises:
        UsageError: The name is missing, or the rest is no JSON object.
    """
    name, arguments = parse_call(rest)
    await context.read(context.host.call(name, arguments), results=True)


def parse_call(rest: str) -> tuple[str, JsonObject]:
    """Read what follows `/call`: a tool's name and its arguments as a JSON object.

    Raises:
        UsageError: The name is missing, or the rest is no JSON object.
    """
    name, _, arguments = rest.partition(" ")
    if not name:
        raise UsageError(f"/call needs a tool's name: {CALL.usage}.", "/tools lists the tools.")
    try:
        return name, parse_object(arguments) if arguments.strip() else {}
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"Nothing was called, because the arguments are not a JSON object ({error}).",
            f'Write them like /call {name} {{"key": "value"}}.',
        ) from None
