"""Pieces of HTML and SVG that the parts of the report are made of.

What is drawn is stretched to the room there is and holds no words; those stand beside it as text.

Sources: SVG 2, sections 8.8 (preserveAspectRatio) and 5.8 (title); WAI-ARIA 1.3, role img.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from evals.statistics.intervals import Interval


def table(caption: str, headings: Sequence[str], rows: Iterable[str], name: str) -> str:
    """Write a table that scrolls in itself where the window is too narrow.

    Args:
        caption: What it tells, for whoever cannot see it.
        headings: One for each column.
        rows: The rows as HTML.
        name: Its id.
    """
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">\n'
        f'<table id="{name}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody>\n</table>\n</div>"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Write labels and values; those without a value are left out."""
    return "".join(
        f'<dt>{escape(label)}</dt><dd dir="auto">{escape(value)}</dd>\n' for label, value in pairs if value
    )


def cell(text: str, value: float | None = None) -> str:
    """Write a cell of numbers.

    Args:
        text: What is read.
        value: What it is sorted by, where that is not what is read.
    """
    sorted_by = "" if value is None else f' data-value="{value:.6g}"'
    return f'<td class="number"{sorted_by}>{escape(text)}</td>'


def rate_bar(rate: float, interval: Interval | None) -> str:
    """Draw a share, and where it may lie in truth."""
    whisker = ""
    if interval is not None:
        low, high = f"{interval.low * 100:.2f}", f"{interval.high * 100:.2f}"
        whisker = f'<line class="whisker" x1="{low}" x2="{high}" y1="5" y2="5"/>'
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="10"/>'
        f'<rect class="rate" width="{rate * 100:.2f}" height="10"/>{whisker}</svg>'
    )


def stacked_bar(parts: Mapping[str, float], whole: float) -> str:
    """Draw amounts one after the other.

    Args:
        parts: The amounts by the classes that they are drawn as.
        whole: What the whole length stands for.
    """
    drawn, at = "", 0.0
    for name, amount in parts.items():
        width = amount / whole * 100 if whole else 0.0
        drawn += f'<rect class="{name}" x="{at:.2f}" width="{width:.2f}" height="10"/>'
        at += width
    return (
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>'
    )
