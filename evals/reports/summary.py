"""What came of a run, as lines for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import pad, shorten, width, wrap
from agent.usage.words import describe_cost, describe_usage
from agent.wording.bars import draw_bar
from evals.definitions.case import Category
from evals.definitions.trial import Status
from evals.reports.cleaning import clean
from evals.reports.words import count, duration, interval, percent
from evals.runs.commands import resume_command
from evals.runs.run import Manifest, Result, Run
from evals.scoring.score import Check
from evals.statistics.figures import Figures, RunFigures, figure_out

_MOST_CASES = 20
_MOST_LINES = 4
_LONGEST_BAR = 24
_SHORTEST_BAR = 4
_GAP = "  "


@dataclass(slots=True)
class _Trouble:
    """What is told of trials that did not pass.

    Args:
        failed: For the first failed trial of each case, the checks that failed.
        broken: For each reason, the trials that broke for it.
    """

    failed: dict[str, tuple[Check, ...]] = field(default_factory=dict[str, tuple[Check, ...]])
    broken: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, result: Result) -> None:
        record = result.record
        if record.status is Status.BROKEN:
            self.broken.setdefault(strip_line(clean(record.problem)), []).append(record.key)
        elif not result.score.passed and record.case not in self.failed:
            self.failed[record.case] = result.score.failures


def summarise(run: Run, *, columns: int, palette: Palette, folder: str = "") -> str:
    """Tell what came of a run.

    Args:
        run: The run, finished or not.
        columns: The width to stay within.
        palette: The colours; a plain one leaves the bars out too.
        folder: Where it is kept; empty for nowhere.
    """
    figures = figure_out(run)
    trouble = _Trouble()
    for result in run.results:
        trouble.add(result)
    parts = [
        [palette.strong(line) for line in _wrap(describe_run(run.manifest), columns)],
        [line for text in _total(figures.total) for line in _wrap(text, columns)],
        list(_categories(figures.categories, columns, palette)),
        list(_failed(figures, trouble.failed, columns, palette)),
        list(_broken(trouble.broken, columns, palette)),
        [line for text in _amounts(figures.total) for line in _wrap(text, columns)],
        list(_kept(figures.total, folder, columns)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def describe_run(manifest: Manifest) -> str:
    """Name a run, who answered in it, and which part of the cases it tried."""
    who = ", ".join(
        filter(
            None,
            (
                manifest.kind.value,
                manifest.model,
                f"user played by {manifest.user_model}" if manifest.user_model else "",
                f"judged by {manifest.judge}" if manifest.judge else "",
                f"part {manifest.shard}" if manifest.shard else "",
            ),
        )
    )
    return strip_line(clean(f"Run {manifest.id}: {who}"))


def _total(figures: Figures) -> Iterator[str]:
    if not figures.cases:
        yield "No trial was finished."
        return
    things = count(figures.trials, "case" if figures.trials == figures.cases else "trial")
    # Where trials are missing or broken, cases have had more or fewer of them, and count alike all the same.
    even = abs(figures.passed / figures.trials - figures.rate) < 1e-9
    yield (
        f"{figures.passed:,} of {things} passed{': ' if even else '; on average over cases '}"
        f"{percent(figures.rate)} ({interval(figures.interval)})."
    )
    if len(figures.chances) > 1:
        last = figures.chances[-1]
        all_pass = ", ".join(f"pass^{each.k} {percent(each.all_pass)}" for each in figures.chances)
        some = f", of the {count(last.cases, 'case')} with so many" if last.cases < figures.cases else ""
        yield f"{all_pass}; pass@{last.k} {percent(last.any_passes)}{some}."
    if figures.missing:
        yield f"{count(figures.missing, 'trial')} not run yet."


def _categories(categories: Mapping[Category, Figures], columns: int, palette: Palette) -> Iterator[str]:
    names = max(map(len, categories), default=0)
    told = {name: f"{each.passed:,} of {each.trials:,}" for name, each in categories.items()}
    room = columns - 1 - names - max(map(len, told.values()), default=0) - 2 * len(_GAP) - 2
    cells = min(room, _LONGEST_BAR)
    for name, each in categories.items():
        bar = (
            []
            if palette.plain or cells < _SHORTEST_BAR
            else [_colour(each, palette, draw_bar(each.rate, cells))]
        )
        broken = f", {each.broken:,} broken" if each.broken and columns > 60 else ""
        yield _GAP.join([pad(name, names), *bar, told[name] + broken])


def _colour(figures: Figures, palette: Palette, bar: str) -> str:
    if not figures.trials:
        return palette.dim(bar)
    if figures.passed == figures.trials:
        return palette.good(bar)
    return palette.warning(bar) if 2 * figures.passed >= figures.trials else palette.bad(bar)


def _failed(
    figures: RunFigures, failed: Mapping[str, Sequence[Check]], columns: int, palette: Palette
) -> Iterator[str]:
    if failed:
        yield palette.strong(f"{count(len(failed), 'case')} failed:")
    for case in list(failed)[:_MOST_CASES]:
        tally = figures.cases[case]
        often = f" ({tally.passed} of {tally.trials} passed)" if tally.trials > 1 else ""
        yield from (palette.bad(line) for line in _wrap(f"{strip_line(case)}{often}", columns, _GAP))
        yield from map(palette.dim, _checks(failed[case], columns))
    if len(failed) > _MOST_CASES:
        yield f"{_GAP}and {len(failed) - _MOST_CASES:,} more"


def _checks(checks: Sequence[Check], columns: int) -> Iterator[str]:
    """The checks that failed: one with its first lines, several with a line each."""
    indent = 2 * _GAP
    if not checks:
        yield from _wrap("Nothing was looked at.", columns, indent)
    for check in checks:
        lines = [line.rstrip() for line in clean(check.detail).expandtabs(4).splitlines() if line.strip()]
        first = ": ".join([check.name, *lines[:1]])
        if check.name == "end":
            # Its reason comes last, and is what says most.
            yield from _wrap(first, columns, indent)
            continue
        most = 1 if len(checks) > 1 else _MOST_LINES
        more = ["…"] if most > 1 and len(lines) > most else []
        for line in [first, *lines[1:most], *more]:
            yield shorten(f"{indent}{line}", columns - 1)


def _broken(broken: Mapping[str, list[str]], columns: int, palette: Palette) -> Iterator[str]:
    if broken:
        trials = count(sum(map(len, broken.values())), "trial is broken", "trials are broken")
        yield from map(palette.strong, _wrap(f"{trials} and not counted:", columns))
    for reason, keys in broken.items():
        more = f" and {len(keys) - 1:,} more" if len(keys) > 1 else ""
        yield from map(palette.warning, _wrap(f"{strip_line(keys[0])}{more}: {reason}", columns, _GAP))


def _amounts(figures: Figures) -> Iterator[str]:
    seconds, usage = figures.amounts.seconds, figures.usage
    if usage.total_tokens:
        yield f"Used {describe_usage(usage)}."
    if others := "; ".join(_others(figures)):
        yield f"{others[0].upper()}{others[1:]}."
    if figures.spent.cost is None and figures.amounts.cost.trials:
        known = count(figures.amounts.cost.trials, "trial")
        yield f"The cost is known of {known} only: {describe_cost(figures.amounts.cost.total)}."
    if seconds.trials:
        yield (
            f"A trial took {duration(seconds.median)} (median), nine in ten took at most "
            f"{duration(seconds.ninth_decile)}, all together {duration(seconds.total)}."
        )


def _others(figures: Figures) -> Iterator[str]:
    """What was spent on other models than the one that is tried."""
    for who, each in (("the user's model", figures.user_usage), ("the judge", figures.judge_usage)):
        if each.total_tokens:
            yield f"{who} took {describe_usage(each)}"
    total = figures.spent
    if total.cost is not None and total != figures.usage:
        yield f"all models together {describe_cost(total.cost)}"


def _kept(figures: Figures, folder: str, columns: int) -> Iterator[str]:
    if not folder:
        return
    # Paths and commands are copied, so they stay whole.
    yield f"Kept in {folder}" if width(folder) + 10 < columns else f"Kept in\n{folder}"
    if figures.missing:
        yield f"Go on with it: {resume_command(Path(folder))}"


def _wrap(text: str, columns: int, indent: str = "") -> list[str]:
    lines = wrap(text, columns - 1 - len(indent), indent=_GAP if indent else "")
    return [f"{indent}{line}" for line in lines]
