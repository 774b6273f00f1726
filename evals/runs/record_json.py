"""Records of trials as JSON objects, and back."""

from agent.event_json import encode_usage
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import Usage
from evals.definitions.trial import End, Kind, PlayedUser, Status, TrialRecord, UserDecision, Verdict
from evals.runs.json_fields import JsonFields, without_empty
from evals.state.changes import Change, ChangeKind


def encode_record(record: TrialRecord) -> JsonObject:
    """Write a record without its events, which take most of the room and are kept apart."""
    changes: list[JsonValue] = [_encode_change(change) for change in record.changes]
    return {
        "case": record.case,
        "number": record.number,
        "kind": record.kind.value,
        "digest": record.digest,
        "status": record.status.value,
        **without_empty(
            {
                "problem": record.problem,
                "difference": record.difference,
                "steps": record.steps,
                "calls": record.calls,
                "seconds": record.seconds,
                "verdict": _encode_verdict(record.verdict) if record.verdict else None,
                "user": _encode_user(record.user) if record.user else None,
                "missed": list(record.missed),
                "changes": changes,
            }
        ),
        "usage": _encode_usage(record.usage),
        "timings": dict(record.timings),
    }


def decode_record(line: JsonObject) -> TrialRecord:
    """Read a record, without its events.

    Raises:
        ValueError: A field cannot be used; the message says which.
    """
    fields = JsonFields(line)
    return TrialRecord(
        case=fields.text("case"),
        digest=fields.text("digest"),
        kind=Kind(fields.text("kind")),
        number=fields.whole("number"),
        status=Status(fields.text("status")),
        problem=fields.text("problem"),
        changes=tuple(_decode_change(JsonFields(change)) for change in fields.objects("changes")),
        usage=_decode_usage(JsonFields(fields.object("usage"))),
        steps=fields.whole("steps"),
        calls=fields.whole("calls"),
        seconds=fields.number("seconds"),
        difference=fields.text("difference"),
        verdict=_decode_verdict(fields.object_or_none("verdict")),
        user=_decode_user(fields.object_or_none("user")),
        missed=fields.lines("missed"),
        timings=fields.numbers("timings"),
    )


def _encode_verdict(verdict: Verdict) -> JsonObject:
    return {
        "passed": verdict.passed,
        **({"broken": True} if verdict.broken else {}),
        "reason": verdict.reason,
        "model": verdict.model,
        "usage": _encode_usage(verdict.usage),
    }


def _decode_verdict(line: JsonObject | None) -> Verdict | None:
    if line is None:
        return None
    fields = JsonFields(line)
    return Verdict(
        fields.flag("passed"),
        fields.text("reason"),
        fields.text("model"),
        _decode_usage(JsonFields(fields.object("usage"))),
        broken=fields.flag("broken"),
    )


def _encode_user(user: PlayedUser) -> JsonObject:
    decisions: list[JsonValue] = [
        {"tool": each.tool, "allowed": each.allowed, "reason": each.reason} for each in user.decisions
    ]
    return {
        "end": user.end or "",
        "reason": user.reason,
        "model": user.model,
        "usage": _encode_usage(user.usage),
        "decisions": decisions,
    }


def _decode_user(line: JsonObject | None) -> PlayedUser | None:
    if line is None:
        return None
    fields = JsonFields(line)
    end = fields.text("end")
    return PlayedUser(
        End(end) if end else None,
        fields.text("reason"),
        fields.text("model"),
        _decode_usage(JsonFields(fields.object("usage"))),
        tuple(_decode_decision(JsonFields(each)) for each in fields.objects("decisions")),
    )


def _decode_decision(fields: JsonFields) -> UserDecision:
    return UserDecision(fields.text("tool"), fields.flag("allowed"), fields.text("reason"))


def _encode_change(change: Change) -> JsonObject:
    return {
        "kind": change.kind.value,
        "table": change.table,
        "row": change.row,
        "values": dict(change.values),
        "before": dict(change.before),
    }


def _decode_change(fields: JsonFields) -> Change:
    return Change(
        ChangeKind(fields.text("kind")),
        fields.text("table"),
        fields.text("row"),
        fields.object("values"),
        fields.object("before"),
    )


def _encode_usage(usage: Usage) -> JsonObject:
    return {**encode_usage(usage), "written_tokens": usage.written_tokens}


def _decode_usage(fields: JsonFields) -> Usage:
    return Usage(
        input_tokens=fields.whole("input_tokens"),
        output_tokens=fields.whole("output_tokens"),
        cached_tokens=fields.whole("cached_tokens"),
        reasoning_tokens=fields.whole("reasoning_tokens"),
        cost=fields.number_or_none("cost"),
        written_tokens=fields.whole("written_tokens"),
    )
