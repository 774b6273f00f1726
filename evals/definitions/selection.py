"""Which cases are wanted: by id, by path, by suite, and by the part of a CI matrix."""

import hashlib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path

from agent.errors import UsageError
from evals.definitions.problems import choices

ALL = "all"
"""The suite that every case belongs to."""
SUFFIX = ".yaml"
_OTHER_SUFFIX = ".yml"
"""What a case may be called by mistake; it is found, so that it can be refused."""


def shipped_cases() -> Path:
    """The folder of the cases that come with the program."""
    return Path(str(resources.files("evals").joinpath("cases")))


def id_of(path: Path) -> str:
    """The id of the case in a file: its category and name."""
    return f"{path.parent.name}/{path.stem}"


def find_files(root: Path, patterns: Sequence[str] = ()) -> list[Path]:
    """Find the case files that are wanted, in the order of their ids.

    Args:
        root: The folder of cases.
        patterns: Ids, globs of ids, categories, or paths of files or folders; none for all.

    Raises:
        UsageError: There is no such folder, or nothing fits a pattern.
    """
    if not root.is_dir():
        raise UsageError(f"There is no folder of cases at {root}.", "Name another one: --cases DIR")
    inside = _files_below(root)
    found = set(inside) if not patterns else set[Path]()
    for pattern in patterns:
        fitting = [path for path in inside if _fits(id_of(path), pattern)] or _at(Path(pattern))
        if not fitting:
            known = choices(map(id_of, inside), pattern)
            raise UsageError(f"No case is called {pattern}, and nothing is there ({known}).")
        found.update(fitting)
    return sorted(found, key=lambda path: (id_of(path), path))


def in_shard(case_id: str, index: int, count: int) -> bool:
    """Whether a case belongs to a part of all cases; it does so however many others there are.

    Args:
        case_id: Its id.
        index: Which part, counted from 1.
        count: How many parts there are.
    """
    digest = hashlib.sha256(case_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") % count == index - 1


def is_in_suite(suites: Iterable[str], wanted: str) -> bool:
    """Whether a case of some suites is part of the one that is wanted."""
    return wanted == ALL or wanted in suites


def _fits(case_id: str, pattern: str) -> bool:
    return fnmatchcase(case_id, pattern) or case_id.startswith(f"{pattern}/")


def _at(path: Path) -> list[Path]:
    if path.is_dir():
        return _files_below(path)
    return [path] if path.is_file() else []


def _files_below(folder: Path) -> list[Path]:
    found = (path for suffix in (SUFFIX, _OTHER_SUFFIX) for path in folder.rglob(f"*{suffix}"))
    return sorted(path for path in found if path.is_file())
