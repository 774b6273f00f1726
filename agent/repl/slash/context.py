"""`/context`: where the tokens of the next request go."""

from agent.context.report import ContextReport
from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import pad, pad_left, shorten, width, wrap
from agent.repl.command_context import CommandContext
from agent.wording.bars import draw_bar

_GAP = "  "
_LONGEST_BAR = 24
_SHORTEST_BAR = 6


async def run(context: CommandContext, _rest: str) -> None:
    """Show it.

    Raises:
        AgentError: Something is missing, or the server cannot list its tools.
    """
    report = await context.host.tokens.context()
    context.show(draw_context(report, context.screen.columns, context.palette))


def draw_context(report: ContextReport, columns: int, palette: Palette) -> str:
    """Draw each part with its tokens and its share of the request as a bar, then what that means.

    Args:
        report: What the next request holds.
        columns: The width to stay within.
        palette: The colours.
    """
    rows = _rows(report)
    label = max(width(name) for name, _ in rows)
    figure = max(width(f"{tokens:,}") for _, tokens in rows)
    cells = min(_LONGEST_BAR, columns - 1 - label - figure - len(f"{_GAP}{_GAP}▕▏ 100%"))
    lines = [
        palette.strong(line)
        for line in wrap(
            f"The next request to {strip_line(report.model)}: about {report.total:,} tokens{_of(report)}",
            columns - 1,
            indent=_GAP,
        )
    ]
    for name, tokens in rows:
        share = tokens / max(report.total, 1)
        if palette.plain:
            lines.append(f"{name.strip()}: {tokens:,}, {share:.0%}")
            continue
        bar = f"{_GAP}{draw_bar(share, cells)} {share:.0%}" if cells >= _SHORTEST_BAR else f" {share:4.0%}"
        room = min(label, columns - 1 - figure - len(_GAP) - width(bar))
        lines.append(
            f"{pad(shorten(name, room), room)}{_GAP}{pad_left(f'{tokens:,}', figure)}{palette.accent(bar)}"
        )
    for note in _notes(report):
        lines += [palette.dim(line) for line in wrap(note, columns - 1)]
    return "".join(f"{line}\n" for line in lines)


def _rows(report: ContextReport) -> list[tuple[str, int]]:
    rows = [
        ("System prompt", report.system),
        (f"Functions, {report.offered} of {report.available}", report.functions),
        ("Summary", report.summary),
        ("Your messages", report.user),
        ("Answers", report.answers),
        ("Tool results", report.results),
    ]
    rows += [(f"{_GAP}{strip_line(name)}", tokens) for name, tokens in report.largest]
    return rows


def _of(report: ContextReport) -> str:
    if report.window is None:
        return ""
    return f" of {report.window:,}, {report.total / report.window:.0%}"


def _notes(report: ContextReport) -> list[str]:
    if report.window is None:
        return ["This model chooses by itself what it reads, so a request is much shorter than that."]
    notes = [
        f"Room left: {max(0, report.window - report.total):,} tokens. From about {report.compacts_at:,} on, "
        "old turns are summarised; /compact does it now."
    ]
    if report.left_out:
        notes.append(f"{report.left_out} earlier messages are kept, but not in the request any more.")
    return notes
