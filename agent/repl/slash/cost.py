"""`/cost`: tokens and what they cost, by turn and in all."""

from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import pad, pad_left, shorten, width, wrap
from agent.repl.command_context import CommandContext
from agent.usage.ledger import Ledger
from agent.usage.words import describe_usage, short_cost

_HEADINGS = ("in", "out", "cost")
_GAP = "  "
_MOST_TURNS = 20
_LEAST_TEXT = 12
_SPOKEN_TEXT = 60


async def run(context: CommandContext, _rest: str) -> None:
    """Show it."""
    context.show(draw_costs(context.host.tokens.ledger, context.screen.columns, context.palette))


def draw_costs(ledger: Ledger, columns: int, palette: Palette) -> str:
    """Draw a row for each turn, then the sum.

    Args:
        ledger: What each turn took.
        columns: The width to stay within.
        palette: The colours.
    """
    entries = ledger.entries
    if not entries:
        return "Nothing was taken yet.\n"
    rows = [
        (
            strip_line(entry.text) or "(a summary)",
            f"{entry.usage.input_tokens:,}",
            f"{entry.usage.output_tokens:,}",
            short_cost(entry.usage, entry.as_of) or "not known",
        )
        for entry in entries[-_MOST_TURNS:]
    ]
    lines = _draw_rows(rows, columns, palette)
    if left := len(entries) - len(rows):
        lines.insert(0, palette.dim(f"{left} earlier turns are in the sum only."))
    total = describe_usage(ledger.total, ledger.as_of)
    lines += [palette.strong(line) for line in wrap(f"In all: {total}", columns - 1, indent=_GAP)]
    unknown = sorted({strip_line(entry.model) for entry in entries if entry.usage.cost is None})
    if unknown:
        note = f"No price is known for {', '.join(unknown)}; a model on your own machine has none."
        lines += [palette.dim(line) for line in wrap(note, columns - 1, indent=_GAP)]
    return "".join(f"{line}\n" for line in lines)


def _draw_rows(rows: list[tuple[str, str, str, str]], columns: int, palette: Palette) -> list[str]:
    if palette.plain:
        return [
            f"{shorten(text, _SPOKEN_TEXT)}: {read} tokens in, {written} out, cost {cost}"
            for text, read, written, cost in rows
        ]
    widths = [
        max(width(heading), *(width(row[place]) for row in rows))
        for place, heading in enumerate(_HEADINGS, 1)
    ]
    figures = sum(widths) + len(_GAP) * len(widths)
    room = columns - 1 - figures
    if room < _LEAST_TEXT:
        # The words stand above their figures then.
        lines: list[str] = []
        for text, *cells in rows:
            named = (f"{cell} {heading}" for cell, heading in zip(cells, _HEADINGS, strict=True))
            lines += [shorten(text, columns - 1), palette.dim(shorten(_GAP + " · ".join(named), columns - 1))]
        return lines
    room = min(room, max(width(row[0]) for row in rows))
    heads = [pad_left(heading, each) for heading, each in zip(_HEADINGS, widths, strict=True)]
    lines = [palette.dim(pad("", room) + _GAP + _GAP.join(heads))]
    for text, *cells in rows:
        padded = [pad_left(cell, each) for cell, each in zip(cells, widths, strict=True)]
        lines.append(pad(shorten(text, room), room) + _GAP + _GAP.join(padded))
    return lines
