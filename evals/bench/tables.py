"""Figures as tables: for a terminal, and as Markdown between two marks of a page."""

from collections.abc import Sequence

from evals.bench.figures import Figure, Target
from evals.bench.peer_figures import PeerFigures

TARGET_HEADING = ("what", "measured", "target")
HEADING = ("what", "minimum", "median", "maximum", "ratio", "target")
PEER_HEADING = (
    "program",
    "seconds",
    "ratio",
    "MiB at the peak",
    "functions",
    "their JSON, bytes",
    "tokens",
    "packages",
    "MB installed",
)


def write_number(number: float) -> str:
    """A number with about three digits that mean something."""
    if number == int(number) or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def _cells(figure: Figure) -> tuple[str, str, str, str, str, str]:
    unit = f" {figure.unit}" if figure.unit else ""
    ratio = "" if figure.ratio is None else f"{write_number(figure.ratio)} × {figure.to}"
    return (
        figure.name,
        f"{write_number(figure.minimum)}{unit}",
        f"{write_number(figure.median)}{unit}",
        f"{write_number(figure.maximum)}{unit}",
        ratio,
        "" if figure.target is None else _verdict(figure, figure.target, unit),
    )


def _verdict(figure: Figure, target: Target, unit: str) -> str:
    bound = "at least" if target.at_least else "at most"
    what = f"{write_number(target.limit)} × {figure.to}" if target.of == "ratio" else ""
    verdict = "met" if target.is_met(figure) else "MISSED"
    return f"{bound} {what or write_number(target.limit) + unit}: {verdict}"


def _peer_cells(peer: PeerFigures) -> tuple[str, ...]:
    name = f"{peer.name} {peer.version}".strip()
    if peer.problem:
        return (name, f"not measured: {peer.problem}", *("" for _ in PEER_HEADING[2:]))
    bounds = " / ".join(write_number(number) for number in (peer.least, peer.seconds, peer.most))
    counts = (peer.memory, peer.functions, peer.tool_bytes, peer.tokens, peer.packages, peer.size)
    return (name, bounds, write_number(peer.ratio), *(f"{number:,.0f}" for number in counts))


def draw_figures(figures: Sequence[Figure]) -> str:
    """Figures as columns of text."""
    return _draw([HEADING, *map(_cells, figures)])


def draw_peers(peers: Sequence[PeerFigures]) -> str:
    """The figures of programs side by side, as columns of text."""
    return _draw([PEER_HEADING, *map(_peer_cells, peers)])


def _draw(rows: Sequence[Sequence[str]]) -> str:
    # The words of why something is missing may be longer than any column.
    whole = [row for row in rows if any(row[2:])]
    widths = [max(len(row[column]) for row in whole) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def targets_in_markdown(figures: Sequence[Figure]) -> str:
    """A table of the figures that have to reach something, with the one number that counts."""
    rows: list[Sequence[str]] = []
    for figure in figures:
        if figure.target is not None:
            name, _, median, maximum, ratio, verdict = _cells(figure)
            counts = {"median": median, "maximum": maximum, "ratio": ratio}
            rows.append((name, counts[figure.target.of], verdict))
    return _markdown(TARGET_HEADING, rows)


def figures_in_markdown(sections: Sequence[tuple[str, Sequence[Figure]]]) -> str:
    """One table of all figures, each section after a row with its title."""
    rows: list[Sequence[str]] = []
    for title, figures in sections:
        rows.append((f"**{title}**", *("" for _ in HEADING[1:])))
        rows += map(_cells, figures)
    return _markdown(HEADING, rows)


def peers_in_markdown(peers: Sequence[PeerFigures]) -> str:
    """The table of programs side by side."""
    return _markdown(PEER_HEADING, list(map(_peer_cells, peers)))


def _markdown(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *("---:" for _ in heading[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (heading, ruler, *rows))


def replace_between(page: str, name: str, text: str) -> str:
    """Put a text between the marks of a name, `<!-- NAME -->` and `<!-- end of NAME -->`.

    Args:
        page: The page.
        name: The name in the marks.
        text: What stands between them from now on.

    Raises:
        ValueError: The page lacks the marks.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _, also_found, after = rest.partition(end)
    if not found or not also_found:
        raise ValueError(f"The page has no marks for {name}.")
    return f"{before}{begin}\n{text}\n\n{end}{after}"
