"""Records, scores and manifests drawn at random, and made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st

from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import Usage
from evals.definitions.case import Case, Category, Turn, WorkspaceDefinition
from evals.definitions.trial import (
    End,
    Kind,
    PlayedUser,
    Status,
    TrialPlan,
    TrialRecord,
    UserDecision,
    Verdict,
)
from evals.runs.run import CaseFacts, Manifest
from evals.scoring.score import Check, Score
from evals.state.changes import Change, ChangeKind

_texts = st.text(max_size=20)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)
_objects: st.SearchStrategy[JsonObject] = st.dictionaries(_texts, _values, max_size=4)
_seconds = st.floats(0, 1e6)
_counts = st.integers(0, 10**9)


def _prefix(system: str, functions: list[JsonValue], time: float) -> JsonObject:
    return {"type": "request_prefix", "model": "m", "system": system, "functions": functions, "time": time}


prefixes = st.builds(
    _prefix, st.sampled_from(["You help.", "You help much."]), st.lists(_objects, max_size=2), _seconds
)
"""Events of which most of the content is the same in many trials."""

events: st.SearchStrategy[tuple[JsonObject, ...]] = st.lists(_objects | prefixes, max_size=4).map(tuple)
changes = st.builds(Change, st.sampled_from(ChangeKind), _texts, _texts, _objects, _objects)
usages = st.builds(Usage, _counts, _counts, _counts, _counts, st.none() | _seconds, _counts)
verdicts = st.builds(Verdict, st.booleans(), _texts, _texts, usages, st.booleans())
decisions = st.builds(UserDecision, _texts, st.booleans(), _texts)
users = st.builds(
    PlayedUser,
    st.none() | st.sampled_from(End),
    _texts,
    _texts,
    usages,
    st.lists(decisions, max_size=2).map(tuple),
)
records = st.builds(
    TrialRecord,
    case=_texts,
    digest=_texts,
    kind=st.sampled_from(Kind),
    number=st.integers(1, 99),
    status=st.sampled_from(Status),
    problem=_texts,
    events=events,
    changes=st.lists(changes, max_size=3).map(tuple),
    usage=usages,
    steps=_counts,
    calls=_counts,
    seconds=_seconds,
    difference=_texts,
    verdict=st.none() | verdicts,
    user=st.none() | users,
    missed=st.lists(_texts, max_size=2).map(tuple),
    timings=st.dictionaries(_texts, _seconds, max_size=3),
)
scores = st.builds(Score, st.lists(st.builds(Check, _texts, st.booleans(), _texts), max_size=4).map(tuple))
manifests = st.builds(
    Manifest,
    id=_texts,
    created=_seconds,
    kind=st.sampled_from(Kind),
    trials=st.integers(1, 99),
    cases=st.dictionaries(
        _texts, st.builds(CaseFacts, _texts, _texts, st.sampled_from(Category)), max_size=3
    ),
    model=_texts,
    endpoint=_texts,
    user_model=_texts,
    judge=_texts,
    other_endpoint=_texts,
    prompt=_texts,
    tools=_texts,
    settings=_texts,
    noticeable=st.dictionaries(_texts, _texts, max_size=3),
    versions=st.dictionaries(_texts, _texts, max_size=3),
    shard=_texts,
    root=_texts,
)

PASSED = Score((Check("state", True),))
FAILED = Score((Check("state", False, "the task is missing"),))


def make_case(id: str = "single-step/one", digest: str = "d") -> Case:
    """A case that nobody runs."""
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    workspace = WorkspaceDefinition("demo", start)
    turns = (Turn("Hello"),)
    return Case(id, Path("none.yaml"), "One", Category.SINGLE_STEP, workspace, turns, digest=digest)


def make_manifest(*cases: Case, trials: int = 1) -> Manifest:
    """The manifest of a run of these cases."""
    facts = {case.id: CaseFacts(case.digest, case.title, case.category) for case in cases or (make_case(),)}
    return Manifest("20261126-090000-abcd", 1_795_683_600.0, Kind.ORACLE, trials, facts)


def make_record(plan: TrialPlan, *events: JsonObject, cost: float | None = None) -> TrialRecord:
    """What came of a trial."""
    record = TrialRecord(plan.case.id, plan.case.digest, plan.kind, plan.number, events=events)
    return replace(record, usage=Usage(10, 2, cost=cost)) if cost is not None else record


def make_plans(count: int, id: str = "single-step/one") -> list[TrialPlan]:
    """So many trials of one case."""
    case = make_case(id)
    return [TrialPlan(case, Kind.ORACLE, number) for number in range(1, count + 1)]
