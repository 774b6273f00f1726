"""A run as one HTML file, which fetches nothing and runs nothing but the script that is in it.

The figures and the tables are there without the script; it sorts and narrows down the table of cases, and
shows trials. These stand in the file as JSON, each by itself, so that a browser reads one only when it is
opened.

Sources: HTML Living Standard, sections 4.12.1.3 (what a script element may hold) and 4.11.4 (dialog); Web
Content Accessibility Guidelines 2.2, 1.4.1 (use of colour), 1.4.10 (reflow) and 2.1.1 (keyboard).
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib import resources

from agent.export.head import write_head
from agent.export.redaction import Clean
from agent.jsontypes import JsonObject, well_formed
from evals.reports.cleaning import clean
from evals.reports.page.cases import write_cases
from evals.reports.page.gathering import Gathered, gather
from evals.reports.page.histograms import draw_histogram
from evals.reports.page.overview import (
    write_broken,
    write_categories,
    write_head_figures,
    write_manifest,
    write_usage,
)
from evals.reports.page.trials import encode_trial
from evals.reports.summary import describe_run
from evals.reports.words import count
from evals.runs.run import Result, Run
from evals.statistics.figures import figure_out

_MOST_BYTES = 40_000_000
_MEGABYTE = 1_000_000


def write_html(run: Run, whole: Sequence[Result], *, most_bytes: int = _MOST_BYTES) -> Iterator[bytes]:
    """Write a run, piece by piece; of its trials one at a time is in memory.

    Args:
        run: The run; the events of its trials are not looked at.
        whole: The same trials with their events.
        most_bytes: How much room conversations may take: of all trials that did not pass, and of the first of
            each case that did.

    Raises:
        AgentError: A trial cannot be read.
    """
    gathered = gather(run)
    yield _encode(_overview(run, gathered, clean))
    left_out: Counter[str] = Counter()
    for place, told in _trials(run, whole, gathered, clean, most_bytes):
        if "entries" not in told:
            left_out["passed" if told["outcome"] == "passed" else "others"] += 1
        yield _encode(_data(place, told))
    footer = _footer(run, left_out, most_bytes, clean)
    yield _encode(f"{footer}\n<script>{_part('page.js')}</script>\n</body>\n</html>\n")


def _overview(run: Run, gathered: Gathered, clean: Clean) -> str:
    figures = figure_out(run)
    histograms = "\n".join(filter(None, map(draw_histogram, gathered.measures())))
    spread = (
        '<section aria-labelledby="took">\n<h2 id="took">What a trial took</h2>\n'
        f'<div class="histograms">\n{histograms}\n</div>\n</section>'
        if histograms
        else ""
    )
    parts = (
        write_head(clean(describe_run(run.manifest)), _part("page.css"), _part("page.js")),
        "<body>",
        write_head_figures(run.manifest, figures.total, clean),
        "<main>",
        write_broken(gathered.broken, clean),
        write_categories(figures.categories),
        write_cases(run.manifest.cases, gathered.cases, clean),
        spread,
        write_usage(figures.categories),
        write_manifest(run.manifest, clean),
        "</main>",
        _part("viewer.html"),
    )
    return "\n".join(filter(None, parts))


def _trials(
    run: Run, whole: Sequence[Result], gathered: Gathered, clean: Clean, most_bytes: int
) -> Iterator[tuple[int, JsonObject]]:
    """Each trial with its place: first those with their conversations, then the others."""
    done: set[int] = set()
    for place in gathered.transcripts():
        told = encode_trial(whole[place], clean, whole=True)
        most_bytes -= len(_encode(_data(place, told)))
        if most_bytes < 0:
            break
        done.add(place)
        yield place, told
    for place, result in enumerate(run.results):
        if place not in done:
            yield place, encode_trial(result, clean, whole=False)


def _data(place: int, told: JsonObject) -> str:
    # Neither an end tag nor the beginning of a comment can stand in it.
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="trial-{place}">{text}</script>\n'


def _footer(run: Run, left_out: Counter[str], most_bytes: int, clean: Clean) -> str:
    lines: list[str] = []
    if passed := left_out["passed"]:
        lines.append(f"The conversations of {count(passed, 'trial')} that passed are left out of this file.")
    if others := left_out["others"]:
        lines.append(
            f"The conversations of {count(others, 'trial')} that did not pass are left out of this file, as "
            f"all together would take more than {most_bytes / _MEGABYTE:,.0f} MB."
        )
    if lines:
        lines.append("All of them are in the folder of the run.")
    version = run.manifest.versions.get("astravue-agent", "")
    lines.append(f"Run {run.manifest.id}, by astravue-agent {version}.")
    return f'<footer class="note">{escape(clean(" ".join(lines)))}</footer>'


def _encode(text: str) -> bytes:
    return well_formed(text).encode()


@cache
def _part(name: str) -> str:
    return resources.files("evals.reports.page").joinpath(name).read_text("utf-8")
