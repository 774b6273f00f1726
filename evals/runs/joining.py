"""Puts the parts of a run together that were run on several machines."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.errors import UsageError
from evals.runs.folder import RunFolder
from evals.runs.manifest import differences
from evals.runs.reading import read_run
from evals.runs.run import CaseFacts, Manifest, Run


def join_runs(paths: Sequence[Path], into: Path) -> None:
    """Make one run of several that differ in nothing but their cases; they stay as they are.

    Args:
        paths: The folders of the runs.
        into: The folder of the new one.

    Raises:
        UsageError: They were made with different things, or one case is in two of them.
        AgentError: One of them is damaged, or the new one cannot be written.
    """
    runs = [read_run(path, events=True) for path in paths]
    manifest = _join_manifests(paths, runs)
    with RunFolder.create(into, manifest) as folder:
        for run in runs:
            for result in run.results:
                folder.add(result.record)
                folder.add_score(result.record.key, result.score)


def _join_manifests(paths: Sequence[Path], runs: Sequence[Run]) -> Manifest:
    first = runs[0].manifest
    cases: dict[str, CaseFacts] = {}
    for path, run in zip(paths, runs, strict=True):
        manifest = run.manifest
        found = differences(first, replace(manifest, cases=first.cases, shard=first.shard))
        if found:
            raise UsageError(f"{paths[0]} and {path} are no parts of one run ({'; '.join(found)}).")
        if both := sorted(cases.keys() & manifest.cases.keys()):
            raise UsageError(f"{path} tried {both[0]}, which another part has tried already.")
        cases |= manifest.cases
    return replace(
        first,
        created=min(run.manifest.created for run in runs),
        cases=dict(sorted(cases.items())),
        shard=_join_shards([run.manifest.shard for run in runs]),
    )


def _join_shards(shards: Sequence[str]) -> str:
    """Which parts there are; empty if these are all."""
    counts = {shard.partition("/")[2] for shard in shards}
    is_whole = len(counts) == 1 and counts == {str(len(set(shards)))}
    return "" if is_whole else " and ".join(sorted(filter(None, shards)))
