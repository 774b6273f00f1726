"""A run as one JSON object, for scripts.

The form is described in docs/evals.md. Transcripts and changes of state are left out: they are in the
run's folder.
"""

from collections.abc import Mapping

from agent.jsontypes import JsonObject, JsonValue
from evals.reports.cleaning import clean_object
from evals.reports.figures_json import encode_figures, encode_tally
from evals.runs.manifest_json import encode_manifest
from evals.runs.run import Result, Run
from evals.statistics.figures import figure_out
from evals.trials.spending import spent

VERSION = 1
"""The form of the report; grows when a field changes its meaning or goes."""


def report(run: Run) -> JsonObject:
    """Write a run, finished or not."""
    figures = figure_out(run)
    trials: dict[str, list[JsonValue]] = {id: [] for id in run.manifest.cases}
    for result in run.results:
        trials[result.record.case].append(_encode_trial(result))
    cases: list[JsonValue] = [
        {
            "id": id,
            "title": facts.title,
            "category": facts.category.value,
            **encode_tally(figures.cases[id]),
            "results": trials[id],
        }
        for id, facts in run.manifest.cases.items()
    ]
    categories: Mapping[str, JsonValue] = {
        category.value: encode_figures(each) for category, each in figures.categories.items()
    }
    return clean_object(
        {
            "type": "report",
            "version": VERSION,
            "manifest": encode_manifest(run.manifest),
            "total": encode_figures(figures.total),
            "categories": dict(categories),
            "cases": cases,
        }
    )


def _encode_trial(result: Result) -> JsonObject:
    record, usage = result.record, spent(result.record)
    checks: list[JsonValue] = [
        {"name": check.name, "passed": check.passed, "detail": check.detail} for check in result.score.checks
    ]
    return {
        "number": record.number,
        "outcome": result.outcome,
        "problem": record.problem,
        "checks": checks,
        "steps": record.steps,
        "calls": record.calls,
        "seconds": record.seconds,
        "tokens": usage.total_tokens,
        "cost": usage.cost,
    }
