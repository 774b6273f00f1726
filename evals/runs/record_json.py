"""Records of trials as JSON objects, and back."""

from agent.event_json import encode_usage
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import Usage
from evals.definitions.trial import Kind, Status, TrialRecord
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
                "verdict": record.verdict,
                "user": record.user,
                "missed": list(record.missed),
                "changes": changes,
            }
        ),
        "usage": {**encode_usage(record.usage), "written_tokens": record.usage.written_tokens},
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
        verdict=fields.object_or_none("verdict"),
        user=fields.object_or_none("user"),
        missed=fields.lines("missed"),
        timings=fields.numbers("timings"),
    )


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


def _decode_usage(fields: JsonFields) -> Usage:
    return Usage(
        input_tokens=fields.whole("input_tokens"),
        output_tokens=fields.whole("output_tokens"),
        cached_tokens=fields.whole("cached_tokens"),
        reasoning_tokens=fields.whole("reasoning_tokens"),
        cost=fields.number_or_none("cost"),
        written_tokens=fields.whole("written_tokens"),
    )
