"""Figures as JSON objects, for reports and comparisons."""

from dataclasses import fields

from agent.event_json import encode_usage
from agent.jsontypes import JsonObject, JsonValue
from evals.statistics.amounts import Amount, Amounts
from evals.statistics.case_tallies import CaseTally
from evals.statistics.figures import Figures
from evals.statistics.intervals import Interval


def encode_figures(figures: Figures) -> JsonObject:
    """Write what is said of a number of cases; without a finished trial, rate and interval are null."""
    chances: list[JsonValue] = [
        {"k": each.k, "pass_at_k": each.any_passes, "pass_hat_k": each.all_pass, "cases": each.cases}
        for each in figures.chances
    ]
    return {
        "cases": figures.cases,
        "solved": figures.solved,
        "trials": figures.trials,
        "passed": figures.passed,
        "broken": figures.broken,
        "missing": figures.missing,
        "rate": figures.rate if figures.cases else None,
        "interval": encode_interval(figures.interval),
        "chances": chances,
        "amounts": encode_amounts(figures.amounts),
        "usage": encode_usage(figures.usage),
        "user_usage": encode_usage(figures.user_usage),
        "judge_usage": encode_usage(figures.judge_usage),
        "spent": encode_usage(figures.spent),
    }


def encode_interval(interval: Interval | None) -> JsonValue:
    """Write an interval as the list of its ends, or null."""
    return None if interval is None else [interval.low, interval.high]


def encode_tally(tally: CaseTally) -> JsonObject:
    """Write how the trials of a case came out."""
    return {"trials": tally.trials, "passed": tally.passed, "broken": tally.broken}


def encode_amounts(amounts: Amounts) -> JsonObject:
    """Write what trials took; what is known of none of them is null."""
    return {each.name: _encode_amount(getattr(amounts, each.name)) for each in fields(amounts)}


def _encode_amount(amount: Amount) -> JsonValue:
    if not amount.trials:
        return None
    return {
        "trials": amount.trials,
        "total": amount.total,
        "mean": amount.mean,
        "median": amount.median,
        "ninth_decile": amount.ninth_decile,
    }
