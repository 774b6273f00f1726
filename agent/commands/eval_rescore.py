"""`astravue eval rescore`: the trials of a run scored again, by the cases as they are now."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from agent.commands.common import start_logging, warn
from agent.drawing.sanitize import strip_line
from agent.errors import ExitCode, UsageError
from agent.system.folders import find_folders
from evals.definitions.case import Case
from evals.definitions.reading import read_cases
from evals.definitions.selection import id_of, shipped_cases
from evals.reports.cleaning import clean
from evals.reports.summary import summarise
from evals.reports.terminal import find_columns, find_palette
from evals.reports.words import count
from evals.runs.finding import find_run
from evals.runs.folder import RunFolder
from evals.runs.reading import read_run
from evals.runs.rescoring import Rescored, rescore
from evals.runs.run import Manifest
from evals.workspaces.starting import goal_changes

_MOST_FLIPS = 50


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    folders = find_folders(os.environ)
    start_logging(arguments, folders)
    path = find_run(folders.runs, arguments.run)
    root = Path(arguments.cases) if arguments.cases else shipped_cases()
    with RunFolder.reopen(path) as folder:
        found = rescore(folder, _read_cases(root, folder.manifest), goal_changes)
    for case, reason in found.kept.items():
        warn(f"the trials of {strip_line(case)} keep their scores: {strip_line(clean(reason))}")
    sys.stdout.writelines(f"{line}\n" for line in _describe(found))
    summary = summarise(read_run(path), columns=find_columns(), palette=find_palette(), folder=str(path))
    sys.stdout.write(f"\n{summary}")
    return ExitCode.FAILED if found.kept else ExitCode.DONE


def _read_cases(root: Path, manifest: Manifest) -> dict[str, Case]:
    cases, problems = read_cases(root)
    for problem in problems:
        if id_of(problem.path) in manifest.cases:
            warn(str(problem))
    found = {case.id: case for case in cases if case.id in manifest.cases}
    if not found:
        raise UsageError(
            f"None of the cases of this run is in {root}; its scores are as they were.",
            "Name the folder of its cases: --cases DIR",
        )
    return found


def _describe(found: Rescored) -> Iterator[str]:
    for flip in found.flips[:_MOST_FLIPS]:
        told = "passes now; before" if flip.passed else "fails now"
        yield f"{strip_line(flip.key)} {told}:"
        yield from (f"  {line}" for line in clean(flip.because).splitlines())
    if len(found.flips) > _MOST_FLIPS:
        yield f"and {len(found.flips) - _MOST_FLIPS:,} more"
    better = sum(flip.passed for flip in found.flips)
    worse = len(found.flips) - better
    told = f"{count(better, 'passes', 'pass')} now, {count(worse, 'fails', 'fail')} now"
    flipped = f"{len(found.flips):,} flipped: {told}" if found.flips else "none flipped"
    yield f"Scored {count(found.scored, 'trial')} again; {flipped}."
