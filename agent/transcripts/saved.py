"""The saved conversations of this machine, each known by a look at the ends of its file."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from agent.errors import AgentError
from agent.jsontypes import JsonObject
from agent.transcripts.header import Header, read_header
from agent.transcripts.lines import TURN_BOUNDS, TURN_STARTED, parse_line
from agent.transcripts.titles import MOST_MESSAGES, title_of

_SUFFIX = ".jsonl"
_ASIDE = ".damaged-"
_STARTED = f'"{TURN_STARTED}"'.encode()
_BOUND = b'{"type":"turn_'
# The last turn mostly ends within so many bytes of the end; what is looked at grows until it does.
_TAIL = 4_096
_TAIL_GROWTH = 8


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved conversation as a list shows it.

    Args:
        header: The first line.
        path: The file.
        title: What it is about.
        turns: How many turns it has.
        used: When something was last said in it, in Unix seconds.
    """

    header: Header
    path: Path
    title: str
    turns: int
    used: float

    @property
    def id(self) -> str:
        """Names it, for `--resume`."""
        return self.path.stem


def transcript_paths(folder: Path) -> dict[Path, float]:
    """The transcripts of a folder with the time each was last written to, the newest first.

    Raises:
        AgentError: The folder cannot be read.
    """
    found: dict[Path, float] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX) and _ASIDE not in entry.name:
                    # Another window may have deleted it just now.
                    with suppress(FileNotFoundError):
                        found[folder / entry.name] = entry.stat().st_mtime
    except FileNotFoundError:
        # Nothing has been saved yet.
        return {}
    except OSError as error:
        raise AgentError(
            f"The folder of conversations {folder} cannot be read: {error.strerror}.",
            "See why: astravue doctor",
        ) from error
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0].name), reverse=True))


def paths_aside(path: Path) -> Iterator[Path]:
    """What else there is of a conversation: damaged files kept aside, and what a killed program had begun."""
    yield from path.parent.glob(f"{path.stem}{_ASIDE}*{_SUFFIX}")
    yield from path.parent.glob(f"{path.name}.*.new")


def list_saved(folder: Path) -> tuple[tuple[Saved, ...], tuple[str, ...]]:
    """Look at every transcript of a folder, the last used first.

    Returns:
        The conversations, and one sentence for each file that could not be read.
    """
    saved: list[Saved] = []
    problems: list[str] = []
    for path, used in transcript_paths(folder).items():
        try:
            saved.append(look_at(path, used))
        except AgentError as error:
            problems.append(str(error))
    return tuple(saved), tuple(problems)


def look_at(path: Path, used: float) -> Saved:
    """Find out what a list shows of a transcript, from its first lines and its last.

    Args:
        path: The file.
        used: When it was last written to.

    Raises:
        AgentError: It cannot be read, is none, or is of a newer version.
    """
    try:
        with path.open("rb") as file:
            header = parse_line(file.readline())
            if header is None:
                raise AgentError(
                    f"The transcript {path} holds nothing that can be read; it was left as it is."
                )
            return Saved(
                read_header(header, path), path, title_of(_first_turns(file)), _count_turns(file), used
            )
    except OSError as error:
        raise AgentError(f"The transcript {path} cannot be read: {error.strerror}.") from error


def _first_turns(file: BufferedReader) -> Iterator[JsonObject]:
    found = 0
    for line in file:
        event = parse_line(line) if _STARTED in line else None
        if event is not None and event.get("type") == TURN_STARTED:
            yield event
            found += 1
            if found == MOST_MESSAGES:
                return


def _count_turns(file: BufferedReader) -> int:
    """Read the number of the last turn where it ends or begins."""
    size = file.seek(0, os.SEEK_END)
    length = _TAIL
    while True:
        begin = max(0, size - length)
        file.seek(begin)
        lines = file.read(size - begin).split(b"\n")
        # The first piece is part of a line unless it is the file's first.
        for line in reversed(lines[1:]):
            event = parse_line(line) if line.startswith(_BOUND) else None
            turn = event.get("turn") if event and event.get("type") in TURN_BOUNDS else None
            if isinstance(turn, int):
                return turn
        if begin == 0:
            # Written before turns were numbered.
            return sum(line.startswith(b'{"type":"turn_started"') for line in lines)
        length *= _TAIL_GROWTH
