"""What is to be replayed: transcripts by their files, and cases that have one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.errors import AgentError, UsageError
from agent.sandbox.seeds.reader import SEED_NAMES
from evals.definitions.case import Case, Category, WorkspaceDefinition
from evals.definitions.problems import choices
from evals.definitions.reading import read_case
from evals.definitions.selection import SUFFIX, find_files
from evals.replaying.reading import read_recording

TRANSCRIPT = ".jsonl"


@dataclass(frozen=True, slots=True)
class Target:
    """One recording to replay.

    Args:
        name: What it is called for people.
        case: What it is a recording of; made for it where there is no case file.
        error: Why it cannot be replayed, if it cannot.
    """

    name: str
    case: Case | None = None
    error: AgentError | None = None


def find_targets(names: Sequence[str], root: Path) -> list[Target]:
    """Find what is meant, each recording once.

    Args:
        names: Files of transcripts or of cases, ids of cases, or globs of ids.
        root: The folder of cases.
    """
    found: dict[str, Target] = {}
    for name in names:
        for target in _found(name, root):
            found.setdefault(target.name, target)
    return [*found.values()]


def _found(name: str, root: Path) -> Iterator[Target]:
    path = Path(name)
    if path.suffix == TRANSCRIPT:
        yield _target(name, path, root)
        return
    try:
        files = find_files(root, [name])
    except AgentError as error:
        yield Target(name, error=error)
        return
    recorded = [file for file in files if file.with_suffix(TRANSCRIPT).exists()]
    if not recorded:
        hint = f"Record it: astravue eval record --cases {name}"
        yield Target(name, error=UsageError(f"No case of {name} has a transcript.", hint))
    for file in recorded:
        yield _target(str(file.with_suffix(TRANSCRIPT)), file.with_suffix(TRANSCRIPT), root)


def _target(name: str, path: Path, root: Path) -> Target:
    file = path.with_suffix(SUFFIX)
    try:
        if file.exists():
            return Target(name, read_case(file, root if file.is_relative_to(root) else file.parent.parent))
        return Target(name, _bare(name, path))
    except AgentError as error:
        return Target(name, error=error)


def _bare(name: str, path: Path) -> Case:
    """A case for a transcript that has none."""
    transcript = read_recording(path)
    workspace = transcript.header.workspace
    if "seed" not in workspace or "start_time" not in workspace:
        raise AgentError(
            f"{path}:1: it was recorded with {transcript.header.server}, which cannot be rebuilt here.",
            "Make a case of it: astravue eval record SESSION",
        )
    seed, start_time = workspace["seed"], workspace["start_time"]
    if seed not in SEED_NAMES:
        raise AgentError(f"{path}:1: workspace.seed: there is no {seed}; {choices(SEED_NAMES, seed)}.")
    definition = WorkspaceDefinition(seed, _moment(start_time, path))
    return Case(name, path, transcript.title, Category.RECORDED, definition, ())


def _moment(text: str, path: Path) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise AgentError(f"{path}:1: workspace.start_time: {text} is no time.") from error
    if moment.tzinfo is None:
        raise AgentError(f"{path}:1: workspace.start_time: {text} says no time zone.")
    return moment
