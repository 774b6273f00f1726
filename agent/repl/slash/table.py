"""`/table`: the last list again, as a whole table."""

from collections.abc import Callable
from datetime import datetime

from agent.errors import UsageError
from agent.repl.command_context import CommandContext
from agent.repl.views.sources import newest_list
from agent.repl.views.table import draw_table
from agent.wording.moment import local_now

_MOST_ROWS = 200


async def run(context: CommandContext, _rest: str, now: Callable[[], datetime] = local_now) -> None:
    """Draw the last list of this conversation again, as a whole table.

    Args:
        context: What the command works with.
        now: Tells the user's moment.

    Raises:
        UsageError: No result of this conversation holds a list.
    """
    moment = now()
    records = newest_list(context.host.conversations.results_by_turn(), moment.tzinfo)
    if records is None:
        raise UsageError("No answer of this conversation holds a list yet.", "Ask for one first.")
    context.show(draw_table(records, context.screen.columns, context.palette, moment, _MOST_ROWS))
