"""A trial as the JSON object that the report's viewer reads: nothing but texts to be shown."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path

from agent.export.document import Answered, Called, Entry, Noted, Said
from agent.export.reading import DONE, make_document
from agent.export.redaction import Clean
from agent.jsontypes import JsonObject, JsonValue, parse_object
from agent.transcripts.header import Header
from agent.transcripts.transcript import Transcript
from agent.usage.words import describe_cost
from evals.definitions.trial import TrialRecord
from evals.reports.page.gathering import PARTS
from evals.reports.words import count, duration
from evals.runs.run import Result
from evals.state.changes import Change
from evals.trials.spending import spent

_LONGEST = 20_000


def encode_trial(result: Result, clean: Clean, *, whole: bool) -> JsonObject:
    """Write a trial.

    Args:
        result: The trial; with its events, where they are wanted.
        clean: Takes out of a text what is not to be shown.
        whole: With its conversation and its changes, which take most of the room.
    """

    def fit(text: str) -> str:
        return _cut(clean(text))

    record = result.record
    checks: list[JsonValue] = [
        {"name": check.name, "passed": check.passed, "detail": fit(check.detail)}
        for check in result.score.in_order
    ]
    facts: list[JsonValue] = [[label, fit(value)] for label, value in _facts(record)]
    told: JsonObject = {
        "case": clean(record.case),
        "number": record.number,
        "outcome": result.outcome,
        "problem": fit(record.problem),
        "checks": checks,
        "facts": facts,
    }
    if not whole:
        return told
    changes: list[JsonValue] = [_encode_change(change, fit) for change in record.changes]
    return {**told, "changes": changes, "entries": [*_entries(record, clean)]}


def _facts(record: TrialRecord) -> Iterator[tuple[str, str]]:
    usage = record.usage
    yield "Steps", f"{record.steps:,}"
    yield "Calls of tools", f"{record.calls:,}"
    yield "Time", duration(record.seconds)
    for part, label in PARTS.items():
        if (taken := duration(record.timings.get(part, 0.0))) != duration(0.0):
            yield label, taken
    if usage.total_tokens:
        cached = f", {usage.cached_tokens:,} of them cached" if usage.cached_tokens else ""
        reasoning = f", {usage.reasoning_tokens:,} of them reasoning" if usage.reasoning_tokens else ""
        yield "Read", f"{count(usage.input_tokens, 'token')}{cached}"
        yield "Written", f"{count(usage.output_tokens, 'token')}{reasoning}"
        yield "Cost", describe_cost(usage.cost) if usage.cost is not None else "not known"
    total = spent(record)
    if total != usage and total.cost is not None:
        yield "Cost of all models", describe_cost(total.cost)
    if record.verdict is not None:
        yield "Judge", _with_reason("yes" if record.verdict.passed else "no", record.verdict.reason)
    if record.user is not None:
        yield "Simulated user", _with_reason(record.user.end or "", record.user.reason)
    for missed in record.missed:
        yield "Did not happen", missed


def _with_reason(said: str, reason: str) -> str:
    return ": ".join(filter(None, (said, reason)))


def _encode_change(change: Change, fit: Clean) -> JsonObject:
    names = list(dict.fromkeys([*change.before, *change.values]))
    columns: list[JsonValue] = [
        [
            fit(name),
            *(fit(_shown(held[name])) if name in held else None for held in (change.before, change.values)),
        ]
        for name in names
    ]
    return {
        "kind": change.kind.value,
        "table": fit(change.table),
        "row": fit(change.row),
        "columns": columns,
    }


def _shown(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _entries(record: TrialRecord, clean: Clean) -> Iterator[JsonValue]:
    if not record.events:
        return
    # What the header says of the server is about a sandbox that is gone.
    transcript = Transcript(Header("", 0.0, ""), record.events, Path())
    for entry in make_document(transcript, clean, UTC).entries:
        yield _encode_entry(entry)


def _encode_entry(entry: Entry) -> JsonObject:
    match entry:
        case Said(number, text, sent):
            return {"kind": "said", "number": number, "text": _cut(text), "sent": _cut(sent)}
        case Answered(text, interrupted):
            return {"kind": "answered", "text": _cut(text), "interrupted": interrupted}
        case Called():
            return {
                "kind": "called",
                "tool": _cut(entry.tool or entry.title),
                "outcome": entry.outcome,
                "good": entry.outcome == DONE,
                "arguments": _cut(_spread(entry.arguments)),
                "asked": bool(entry.questions),
                "told": _cut_all([*entry.questions, *([entry.decision] if entry.decision else [])]),
                "answer": _cut(_spread(entry.text)),
            }
        case Noted(text, is_problem):
            return {"kind": "noted", "text": _cut(text), "problem": is_problem}


def _spread(text: str) -> str:
    """JSON over several lines; any other text as it is."""
    try:
        return json.dumps(parse_object(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _cut_all(texts: Sequence[str]) -> list[JsonValue]:
    return [_cut(text) for text in texts]


def _cut(text: str) -> str:
    more = len(text) - _LONGEST
    return f"{text[:_LONGEST]}\n… {count(more, 'more character', 'more characters')}" if more > 0 else text
