"""Finds the run that somebody means."""

import re
from pathlib import Path

from agent.errors import UsageError
from evals.runs.folder import MANIFEST

_LAST = re.compile(r"last(?:~(\d+))?")
_HINT = "Name its folder or its id, or “last”; “last~1” is the run before it."


def find_run(folder: Path, wanted: str) -> Path:
    """Find the folder of a run.

    Args:
        folder: Where runs are kept when nobody says otherwise.
        wanted: A path, an id of a run kept there, the beginning of one, “last”, or “last~1” for the one
            before it, and so on.

    Raises:
        UsageError: There is no such run, or more than one.
    """
    path = Path(wanted).expanduser()
    if wanted and (path / MANIFEST).is_file():
        return path
    kept = _list_runs(folder)
    if last := _LAST.fullmatch(wanted):
        back = int(last[1] or 0)
        if back < len(kept):
            return kept[-1 - back]
        there = "1 run is" if len(kept) == 1 else f"{len(kept) or 'no'} runs are"
        raise UsageError(f"There is no run “{wanted}”: {there} kept in {folder}.", _HINT)
    found = [each for each in kept if each.name == wanted] or [
        each for each in kept if wanted and each.name.startswith(wanted)
    ]
    if not found:
        raise UsageError(f"There is no run “{wanted}”.", _HINT)
    if len(found) > 1:
        raise UsageError(f"“{wanted}” begins {len(found)} runs.", "Give more of the id.")
    return found[0]


def _list_runs(folder: Path) -> list[Path]:
    """The runs that are kept, the oldest first: ids sort by the time they began."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
