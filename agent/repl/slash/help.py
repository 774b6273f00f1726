"""`/help`: the commands, the workflows, the server's prompts and the keys."""

from agent.model.embedded.weights import QWEN_CODER
from agent.repl.command_context import CommandContext
from agent.repl.server_prompts import commands_of_prompts
from agent.repl.tables import draw_help
from agent.repl.workflow_commands import commands_of


async def run(context: CommandContext, _rest: str) -> None:
    """Show them."""
    workflows = commands_of(context.workflows)
    prompts = commands_of_prompts(context.server_lists.prompts(), context.workflows)
    is_embedded = context.host.standing.model == QWEN_CODER.name
    columns, palette = context.screen.columns, context.palette
    context.show(draw_help(columns, palette, workflows, prompts, is_embedded=is_embedded))
