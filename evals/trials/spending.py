"""What a trial took altogether: the model that is tried, the one that played the user, and the judge."""

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.protocol import Usage
from evals.definitions.trial import TrialRecord


def spent(record: TrialRecord) -> Usage:
    """Add up the tokens of all models of a trial, and their cost where all of it is known.

    Args:
        record: What came of the trial.
    """
    return record.usage + usage_in(record.user) + usage_in(record.verdict)


def usage_in(part: JsonObject | None) -> Usage:
    """What a part of a trial took of a model of its own.

    Args:
        part: The user or the verdict of its record.
    """
    usage = part.get("usage") if part else None
    if not is_object(usage):
        return Usage()
    cost = usage.get("cost")
    return Usage(
        input_tokens=_count(usage.get("input_tokens")),
        output_tokens=_count(usage.get("output_tokens")),
        cached_tokens=_count(usage.get("cached_tokens")),
        reasoning_tokens=_count(usage.get("reasoning_tokens")),
        cost=float(cost) if isinstance(cost, int | float) else None,
    )


def _count(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
