"""What an examination found, a mark and a word for each finding so that no colour is needed."""

from agent.doctor.finding import Finding, Outcome
from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import pad, wrap

_MARKS = {Outcome.OK: "✓", Outcome.WARNING: "!", Outcome.PROBLEM: "✗", Outcome.NOT_TRIED: "·"}
_NAME_CELLS = 9
_OUTCOME_CELLS = 9
_INDENT = "  "
# With less, what was found stands below its name.
_LEAST_BESIDE = 60


def draw_finding(finding: Finding, columns: int | None, palette: Palette) -> str:
    """Draw a finding, and what to do about it below.

    Args:
        finding: The finding.
        columns: The width to stay within; `None` for lines as long as they are.
        palette: The colours.
    """
    text, advice = strip_line(finding.text), strip_line(finding.advice)
    outcome = finding.outcome.value
    if columns is not None and columns < _LEAST_BESIDE:
        head = f"{_MARKS[finding.outcome]} {finding.name}: {outcome}"
        below = [line for each in (text, advice) if each for line in _fill(_INDENT, each, columns)]
        return "\n".join([_colour(finding.outcome, head, palette), *below]) + "\n"
    label = f"{_MARKS[finding.outcome]} {pad(finding.name, _NAME_CELLS)}  {pad(outcome, _OUTCOME_CELLS)}  "
    first, *rest = _fill(label, text, columns)
    coloured = _colour(finding.outcome, label, palette) + first[len(label) :]
    below = _fill(" " * len(label), advice, columns) if advice else []
    return "\n".join([coloured, *rest, *below]) + "\n"


def summarise(findings: list[Finding]) -> str:
    """Say what it comes to, in one sentence."""
    problems = sum(each.outcome is Outcome.PROBLEM for each in findings)
    warnings = sum(each.outcome is Outcome.WARNING for each in findings)
    if not problems and not warnings:
        return "All is well."
    counts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((problems, "problem"), (warnings, "warning"))
        if count
    ]
    return f"{' and '.join(counts)}; what helps stands below each."


def _fill(label: str, text: str, columns: int | None) -> list[str]:
    if columns is None:
        return [label + text]
    indent = " " * len(label)
    # A label begins with spaces or ends with them, which wrapping would take for gaps between words.
    first, *rest = wrap(f"{'x' * len(label)}{text}", columns, indent=indent)
    return [label + first[len(label) :], *rest]


def _colour(outcome: Outcome, text: str, palette: Palette) -> str:
    match outcome:
        case Outcome.OK:
            return palette.good(text)
        case Outcome.WARNING:
            return palette.warning(text)
        case Outcome.PROBLEM:
            return palette.bad(text)
        case Outcome.NOT_TRIED:
            return palette.dim(text)
