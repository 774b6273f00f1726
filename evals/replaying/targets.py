"""What is to be replayed: transcripts by their files, and cases that have one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.errors import AgentError, UsageError
from agent.transcripts.reading import read_transcript
from evals.definitions.case import Case, Category, WorkspaceDefinition
from evals.definitions.reading import read_case
from evals.definitions.selection import SUFFIX, find_files

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
    transcript = read_transcript(path)
    workspace = transcript.header.workspace
    try:
        definition = WorkspaceDefinition(workspace["seed"], datetime.fromisoformat(workspace["start_time"]))
    except (KeyError, ValueError) as error:
        raise AgentError(
            f"{path} was recorded with {transcript.header.server}, which cannot be rebuilt here.",
            "Make a case of it: astravue eval record SESSION",
        ) from error
    return Case(name, path, transcript.title, Category.RECORDED, definition, ())
