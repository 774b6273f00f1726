"""What the report says of a run as a whole, and of each of its categories."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape

from agent.export.redaction import Clean
from agent.model.protocol import Usage
from agent.usage.words import describe_cost
from evals.definitions.case import Category
from evals.reports.page.marks import cell, facts, rate_bar, stacked_bar, table
from evals.reports.words import count, duration, interval, percent
from evals.runs.run import Manifest
from evals.statistics.figures import Figures


def write_head_figures(manifest: Manifest, figures: Figures, clean: Clean) -> str:
    """Write what is looked at first: the name of the run and its rate."""
    began = datetime.fromtimestamp(manifest.created, UTC)
    who = manifest.model or f"{manifest.kind.value.capitalize()} run"
    tiles = "\n".join(
        f'<div class="tile"><dt>{escape(label)}</dt><dd class="large">{escape(large)}</dd>'
        f"<dd>{'<br>'.join(map(escape, small))}</dd>{drawn}</div>"
        for label, large, small, drawn in _tiles(figures)
    )
    return (
        f'<header>\n<p class="note">Astravue evaluation, {manifest.kind.value}, '
        f'<time datetime="{began:%Y-%m-%dT%H:%M:%SZ}">{began:%Y-%m-%d %H:%M} UTC</time></p>\n'
        f'<h1 dir="auto">{escape(clean(who))}</h1>\n<dl class="tiles">\n{tiles}\n</dl>\n</header>'
    )


def _tiles(figures: Figures) -> Iterator[tuple[str, str, list[str], str]]:
    if figures.cases:
        drawn = rate_bar(figures.rate, figures.interval)
        told = [interval(figures.interval).capitalize(), "on average over cases"]
        yield "Passed", percent(figures.rate), told, f'<dd aria-hidden="true">{drawn}</dd>'
    else:
        yield "Passed", "–", ["No trial was finished."], ""
    solved = f"{figures.passed:,} of {count(figures.trials, 'trial')} passed"
    missing = [f"{count(figures.missing, 'trial')} not run yet"] if figures.missing else []
    yield "Cases solved", f"{figures.solved:,} of {figures.cases:,}", [solved, *missing], ""
    if len(figures.chances) > 1:
        last = figures.chances[-1]
        lines = [f"pass^{each.k} {percent(each.all_pass)}" for each in figures.chances[1:-1][:3]]
        some = [f"of {count(last.cases, 'case')} with so many trials"] if last.cases < figures.cases else []
        small = [*lines, f"pass@{last.k} {percent(last.any_passes)}", *some]
        yield f"pass^{last.k}", percent(last.all_pass), small, ""
    yield "Broken", f"{figures.broken:,}", ["not counted" if figures.broken else "Nothing broke."], ""
    usage = figures.spent
    if usage.total_tokens:
        told = [f"{usage.input_tokens:,} tokens read", f"{usage.output_tokens:,} written"]
        parts = (("user's model", figures.user_usage), ("judge", figures.judge_usage))
        told += [f"of this, {who}: {_cost(each)}" for who, each in parts if each.total_tokens]
        yield "Cost", _cost(usage), told, ""
    seconds = figures.amounts.seconds
    if seconds.trials:
        told = [f"nine in ten at most {duration(seconds.ninth_decile)}"]
        yield "Time of a trial", duration(seconds.median), ["median", *told], ""


def _cost(usage: Usage) -> str:
    return describe_cost(usage.cost) if usage.cost is not None else "not known"


def write_manifest(manifest: Manifest, clean: Clean) -> str:
    """Write what the run was made with."""
    pairs = [
        ("Run", manifest.id),
        ("Kind", manifest.kind.value),
        ("Trials of each case", str(manifest.trials)),
        ("Model", manifest.model),
        ("Endpoint", manifest.endpoint),
        ("User played by", manifest.user_model),
        ("Judged by", manifest.judge),
        ("Part of the cases", manifest.shard),
        ("System prompt", manifest.prompt),
        ("Tools", manifest.tools),
        ("Settings", _settings(manifest)),
        *sorted(manifest.versions.items()),
    ]
    written = facts((clean(label), clean(value)) for label, value in pairs)
    return (
        '<section aria-labelledby="made-with">\n<h2 id="made-with">Made with</h2>\n'
        f'<dl class="facts">\n{written}</dl>\n</section>'
    )


def _settings(manifest: Manifest) -> str:
    told = [f"{name} {value}" for name, value in manifest.noticeable.items() if value]
    return "; ".join(told) or manifest.settings


def write_broken(reasons: Mapping[str, list[tuple[int, str]]], clean: Clean) -> str:
    """Write why trials are broken, and which.

    Args:
        reasons: For each reason, the trials with their keys and the numbers they have in this report.
        clean: Takes out of a text what is not to be shown.
    """
    if not reasons:
        return ""
    lines: list[str] = []
    for reason, trials in reasons.items():
        named = ", ".join(f'<a href="#trial-{number}">{escape(clean(key))}</a>' for number, key in trials[:5])
        more = f" and {len(trials) - 5:,} more" if len(trials) > 5 else ""
        lines.append(f'<li dir="auto">{escape(clean(reason))} <span class="note">{named}{more}</span></li>')
    number = count(sum(map(len, reasons.values())), "trial is broken", "trials are broken")
    return (
        f'<section aria-labelledby="broken">\n<h2 id="broken">{number} and not counted</h2>\n'
        f"<ul>\n{chr(10).join(lines)}\n</ul>\n</section>"
    )


def write_categories(categories: Mapping[Category, Figures]) -> str:
    """Write the rate of each category."""
    rows = [
        f'<tr><th scope="row">{category.value}</th>'
        f'<td class="drawn">{rate_bar(each.rate, each.interval)}</td>'
        + cell(percent(each.rate) if each.cases else "–")
        + cell(interval(each.interval).removeprefix("95 % interval "))
        + cell(f"{each.passed:,} of {each.trials:,}")
        + cell(f"{each.broken:,}" if each.broken else "")
        + "</tr>"
        for category, each in categories.items()
    ]
    headings = ["Category", "Rate", "%", "95 % interval", "Passed", "Broken"]
    return (
        '<section aria-labelledby="categories">\n<h2 id="categories">By category</h2>\n'
        f"{table('Results by category', headings, rows, 'by-category')}\n</section>"
    )


def write_usage(categories: Mapping[Category, Figures]) -> str:
    """Write the tokens and the cost of each category; nothing where no model was asked."""
    most = max((each.spent.total_tokens for each in categories.values()), default=0)
    if not most:
        return ""
    rows = [_usage_row(category.value, each, most) for category, each in categories.items()]
    headings = ["Category", "Tokens", "Read", "Of which cached", "Written", "Cost"]
    legend = (
        '<p class="legend"><span class="key cached">read from the cache</span> '
        '<span class="key read">read</span> <span class="key written">written</span></p>'
    )
    return (
        '<section aria-labelledby="tokens">\n<h2 id="tokens">Tokens and cost by category</h2>\n'
        f"{legend}\n{table('Tokens and cost by category', headings, rows, 'by-usage')}\n</section>"
    )


def _usage_row(name: str, figures: Figures, most: int) -> str:
    usage = figures.spent
    parts = {
        "cached": usage.cached_tokens,
        "read": usage.input_tokens - usage.cached_tokens,
        "written": usage.output_tokens,
    }
    return (
        f'<tr><th scope="row">{name}</th><td class="drawn">{stacked_bar(parts, most)}</td>'
        + cell(f"{usage.input_tokens:,}")
        + cell(f"{usage.cached_tokens:,}")
        + cell(f"{usage.output_tokens:,}")
        + cell(_cost(usage))
        + "</tr>"
    )
