"""`/resume`: goes on with a saved conversation in this window."""

import time

from agent.drawing.sanitize import strip_line
from agent.errors import UsageError
from agent.repl.command_context import CommandContext
from agent.repl.dialogs.asking import choose
from agent.repl.dialogs.choosing import Option
from agent.repl.recalling import show_last_turn
from agent.transcripts.finding import LAST
from agent.transcripts.saved import Saved
from agent.transcripts.searching import search_saved
from agent.wording.addresses import shown_address
from agent.wording.durations import describe_age


async def run(context: CommandContext, rest: str) -> None:
    """Go on with the one that is named, or have one chosen, and show where it was left.

    Raises:
        AgentError: There is no such conversation, or it cannot be gone on with; nothing is changed then.
    """
    wanted = await _find(context, rest)
    if wanted is None:
        context.remark("You are still in the same conversation.")
        return
    title, different = await context.host.conversations.resume(wanted)
    context.remark(f"Going on with “{strip_line(title)}”.")
    if different:
        context.remark(different)
    turn = context.host.conversations.last_turn
    if turn is not None:
        await show_last_turn(turn, context.screen, context.scrollback)


async def _find(context: CommandContext, rest: str) -> str | None:
    """The id of the conversation that is meant; `None` if none was chosen.

    Raises:
        UsageError: There is none.
    """
    conversations = context.host.conversations
    saved, problems = await conversations.saved()
    others = [each for each in saved if each.id != conversations.id]
    if rest == LAST and others:
        return others[0].id
    if any(each.id.startswith(rest) for each in saved if rest):
        return rest
    if rest:
        found = search_saved(others, rest) or list(await conversations.search(rest))
        if not found:
            raise UsageError(f"No saved conversation holds “{strip_line(rest)}”.", "/resume lists them all.")
        if len(found) == 1:
            return found[0].id
    else:
        for problem in problems:
            context.remark(context.palette.warning(strip_line(problem)))
        found = others
        if not found:
            raise UsageError("There is no other conversation.")
    # Those of this server can be gone on with here, so they come first.
    found.sort(key=lambda each: not conversations.is_here(each.header))
    options = [_option(each, is_here=conversations.is_here(each.header)) for each in found]
    place = await choose(context.screen, context.scrollback, "Go on with", options)
    return None if place is None else found[place].id


def _option(saved: Saved, *, is_here: bool) -> Option:
    place = "of a demo company" if saved.header.workspace else f"at {shown_address(saved.header.server)}"
    elsewhere = "" if is_here else place
    age = describe_age(time.time() - saved.used)
    facts = (
        age,
        f"{saved.turns} turn{'' if saved.turns == 1 else 's'}",
        elsewhere,
        "a copy" if saved.header.forked_from else "",
        saved.id,
    )
    return Option(
        strip_line(saved.title),
        " · ".join(filter(None, facts)),
        mark=f"{age} · {saved.id.rpartition('-')[2]}",
    )
