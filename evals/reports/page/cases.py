"""The table of cases, and the fields that narrow it down."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from statistics import median

from agent.export.redaction import Clean
from agent.usage.words import describe_cost
from evals.definitions.case import Category
from evals.reports.page.gathering import Seen, SeenCase
from evals.reports.page.marks import cell, table
from evals.reports.words import duration, percent
from evals.runs.run import CaseFacts

_SIGNS = {"passed": "✓", "failed": "✗", "broken": "!"}
_HEADINGS = ("Case", "Trials", "Passed", "Steps", "Time", "Tokens", "Cost")
_MANY = 20
# What the filter looks for in the outcomes of a case.
_OUTCOMES = {
    "": "Any outcome",
    "failed": "Failed at least once",
    "mixed": "Passed and failed",
    "solved": "Passed each time",
    "broken": "Broken at least once",
    "missing": "Not run",
}


def write_cases(known: Mapping[str, CaseFacts], seen: Mapping[str, SeenCase], clean: Clean) -> str:
    """Write all cases.

    Args:
        known: What is known of each case.
        seen: Its trials.
        clean: Takes out of a text what is not to be shown.
    """
    rows = [_row(id, facts, seen[id], clean) for id, facts in known.items()]
    categories = [each.value for each in Category if any(facts.category is each for facts in known.values())]
    return (
        '<section aria-labelledby="cases">\n<h2 id="cases">Cases</h2>\n'
        f"{_filter(categories)}\n"
        '<p class="note">Steps, time, tokens and cost are medians of the trials that finished. '
        '<span id="shown" role="status"></span></p>\n'
        f"{table('Results by case', _HEADINGS, rows, 'by-case')}\n</section>"
    )


def _filter(categories: Iterable[str]) -> str:
    # Shown by the script, without which it does nothing.
    listed = {"": "All categories", **{name: name for name in categories}}
    return (
        '<form id="filter" hidden>\n'
        '<label>Find <input type="search" name="words" autocomplete="off" spellcheck="false"></label>\n'
        f'<label>Category <select name="category">{_options(listed)}</select></label>\n'
        f'<label>Outcome <select name="outcome">{_options(_OUTCOMES)}</select></label>\n</form>'
    )


def _options(listed: Mapping[str, str]) -> str:
    return "".join(f'<option value="{value}">{label}</option>' for value, label in listed.items())


def _row(id: str, facts: CaseFacts, case: SeenCase, clean: Clean) -> str:
    finished = [each for each in case.trials if each.outcome != "broken"]
    passed = sum(each.outcome == "passed" for each in finished)
    rate = passed / len(finished) if finished else None
    trials = "".join(_trial(each) for each in case.trials) or '<span class="note">not run</span>'
    size = "trials many" if len(case.trials) > _MANY else "trials"
    outcomes = _outcomes(case, passed, len(finished))
    return (
        f'<tr data-category="{facts.category.value}" data-outcomes="{outcomes}">'
        f'<th scope="row">{escape(clean(id))}'
        f'<span class="note" dir="auto">{escape(clean(facts.title))}</span></th>'
        f'<td><div class="{size}">{trials}</div></td>'
        + cell("–" if rate is None else percent(rate), -1 if rate is None else rate)
        + _median(case.steps, lambda value: f"{value:g}")
        + _median(case.seconds, duration)
        + _median(case.tokens, lambda value: f"{value:,.0f}")
        + _median(case.costs, describe_cost)
        + "</tr>"
    )


def _outcomes(case: SeenCase, passed: int, finished: int) -> str:
    names = {
        "failed": passed < finished,
        "mixed": 0 < passed < finished,
        "solved": 0 < passed == finished,
        "broken": finished < len(case.trials),
        "missing": not case.trials,
    }
    return " ".join(name for name, holds in names.items() if holds)


def _trial(seen: Seen) -> str:
    said = f"Trial {seen.number} {seen.outcome}"
    return (
        f'<a class="trial {seen.outcome}" href="#trial-{seen.place}" aria-label="{said}" title="{said}">'
        f"{_SIGNS[seen.outcome]}</a>"
    )


def _median(values: Sequence[float], show: Callable[[float], str]) -> str:
    return cell(show(median(values)), median(values)) if values else cell("–", -1)
