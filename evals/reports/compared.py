"""A comparison of two runs, as lines for a terminal and as JSON.

The form of the JSON is described in docs/evals.md.
"""

from collections.abc import Callable, Iterator, Sequence

from agent.drawing.columns import draw_columns
from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import wrap
from agent.jsontypes import JsonObject, JsonValue
from agent.usage.words import describe_cost
from evals.reports.cleaning import clean, clean_object
from evals.reports.figures_json import encode_amounts, encode_interval, encode_tally
from evals.reports.summary import describe_run
from evals.reports.words import count, duration, interval, percent, points
from evals.runs.mixing import Difference
from evals.runs.run import Manifest
from evals.statistics.amounts import Amount
from evals.statistics.comparing import Comparison, Flip, Side

VERSION = 1
"""The form of the JSON; grows when a field changes its meaning or goes."""

_MOST_CASES = 20
_NOTHING = "none"


def draw_comparison(
    before: Manifest, after: Manifest, found: Comparison, *, columns: int, palette: Palette
) -> str:
    """Draw a comparison: the runs, what they were made with, what became of the cases, and the verdict.

    Args:
        before: What the first run, A, was made with.
        after: What the second one, B, was made with.
        found: What the comparison found.
        columns: The width to stay within.
        palette: The colours.
    """
    parts = [
        draw_columns([("A", describe_run(before)), ("B", describe_run(after))], columns, palette),
        _draw_differences(found.differences, columns, palette),
        draw_columns(list(_rows(found)), columns, palette),
        *_draw_flips(found, columns, palette),
        "".join(f"{line}\n" for text in _remarks(found) for line in wrap(text, columns - 1)),
        _draw_verdict(found, columns, palette),
    ]
    return "\n".join(filter(None, parts))


def describe_verdict(found: Comparison) -> str:
    """Say in one sentence how B compares with A."""
    flips = _describe_flips(found)
    if not found.flips:
        return f"{flips} {interval(found.interval)[:1].upper()}{interval(found.interval)[1:]}.".lstrip()
    worse = found.difference < 0
    where = interval(found.interval, turned=worse)
    if not found.difference:
        return f"A and B pass equally often ({where}): {flips}."
    direction = "worse" if worse else "better"
    if found.significant:
        return f"B is {direction} by {points(found.difference)} ({where}, {_chance(found)}): {flips}."
    return (
        f"B is {direction} by {points(found.difference)} ({where}), which may be chance "
        f"({_chance(found)}): {flips}."
    )


def _describe_flips(found: Comparison) -> str:
    worse, better = len(found.worse), len(found.better)
    if not worse and not better:
        return "Every case passes in B as often as in A."
    broke = count(worse, "case") if worse else "no case"
    if not found.single:
        return (
            f"{broke} got worse{_clearly(found.worse)}, {better or 'none'} got better{_clearly(found.better)}"
        )
    return f"{broke} broke, {better or 'none'} {'were' if better > 1 else 'was'} mended"


def _clearly(flips: Sequence[Flip]) -> str:
    clear = sum(each.clear for each in flips)
    return f" ({clear:,} clearly)" if clear else ""


def _chance(found: Comparison) -> str:
    return "p < 0.001" if found.chance < 0.001 else f"p = {found.chance:.{3 if found.chance < 0.1 else 2}f}"


def _draw_verdict(found: Comparison, columns: int, palette: Palette) -> str:
    paint = palette.strong
    if found.significant:
        paint = palette.bad if found.difference < 0 else palette.good
    return "".join(f"{paint(line)}\n" for line in wrap(describe_verdict(found), columns - 1))


def _draw_differences(differences: Sequence[Difference], columns: int, palette: Palette) -> str:
    if not differences:
        return "Both were made with the same model, instructions, tools and versions.\n"
    rows = [
        (
            each.name,
            "changed" if each.is_hash else clean(f"{each.before or _NOTHING} → {each.after or _NOTHING}"),
            "!" if each.warning else "",
        )
        for each in differences
    ]
    drawn = draw_columns(rows, columns, palette)
    if any(each.warning for each in differences):
        text = "! This may be why the runs differ, rather than the model and its instructions."
        drawn += "".join(f"{palette.warning(line)}\n" for line in wrap(text, columns - 1))
    return drawn


