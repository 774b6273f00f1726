"""`/board`: tasks by status."""

from collections.abc import Callable
from datetime import datetime

from agent.repl.command_context import CommandContext
from agent.repl.views.board import draw_board
from agent.repl.views.sources import Source, newest_list
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
    table = newest_list(context.host.conversations.results_by_turn(), moment.tzinfo)
    in_table = table is not None and table.rows == records.rows
    context.show(draw_board(records, context.screen.columns, context.palette, moment, in_table=in_table))
