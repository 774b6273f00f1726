"""What becomes of a text that was typed: the message to the model, with all that it brings along."""

from contextlib import suppress
from dataclasses import dataclass

from agent.errors import AgentError
from agent.repl import commands
from agent.repl.attaching import attach
from agent.repl.command_context import CommandContext
from agent.repl.commands import Command
from agent.repl.dialogs.asking import ask_arguments
from agent.repl.server_prompts import PromptCall, commands_of_prompts, find_prompt, write_message
from agent.repl.workflow_commands import commands_of, fill_in
from agent.workflows.invocation import find_invocation


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to the model.

    Args:
        text: What the model reads.
        tools: Globs of tools that it takes.
        typed: What the user typed, where the text was made from it.
    """

    text: str
    tools: tuple[str, ...] = ()
    typed: str = ""


def further_commands(context: CommandContext) -> tuple[Command, ...]:
    """What can be given after a slash beside the chat's own commands: workflows, the server's prompts."""
    prompts = commands_of_prompts(context.server_lists.prompts(), context.workflows)
    return (*commands_of(context.workflows), *prompts)


def is_message(text: str, context: CommandContext) -> bool:
    """Say whether a text goes to the model, itself or what it calls; else it is a command of the chat."""
    if not commands.is_command(text) or find_invocation(text, context.workflows):
        return True
    return not commands.is_known(text) and _find(text, context) is not None


async def compose(text: str, context: CommandContext) -> Outgoing | None:
    """Make the message; `None` if the text is a command of the chat.

    Args:
        text: What was typed.
        context: Where to ask for what is missing.

    Raises:
        AgentError: It cannot be made, or the user does not say what it needs.
    """
    if not commands.is_command(text):
        whole = await attach(text, context.host.features, context.server_lists.resources.now, context.remark)
        return Outgoing(whole, typed=text if whole != text else "")
    if invocation := find_invocation(text, context.workflows):
        filled = await fill_in(invocation, context.screen.read_line, context.remark)
        return Outgoing(filled.text, filled.workflow.tools, filled.typed)
    if commands.is_known(text):
        return None
    call = _find(text, context)
    if call is None:
        # It may be a prompt that has not been listed yet.
        with suppress(AgentError):
            await context.server_lists.prompts.now()
        call = _find(text, context)
    if call is None:
        return None
    return Outgoing(await write_message(call, context, ask_arguments), typed=text)


def _find(text: str, context: CommandContext) -> PromptCall | None:
    return find_prompt(text, context.server_lists.prompts(), context.workflows)