def _rows(found: Comparison) -> Iterator[tuple[str, str, str, str]]:
    before, after = found.before, found.after
    sign = "−" if found.difference < 0 else "+"
    change = f"{sign}{points(found.difference)}" if found.difference else "the same"
    yield "", "A", "B", "B to A"
    yield "passed", percent(before.rate), percent(after.rate), change
    yield "trials", f"{before.passed:,} of {before.trials:,}", f"{after.passed:,} of {after.trials:,}", ""
    one, other = before.amounts, after.amounts
    yield from _amount_row("tokens", one.tokens, other.tokens, "{:,.0f}".format)
    yield from _amount_row("cost", one.cost, other.cost, describe_cost)
    yield from _amount_row("steps", one.steps, other.steps, "{:.1f}".format)
    yield from _amount_row("time", one.seconds, other.seconds, duration)


def _amount_row(
    name: str, one: Amount, other: Amount, write: Callable[[float], str]
) -> Iterator[tuple[str, str, str, str]]:
    if one.total or other.total:
        before, after = (write(each.mean) if each.trials else "unknown" for each in (one, other))
        yield name, before, after, _change(one, other)


def _change(one: Amount, other: Amount) -> str:
    if not (one.mean and other.trials):
        return ""
    by = round((other.mean / one.mean - 1) * 100)
    return f"{'−' if by < 0 else '+'}{abs(by):,} %" if by else "the same"


def _draw_flips(found: Comparison, columns: int, palette: Palette) -> Iterator[str]:
    titles = ("Broke", "Mended") if found.single else ("Worse", "Better")
    for title, flips, paint in zip(
        titles, (found.worse, found.better), (palette.bad, palette.good), strict=True
    ):
        if flips:
            rows = [_flip_row(each, single=found.single) for each in flips[:_MOST_CASES]]
            more = f"and {len(flips) - _MOST_CASES:,} more\n" if len(flips) > _MOST_CASES else ""
            yield f"{paint(f'{title}:')}\n{draw_columns(rows, columns, palette)}{more}"


def _flip_row(flip: Flip, *, single: bool) -> tuple[str, ...]:
    if single:
        return (flip.case,)
    sides = (f"{each.passed} of {each.trials}" for each in (flip.before, flip.after))
    return flip.case, " → ".join(sides), "clearly" if flip.clear else "possibly"


def _remarks(found: Comparison) -> Iterator[str]:
    yield (f"{count(found.cases, 'case is', 'cases are')} compared; amounts are those of a trial on average.")
    if found.changed:
        yield f"Left out as they changed: {_name(found.changed)}."
    if found.untried:
        yield f"Left out without a finished trial in both: {_name(found.untried)}."
    for name, number in (("A", found.only_before), ("B", found.only_after)):
        if number:
            yield f"{count(number, 'case')} of {name} only."


def _name(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - _MOST_CASES:,} more" if len(cases) > _MOST_CASES else ""
    return strip_line(", ".join(cases[:_MOST_CASES])) + more


def encode_comparison(before: Manifest, after: Manifest, found: Comparison) -> JsonObject:
    """Write a comparison as a JSON object."""
    flips: list[JsonValue] = [
        {
            "case": each.case,
            "worse": each.worse,
            "clear": each.clear,
            "before": encode_tally(each.before),
            "after": encode_tally(each.after),
        }
        for each in found.flips
    ]
    differences: list[JsonValue] = [
        {"name": each.name, "before": each.before, "after": each.after, "warning": each.warning}
        for each in found.differences
    ]
    return clean_object(
        {
            "type": "comparison",
            "version": VERSION,
            "verdict": describe_verdict(found),
            "significant": found.significant,
            "cases": found.cases,
            "before": _encode_side(before, found.before),
            "after": _encode_side(after, found.after),
            "difference": found.difference,
            "interval": encode_interval(found.interval),
            "chance": found.chance,
            "flips": flips,
            "changed": list(found.changed),
            "untried": list(found.untried),
            "only_before": found.only_before,
            "only_after": found.only_after,
            "differences": differences,
        }
    )


def _encode_side(manifest: Manifest, side: Side) -> JsonObject:
    return {
        "run": manifest.id,
        "rate": side.rate,
        "passed": side.passed,
        "trials": side.trials,
        "amounts": encode_amounts(side.amounts),
    }
