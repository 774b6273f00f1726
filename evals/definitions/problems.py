"""What is wrong with case files: every fault of a file, each with its line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from agent.errors import UsageError

_MOST_NAMED = 16
_MOST_NEAREST = 3
_LONGEST_LIST = 120


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file.

    Args:
        path: The file.
        line: Where, counted from 1.
        text: What is wrong and what is allowed, without its full stop.
    """

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{shown_path(self.path)}:{self.line}: {self.text}."


class CaseError(UsageError):
    """A case file cannot be used.

    Args:
        problems: All that is wrong with it, in the order of its lines; at least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        more = f" There are {len(problems) - 1} more." if problems[1:] else ""
        super().__init__(f"{problems[0]}{more}", "See them all with: astravue eval check")
        self.problems = tuple(problems)


class Problems:
    """Collects what is wrong with one file.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[Problem] = []

    def add(self, line: int, text: str) -> None:
        """Note a fault."""
        self._found.append(Problem(self._path, max(line, 1), text))

    def raise_any(self) -> None:
        """Leave if anything is wrong.

        Raises:
            CaseError: It is.
        """
        if self._found:
            raise CaseError(sorted(set(self._found)))


def shown_path(path: Path) -> str:
    """A path as people see it: from the current folder on, where it lies below that."""
    folder = Path.cwd()
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def choices(allowed: Iterable[str], given: str = "") -> str:
    """Say what is allowed: what is near to what was given, or else all of it.

    Of what is too long for a line, the nearest are named however far they are.

    Args:
        allowed: What may stand there.
        given: What does.
    """
    names = [name for name in allowed if name]
    listed = ", ".join(names[:_MOST_NAMED])
    is_long = len(names) > _MOST_NAMED or len(listed) > _LONGEST_LIST
    by_letters = {name.lower(): name for name in reversed(names)}
    cutoff = 0.0 if given and is_long else 0.7
    if near := get_close_matches(given.lower(), by_letters, n=_MOST_NEAREST, cutoff=cutoff):
        return f"nearest: {' or '.join(by_letters[each] for each in near)}"
    more = f" and {len(names) - _MOST_NAMED} more" if names[_MOST_NAMED:] else ""
    return f"allowed: {listed}{more}" if names else "nothing is allowed here"
