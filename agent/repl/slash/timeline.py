"""`/timeline`: tasks by the day they are due."""

from collections.abc import Callable
from datetime import datetime

from agent.repl.command_context import CommandContext
from agent.repl.views.sources import Source
from agent.repl.views.timeline import draw_timeline
from agent.wording.moment import local_now


async def run(context: CommandContext, rest: str, now: Callable[[], datetime] = local_now) -> None:
    """Draw the tasks of a project, or those that the conversation was about last.

    Args:
        context: What the command works with.
        rest: The project's name or id; may be empty.
        now: Tells the user's moment.

    Raises:
        AgentError: There are none, no such project, or the server cannot be asked.
    """
    moment = now()
    records = await Source.of(context, moment).tasks(rest)
    context.show(draw_timeline(records, context.screen.columns, context.palette, moment))
