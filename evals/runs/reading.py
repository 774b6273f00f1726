"""Reads a run back, trial by trial, so that one of any size takes little memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, overload

from agent.errors import AgentError
from agent.transcripts.lines import parse_line
from evals.runs.event_files import EventReader
from evals.runs.folder import read_manifest
from evals.runs.index import SCORES, TRIALS, Index, parse_score, parse_trial
from evals.runs.line_files import Line, Span, unreadable
from evals.runs.run import Result, Run


def read_run(path: Path, *, events: bool = False) -> Run:
    """Read a run; its trials are read from their files whenever they are looked at.

    Args:
        path: Its folder.
        events: Read the events of each trial too, which take most of the time; without, they are empty.

    Raises:
        AgentError: It is no run, or it is damaged or not scored; the message says which file and line.
    """
    manifest = read_manifest(path)
    return Run(manifest, Results(path, events=events))


class Results(Sequence[Result]):
    """The trials of a run that have ended, by case and number.

    Args:
        path: The folder of the run.
        events: Whether their events are read.

    Raises:
        AgentError: A file cannot be read, or there is a trial without a score.
    """

    def __init__(self, path: Path, *, events: bool) -> None:
        self._path = path
        self._events = EventReader(path) if events else None
        self._index = Index(path)
        unscored = self._index.unscored()
        keys = list(self._index.keys)
        # The last one may just have ended, or have been the last before a crash.
        if unscored == [self._index.last]:
            keys.remove(self._index.last)
        elif unscored:
            raise AgentError(
                f"{path / SCORES} has no score for {len(unscored)} of {len(keys)} trials, such as "
                f"{unscored[0]}.",
                f"Score them: astravue eval rescore {path}",
            )
        self._keys = sorted(keys, key=_order)

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, index: int) -> Result: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Result]: ...

    def __getitem__(self, index: int | slice) -> Result | Sequence[Result]:
        """Read one, or several."""
        if isinstance(index, int):
            return next(self._read([self._keys[index]]))
        return list(self._read(self._keys[index]))

    def __iter__(self) -> Iterator[Result]:
        """Read all, one after another."""
        return self._read(self._keys)

    def _read(self, keys: Sequence[str]) -> Iterator[Result]:
        trials_path, scores_path = self._path / TRIALS, self._path / SCORES
        if not keys:
            return
        try:
            with trials_path.open("rb") as trials, scores_path.open("rb") as scores:
                for key in keys:
                    score_span = self._index.score(key)
                    assert score_span is not None
                    scored, score = parse_score(_line(scores, scores_path, score_span))
                    record, span = parse_trial(_line(trials, trials_path, self._index.trial(key)))
                    if scored != key:
                        raise _changed(scores_path)
                    if self._events is not None:
                        record = replace(record, events=self._events.read(span))
                    yield Result(record, score)
        except OSError as error:
            raise unreadable(self._path, error) from error


def _line(file: BinaryIO, path: Path, span: Span) -> Line:
    file.seek(span.at)
    value = parse_line(file.read(span.size))
    if value is None:
        raise _changed(path)
    return Line(path, 0, span, value)


def _changed(path: Path) -> AgentError:
    return AgentError(f"{path} was changed while it was read.", "Try again.")


def _order(key: str) -> tuple[str, int]:
    case, _, number = key.rpartition("#")
    return case, int(number)
