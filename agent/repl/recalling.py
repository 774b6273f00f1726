"""Shows where a conversation was left: the last message and the end of its answer."""

import asyncio

from agent.drawing.identifiers import in_words
from agent.drawing.sanitize import strip, strip_line
from agent.repl.answers.markdown import open_answer, preload
from agent.repl.screens.screen import Kind, Screen, Scrollback
from agent.transcripts.turns import Turn

_MOST_SAID = 6
_MOST_ANSWERED = 30


async def show_last_turn(turn: Turn, screen: Screen, scrollback: Scrollback) -> None:
    """Show a turn as it was read when it ended, but for its calls.

    Args:
        turn: The turn.
        screen: Where to show it.
        scrollback: The screen's scrollback.
    """
    palette = screen.palette
    said = strip(turn.said).strip().split("\n")
    if len(said) > _MOST_SAID:
        said = [*said[: _MOST_SAID - 1], "…"]
    first, *rest = said
    lines = [f"❯ {first}", *(f"  {line}" for line in rest)]
    scrollback.write(Kind.MESSAGE, "".join(f"{palette.accent(line)}\n" for line in lines))
    if not palette.plain:
        await asyncio.to_thread(preload)
    answer = open_answer(
        lambda text: scrollback.write(Kind.ANSWER, text), lambda: screen.columns, plain=palette.plain
    )
    calls = "".join(f"- {strip_line(in_words(title))}: {outcome}\n" for title, outcome in turn.calls)
    answer.feed(_end_of(turn.answer) or calls or "(no answer)")
    answer.finish()


def _end_of(answer: str) -> str:
    """The last lines of a long answer: that is where the reader was."""
    lines = answer.strip().split("\n")
    return answer if len(lines) <= _MOST_ANSWERED else "\n".join(["…", "", *lines[-_MOST_ANSWERED:]])
