"""Files of JSON objects, one a line, that only ever grow.

Each line is one write, so that whoever is killed leaves whole lines and at most the beginning of one more.
"""

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from agent.errors import AgentError
from agent.jsontypes import JsonObject
from agent.transcripts.lines import encode_line, parse_line


class Span(NamedTuple):
    """Where a line stands in its file.

    Args:
        at: Where it begins, in bytes.
        size: How long it is, its end included.
    """

    at: int
    size: int

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.at + self.size


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read.

    Args:
        path: The file.
        number: Counted from 1.
        span: Where it stands.
        value: What it holds.
    """

    path: Path
    number: int
    span: Span
    value: JsonObject

    def unfit(self, problem: object) -> AgentError:
        """The error of a line that cannot be used."""
        return AgentError(f"{self.path}:{self.number}: {problem}; the file was left as it is.")


class LineFile:
    """A file that lines are added to.

    Args:
        path: The file; made with its first line, readable by its owner alone.
        end: How much of it counts; what follows was cut off by a crash and goes.

    Raises:
        AgentError: It is shorter than it has to be.
        OSError: It cannot be opened, or not shortened.
    """

    def __init__(self, path: Path, end: int) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._end = end
        size = os.fstat(self._descriptor).st_size
        if size < end:
            os.close(self._descriptor)
            raise AgentError(f"{path} ends after {size} bytes and has to hold {end}; it was left as it is.")
        if size > end:
            os.ftruncate(self._descriptor, end)

    def append(self, value: JsonObject) -> Span:
        """Add a line.

        Raises:
            OSError: It could not be written, or only a part of it, which the next reader leaves out.
        """
        data = encode_line(value)
        written = os.write(self._descriptor, data)
        while written < len(data):
            # Only a further write says why the disk took no more.
            written += os.write(self._descriptor, data[written:])
        span = Span(self._end, len(data))
        self._end = span.end
        return span

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)


def read_lines(path: Path) -> Generator[Line]:
    """Read a file line by line, less a last one that was cut off; a file that is not there has none.

    Raises:
        AgentError: It cannot be read, or is damaged in the middle; the message says where.
    """
    try:
        with path.open("rb") as file:
            at = 0
            for number, data in enumerate(file, start=1):
                # Only a line that a crash cut off has no end, and it is the last one.
                if not data.endswith(b"\n"):
                    return
                span = Span(at, len(data))
                value = parse_line(data)
                if value is None:
                    raise AgentError(f"{path}:{number}: this line is damaged; the file was left as it is.")
                yield Line(path, number, span, value)
                at = span.end
    except FileNotFoundError:
        return
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> AgentError:
    """The error of a file that cannot be read."""
    return AgentError(f"{path} cannot be read: {error.strerror}.")
