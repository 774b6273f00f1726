"""What is under way, drawn so that it fits: a line for each call, a wait, or a spinner."""

import math
from collections.abc import Sequence

from agent.drawing.identifiers import in_words
from agent.drawing.palette import Palette
from agent.drawing.widths import shorten, width
from agent.events import ToolCallProgress, ToolCallStarted
from agent.repl.lines import describe_amount, describe_arguments, describe_message
from agent.repl.parts import SEPARATOR, Part, fit
from agent.wording.bars import draw_bar

FRAMES_PER_SECOND = 8
MOST_CALLS = 6
"""How many calls have a line of their own; the others are counted."""
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_LEAST_TITLE = 10
_LEAST_ARGUMENTS = 8
_LEAST_MESSAGE = 8
_BAR_CELLS = (16, 8)
_WIDE = 80


def draw_call(
    started: ToolCallStarted,
    progress: ToolCallProgress | None,
    seconds: float,
    columns: int,
    palette: Palette,
) -> str:
    """Draw a call in one line: its title and arguments in short, how far it is, and since when it runs.

    Args:
        started: The call.
        progress: What it said last of how far it is.
        seconds: How long it runs.
        columns: The width to stay within.
        palette: The colours.
    """
    parts = [
        Part(in_words(started.title), 80, least=_LEAST_TITLE, must_stay=True),
        Part(describe_arguments(started.arguments), 10, least=_LEAST_ARGUMENTS),
    ]
    if progress is not None:
        amount = describe_amount(progress)
        if progress.fraction is not None:
            cells = _BAR_CELLS[columns < _WIDE]
            # Where there is no room for a bar, the share alone says it.
            with_bar = f"{draw_bar(progress.fraction, cells)} {amount}"
            room = columns - _LEAST_TITLE - width(f"⠋ {SEPARATOR}{SEPARATOR}{_elapsed(seconds)}")
            amount = with_bar if width(with_bar) <= room else amount
        parts += [
            Part(amount, 90, least=4),
            Part(describe_message(progress), 20, least=_LEAST_MESSAGE),
        ]
    return _spin(parts, seconds, columns, palette)


def draw_waiting(text: str, seconds: float, columns: int, palette: Palette) -> str:
    """Draw a spinner with what is waited for and since when."""
    return _spin([Part(text, 80, least=_LEAST_TITLE, must_stay=True)], seconds, columns, palette)


def draw_countdown(seconds: float, columns: int, palette: Palette) -> str:
    """Draw how long a wait still takes; why there is one stands above."""
    parts = [Part("Waiting", 10, must_stay=True), Part(f"{math.ceil(seconds)} s left", 90)]
    return palette.warning(fit(parts, columns))


def fold(lines: Sequence[str], palette: Palette) -> list[str]:
    """Count the lines of calls that are too many to be looked at."""
    more = len(lines) - MOST_CALLS
    # A line that says that there is one more takes as much room as that one.
    if more <= 1:
        return [*lines]
    return [*lines[:MOST_CALLS], palette.dim(f"  and {more} more")]


def cut_above(text: str, rows: int, columns: int, palette: Palette) -> str:
    """Leave out the beginning of what is too long for the screen, as the end is what is new, and say so.

    Args:
        text: What is live.
        rows: How many lines there is room for.
        columns: The width to stay within.
        palette: The colours.
    """
    left_out = text.count("\n") + 1 - rows
    lines = ("\n" + text[-rows * columns * 4 :]).split("\n")[-rows:]
    if left_out > 0 and rows > 1:
        # The line that says so takes the place of one more.
        said = f"… {left_out + 1} lines above, shown whole when the block ends"
        if len(said) >= columns:
            said = f"… {left_out + 1} lines above, whole when it ends"
        lines[0] = palette.dim(shorten(said, columns - 1))
    return "\n".join(lines)


def _spin(parts: Sequence[Part], seconds: float, columns: int, palette: Palette) -> str:
    frame = _FRAMES[int(seconds * FRAMES_PER_SECOND) % len(_FRAMES)]
    elapsed = f"{SEPARATOR}{_elapsed(seconds)}"
    text = fit(parts, columns - width(f"{frame} {elapsed}"))
    return f"{palette.accent(frame)} {text}{palette.dim(elapsed)}"


def _elapsed(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
