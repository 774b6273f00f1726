"""`astravue model fetch`: fetches the embedded model's weights, goes on where it stopped, and checks them."""

import argparse
import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.commands.common import prepare, warn
from agent.commands.json_lines import write_json
from agent.commands.progress import STANDARD_ERROR, StandardError
from agent.errors import ExitCode, ModelError
from agent.jsontypes import JsonObject
from agent.model.embedded import install_command, is_available
from agent.model.embedded.fetch import fetch_model
from agent.model.embedded.partial_file import Source, partial_path
from agent.model.embedded.weights import QWEN_CODER, Weights
from agent.wording.bars import draw_bar

_BAR_CELLS = 20
_MEGABYTE = 10**6
_BETWEEN_DRAWINGS = 0.1
_BETWEEN_LINES = 2.0
_PATIENCE = 1.0


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    _, folders = prepare(arguments)
    display = Display(STANDARD_ERROR, is_live=sys.stderr.isatty())
    result = fetch(folders.models, os.environ, display)
    if not is_available():
        warn(f"it is run by the extra `local`, which is not installed: {install_command()}")
    if getattr(arguments, "json", False):
        write_json(result.to_json(), indent=1)
    else:
        sys.stdout.write(f"{result.sentence}\n")
    return ExitCode.DONE


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Args:
        weights: Which weights.
        path: Where they are.
        was_there: They had been fetched before, and were only checked.
    """

    weights: Weights
    path: Path
    was_there: bool

    @property
    def sentence(self) -> str:
        """In words."""
        state = "is already there and right" if self.was_there else "is fetched and right"
        size = f"{self.weights.size / 1e9:.2f} GB"
        return f"{self.weights.name} {state}: {self.path} ({size}, SHA-256 {self.weights.sha256})."

    def to_json(self) -> JsonObject:
        """For scripts; the keys are a promise, described in docs/scripting.md."""
        return {
            "model": self.weights.name,
            "path": str(self.path),
            "bytes": self.weights.size,
            "sha256": self.weights.sha256,
            "was_there": self.was_there,
        }


class Display:
    """Shows how far it is: a line that is drawn over itself on a terminal, else a line each tenth at most.

    Args:
        error: Takes the lines.
        is_live: It is a terminal.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, error: StandardError, *, is_live: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._error = error
        self._is_live = is_live
        self._clock = clock
        self._source = ""
        self._begun: tuple[float, int] = (0.0, 0)
        self._told_at = 0.0
        self._tenth: int = -1
        self._done = 0

    def __call__(self, done: int, total: int, source: str) -> None:
        """Take the bytes on disk, the bytes in all and where they come from."""
        now = self._clock()
        is_new = source != self._source
        if is_new:
            self._source, self._begun, self._tenth = source, (now, done), -1
        self._done = done
        tenth = done * 10 // total
        between = _BETWEEN_DRAWINGS if self._is_live else _BETWEEN_LINES
        if not (is_new or (self._is_live and done == total) or now - self._told_at >= between):
            return
        if self._is_live:
            self._told_at = now
            bar = f"{draw_bar(done / total, _BAR_CELLS)} {int(done / total * 100)}%"
            self._error.show_stage(f"{self._text(done, total)} {bar}{self._pace(now, total)}")
        elif tenth != self._tenth:
            self._told_at, self._tenth = now, tenth
            self._error.write_line(self._text(done, total))

    def clear(self) -> None:
        """Take the line away."""
        self._error.show_stage("")

    def _text(self, done: int, total: int) -> str:
        source = f"{self._source[:1].upper()}{self._source[1:]}"
        return f"{source}: {done // _MEGABYTE:,} of {total // _MEGABYTE:,} MB"

    def _pace(self, now: float, total: int) -> str:
        seconds, fetched = now - self._begun[0], self._done - self._begun[1]
        if seconds < 1 or fetched <= 0:
            return ""
        rate = fetched / seconds
        left = round((total - self._done) / rate)
        return f" {rate / _MEGABYTE:.1f} MB/s, {left // 60}:{left % 60:02} left"


def fetch(
    folder: Path,
    environ: Mapping[str, str],
    display: Display,
    *,
    weights: Weights = QWEN_CODER,
    sources: Sequence[Source] | None = None,
) -> Result:
    """Make sure that the weights are there and right.

    Args:
        folder: The folder of models.
        environ: The process environment.
        display: Shows how far it is.
        weights: Which weights.
        sources: Where to look, by default where they are published.

    Raises:
        ModelError: They cannot be had; what was fetched is kept.
        KeyboardInterrupt: Somebody stopped it; what was fetched is kept, which was told.
    """
    path = weights.path(folder)
    try:
        if path.is_file():
            if _digest(path, display) == weights.sha256:
                return Result(weights, path, was_there=True)
            warn(f"{path} does not have the publisher's SHA-256 any more and is fetched anew")
            path.unlink()
        _fetch(folder, environ, display, weights, sources)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be checked ({error.strerror}).", "Check who owns it: ls -l"
        ) from error
    finally:
        display.clear()
    return Result(weights, path, was_there=False)


def _digest(path: Path, display: Display) -> str:
    digest, total, done = hashlib.sha256(), path.stat().st_size, 0
    with path.open("rb") as file:
        while block := file.read(_MEGABYTE):
            digest.update(block)
            done += len(block)
            display(done, total, "Checking")
    return digest.hexdigest()


def _fetch(
    folder: Path,
    environ: Mapping[str, str],
    display: Display,
    weights: Weights,
    sources: Sequence[Source] | None,
) -> None:
    """Fetch in a thread, so that Ctrl-C is met here and what is half written is closed properly."""
    cancel, errors = threading.Event(), list[Exception]()
    display(_kept(folder, weights), weights.size, "Connecting")

    def work() -> None:
        try:
            fetch_model(
                folder, environ=environ, on_progress=display, cancel=cancel, weights=weights, sources=sources
            )
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work, name="fetch-model", daemon=True)
    thread.start()
    try:
        # Where a wait without end could not be interrupted, one of many short ones can.
        while thread.is_alive():
            thread.join(0.2)
    except KeyboardInterrupt:
        cancel.set()
        thread.join(_PATIENCE)
        display.clear()
        warn(
            f"stopped; {_kept(folder, weights) // _MEGABYTE:,} of {weights.size // _MEGABYTE:,} MB are kept, "
            "and `astravue model fetch` goes on from there"
        )
        raise
    if errors:
        raise errors[0]


def _kept(folder: Path, weights: Weights) -> int:
    partial = partial_path(weights.path(folder))
    return partial.stat().st_size if partial.exists() else 0
