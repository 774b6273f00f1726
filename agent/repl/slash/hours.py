"""`/hours`: where the time went, as bars."""

from collections.abc import Callable
from datetime import datetime

from agent.drawing.sanitize import strip_line
from agent.errors import UsageError
from agent.repl.command_context import CommandContext
from agent.repl.views.hours import GROUPINGS, draw_hours
from agent.repl.views.sources import Source
from agent.wording.moment import local_now


async def run(context: CommandContext, rest: str, now: Callable[[], datetime] = local_now) -> None:
    """Draw the time of a project, or the time that the conversation was about last.

    Args:
        context: What the command works with.
        rest: What the bars stand for, the project's name or id, or both; may be empty.
        now: Tells the user's moment.

    Raises:
        AgentError: There is none, no such project, the bars cannot stand for that, or the server cannot be
            asked.
    """
    grouping, project = parse(rest)
    moment = now()
    records = await Source.of(context, moment).entries(project)
    context.show(draw_hours(records, context.screen.columns, context.palette, moment, grouping))


def parse(rest: str) -> tuple[str, str]:
    """Read what follows `/hours`: “by person”, “Office move”, or “Office move by day”.

    Returns:
        What the bars stand for, and the project; each may be empty.

    Raises:
        UsageError: It only says “by”, and nothing that bars may stand for.
    """
    *before, last = rest.split() or [""]
    if last.lower() not in GROUPINGS:
        # A project may be called “Stand by me”, but hardly “by me”.
        if (before or [last])[0].lower() == "by":
            *most, least = GROUPINGS
            instead = f", not by “{strip_line(' '.join([*before[1:], last]))}”" if before else ""
            raise UsageError(
                f"Hours are drawn by {', '.join(most)} or {least}{instead}.",
                f"Such as: /hours by {GROUPINGS[1]}",
            )
        return "", rest
    if before and before[-1].lower() == "by":
        before.pop()
    return last.lower(), " ".join(before)
