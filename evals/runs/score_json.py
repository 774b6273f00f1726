"""Scores as JSON objects, and back."""

from agent.jsontypes import JsonObject, JsonValue
from evals.runs.json_fields import JsonFields
from evals.scoring.score import Check, Score


def encode_score(key: str, score: Score) -> JsonObject:
    """Write the score of a trial.

    Args:
        key: Names the trial within its run.
        score: What was found of it.
    """
    checks: list[JsonValue] = [_encode_check(check) for check in score.checks]
    return {"trial": key, "checks": checks}


def decode_score(line: JsonObject) -> tuple[str, Score]:
    """Read a score, with the key of its trial.

    Raises:
        ValueError: A field cannot be used; the message says which.
    """
    fields = JsonFields(line)
    checks = (JsonFields(check) for check in fields.objects("checks"))
    return fields.text("trial"), Score(
        tuple(Check(check.text("name"), check.flag("passed"), check.text("detail")) for check in checks)
    )


def _encode_check(check: Check) -> JsonObject:
    line: JsonObject = {"name": check.name, "passed": check.passed}
    return {**line, "detail": check.detail} if check.detail else line
