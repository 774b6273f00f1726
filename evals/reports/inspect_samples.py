"""A run as what `inspect-ai` calls an evaluation: each trial is a sample, and its number the epoch.

The library is imported with this module.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalError,
    EvalLog,
    EvalSample,
    EvalSpec,
    EvalStats,
    recompute_metrics,
)
from inspect_ai.model import ChatMessage, ModelOutput, ModelUsage
from inspect_ai.scorer import CORRECT, INCORRECT, Score
from inspect_ai.viewer import ViewerConfig

from agent.jsontypes import JsonObject
from agent.model.protocol import Usage
from evals.definitions.trial import Status
from evals.reports.cleaning import clean, clean_object
from evals.reports.inspect_messages import read_messages
from evals.runs.run import Manifest, Result, Run
from evals.state.changes import Change

PASSED = "passed"
"""The score that sums up the checks of a trial."""


def make_log(run: Run) -> EvalLog:
    """Make a log of a run, whose trials have their events.

    Raises:
        AgentError: A trial cannot be read.
    """
    manifest, usage, ended = run.manifest, Usage(), run.manifest.created
    samples: list[EvalSample] = []
    for result in run.results:
        samples.append(_sample(result, manifest))
        usage += result.record.usage
        ended = max(ended, _end(result))
    log = EvalLog(
        status="success" if len(samples) == manifest.trials * len(manifest.cases) else "cancelled",
        eval=_spec(manifest),
        stats=EvalStats(
            started_at=_moment(manifest.created),
            completed_at=_moment(ended),
            model_usage={_model(manifest): _usage(usage)},
        ),
        samples=samples,
    )
    # Without a score there is nothing that could be summed up.
    if any(sample.scores for sample in samples):
        recompute_metrics(log)
    return log


def _spec(manifest: Manifest) -> EvalSpec:
    made_with = {
        name: clean(str(getattr(manifest, name)))
        for name in ("kind", "user_model", "judge", "prompt", "tools", "settings", "shard")
    }
    return EvalSpec(
        eval_id=manifest.id,
        run_id=manifest.id,
        created=_moment(manifest.created),
        task="astravue",
        task_id=manifest.id,
        dataset=EvalDataset(
            name="astravue cases", samples=len(manifest.cases), sample_ids=list(manifest.cases)
        ),
        model=_model(manifest),
        model_base_url=clean(manifest.endpoint) or None,
        config=EvalConfig(epochs=manifest.trials, epochs_reducer=["mean"]),
        packages=dict(manifest.versions),
        metadata={name: value for name, value in made_with.items() if value},
        # Tools and models wrote most of it, so the viewer is to show it as plain text.
        viewer=ViewerConfig(trust_content=False),
    )


def _sample(result: Result, manifest: Manifest) -> EvalSample:
    record, facts = result.record, manifest.cases[result.record.case]
    messages = list(read_messages(record.events, clean))
    answer = next(_texts(reversed(messages), "assistant"), "")
    return EvalSample(
        id=record.case,
        epoch=record.number,
        input=next(_texts(messages, "user"), clean(facts.title)),
        target=clean(facts.title),
        messages=messages,
        output=ModelOutput.from_content(_model(manifest), answer),
        scores=_scores(result, answer) or None,
        metadata=_metadata(result, manifest),
        model_usage={_model(manifest): _usage(record.usage)},
        total_time=record.seconds,
        error=_error(result),
    )


def _texts(messages: Iterable[ChatMessage], role: str) -> Iterator[str]:
    return (message.text for message in messages if message.role == role and message.text)


def _scores(result: Result, answer: str) -> dict[str, Score]:
    checks = result.score.checks
    if result.record.status is Status.BROKEN:
        return {}
    failed = "\n\n".join(f"{check.name}:\n{check.detail}" for check in checks if not check.passed)
    scores = {PASSED: _score(result.score.passed, failed, answer)}
    for check in checks:
        scores[check.name] = _score(check.passed, check.detail)
    return scores


def _score(passed: bool, detail: str, answer: str = "") -> Score:
    value = CORRECT if passed else INCORRECT
    return Score(value=value, answer=answer or None, explanation=clean(detail) or None)


def _metadata(result: Result, manifest: Manifest) -> dict[str, object]:
    record = result.record
    return {
        "category": manifest.cases[record.case].category.value,
        "digest": record.digest,
        "steps": record.steps,
        "calls": record.calls,
        "timings": dict(record.timings),
        "changes": [_change(change) for change in record.changes],
    }


def _change(change: Change) -> JsonObject:
    return {
        "kind": change.kind.value,
        "table": change.table,
        "row": clean(change.row),
        "before": clean_object(change.before),
        "values": clean_object(change.values),
    }


def _error(result: Result) -> EvalError | None:
    if result.record.status is not Status.BROKEN:
        return None
    problem = clean(result.record.problem)
    return EvalError(message=problem, traceback=problem, traceback_ansi=problem)


def _usage(usage: Usage) -> ModelUsage:
    # What is read from the cache or written to it is no part of the input there.
    return ModelUsage(
        input_tokens=usage.input_tokens - usage.cached_tokens - usage.written_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
        input_tokens_cache_write=usage.written_tokens,
        input_tokens_cache_read=usage.cached_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        total_cost=usage.cost,
    )


def _model(manifest: Manifest) -> str:
    return clean(manifest.model) or manifest.kind.value


def _end(result: Result) -> float:
    """When the last line of its transcript was written."""
    times = (event.get("time") for event in reversed(result.record.events))
    return next((float(time) for time in times if isinstance(time, int | float)), 0.0)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
