"""Runs as tests of statistics and reports want them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.model.protocol import Usage
from evals.definitions.case import Category
from evals.definitions.trial import Kind, Status, TrialRecord
from evals.runs.folder import RunFolder
from evals.runs.run import CaseFacts, Manifest, Result, Run
from evals.scoring.score import Check, Score

PASSED = Score((Check("state", passed=True), Check("answer", passed=True)))
FAILED = Score(
    (
        Check("state", passed=True),
        Check("answer", passed=False, detail="wanted: “Sign the lease”\nfound: nothing of it"),
        Check("steps", passed=False, detail="20 steps, 12 at most"),
    )
)
TOKENS = Usage(input_tokens=900, output_tokens=100, cost=0.01)


def result(case: str, number: int, outcome: str, **details: Any) -> Result:
    """A trial that passed (p), failed (f) or broke (b)."""
    record = TrialRecord(
        case, f"digest of {case}", Kind.LIVE, number, usage=TOKENS, steps=4, calls=3, seconds=2.0
    )
    if outcome == "b":
        record = replace(record, status=Status.BROKEN, problem="The model's endpoint was not reached.")
    score = {"p": PASSED, "f": FAILED, "b": Score(())}[outcome]
    return Result(replace(record, **details), score)


def made_run(outcomes: Mapping[str, str], trials: int | None = None, **details: Any) -> Run:
    """A run, by the outcomes of each case's trials, such as {"bulk/close": "ppf"}."""
    manifest = Manifest(
        id="20261126-011631-live",
        created=1_795_656_991.0,
        kind=Kind.LIVE,
        trials=max(map(len, outcomes.values()), default=1) if trials is None else trials,
        cases={
            case: CaseFacts(f"digest of {case}", f"The case {case}", Category(case.partition("/")[0]))
            for case in outcomes
        },
        model="gpt-5",
    )
    results = [
        result(case, number, outcome)
        for case, letters in outcomes.items()
        for number, outcome in enumerate(letters, 1)
    ]
    return Run(replace(manifest, **details), results)


def save_run(run: Run, folder: Path) -> Path:
    """Keep a run in a folder of its own below `folder`, as the program does."""
    path = folder / run.manifest.id
    with RunFolder.create(path, run.manifest) as kept:
        for each in run.results:
            kept.add(each.record)
            kept.add_score(each.record.key, each.score)
    return path
