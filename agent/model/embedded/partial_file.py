"""The weights' file while it is incomplete, and what adds the bytes that it lacks."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias

from agent.model.embedded.weights import Weights

FetchProgress: TypeAlias = Callable[[int, int, str], None]
"""Called with the bytes on disk, the bytes in all, and the source's name."""


class SourceError(Exception):
    """A source cannot give the bytes; the next one is tried."""


class Cancelled(Exception):
    """The caller asked to stop; the partial file stays."""


class Partial:
    """The partial file, open for appending.

    Args:
        path: Where it lies.
        weights: What it is to become.
        on_progress: Told after each block.
        cancel: Set by the caller to stop.
    """

    def __init__(
        self, path: Path, weights: Weights, on_progress: FetchProgress, cancel: threading.Event
    ) -> None:
        self.path = path
        self.weights = weights
        self.cancel = cancel
        self._on_progress = on_progress
        self._file = path.open("ab")
        if self._file.tell() > weights.size:
            self._file.truncate(0)
        self.size = min(path.stat().st_size, weights.size)

    @property
    def is_whole(self) -> bool:
        """All bytes are there, right or wrong."""
        return self.size >= self.weights.size

    def append(self, block: bytes, source: str) -> None:
        """Add bytes at the end.

        Raises:
            SourceError: There are more bytes than the weights have.
            Cancelled: The caller asked to stop.
            OSError: They could not be written.
        """
        if self.cancel.is_set():
            raise Cancelled
        if self.size + len(block) > self.weights.size:
            raise SourceError("it sent more bytes than the model has")
        self._file.write(block)
        # What is counted as kept is kept, also when the next block never comes.
        self._file.flush()
        self.size += len(block)
        self._on_progress(self.size, self.weights.size, source)

    def close(self) -> None:
        """Write out what is buffered and close."""
        self._file.close()


class Source(Protocol):
    """Somewhere that the bytes can be had from."""

    @property
    def name(self) -> str:
        """The source's name as shown to people."""
        ...

    def fill(self, partial: Partial) -> None:
        """Append the bytes that are missing.

        Raises:
            SourceError: They cannot be had here, or not all of them.
        """
        ...


def partial_path(target: Path) -> Path:
    """Where the bytes lie until they are whole and right.

    Args:
        target: Where the weights are to be.
    """
    return target.with_name(target.name + ".part")
