"""The folder of a run: what is written while trials end, so that whoever is killed loses none that has.

    manifest.json     what the run is made with; written first
    trials.jsonl      one line for each trial that has ended
    scores.jsonl      what was found of each
    events.jsonl      its transcript
    prefixes.jsonl    prompts and functions that the transcripts refer to

A trial's events are written before its line, and its score after: at most the last trial lacks its score.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from agent.errors import AgentError, UsageError
from agent.jsontypes import JsonObject
from agent.system.private_files import private_folder, replace_file
from agent.transcripts.lines import encode_line, parse_line
from evals.definitions.trial import TrialRecord
from evals.runs.commands import resume_command
from evals.runs.event_files import EventReader, EventWriter
from evals.runs.index import SCORES, TRIALS, Index, parse_trial
from evals.runs.line_files import LineFile, read_lines, unreadable
from evals.runs.manifest_json import TYPE, decode_manifest, encode_manifest
from evals.runs.record_json import encode_record
from evals.runs.run import VERSION, Manifest
from evals.runs.score_json import encode_score
from evals.runs.tally import Tally
from evals.scoring.score import Score

if TYPE_CHECKING:
    from filelock import FileLock

MANIFEST = "manifest.json"
_LOCK = "run.lock"


class RunFolder:
    """A run that trials are added to, by this process alone.

    Use `create` or `reopen`, as a context.

    Args:
        path: The folder.
        manifest: What the run is made with.
        lock: Says that this process has it.

    Raises:
        AgentError: What is there is damaged, or cannot be read or written.
    """

    def __init__(self, path: Path, manifest: Manifest, lock: "FileLock") -> None:
        self.path = path
        self.manifest = manifest
        self._lock = lock
        self._index = Index(path)
        self._keys = set(self._index.keys)
        try:
            self._trials = LineFile(path / TRIALS, self._index.trials_end)
            self._scores = LineFile(path / SCORES, self._index.scores_end)
            self._events = EventWriter(path, self._index.events_end)
        except OSError as error:
            raise AgentError(f"The run in {path} cannot be gone on with: {error.strerror}.") from error

    @classmethod
    def create(cls, path: Path, manifest: Manifest) -> Self:
        """Begin a run.

        Raises:
            UsageError: There is a run already, or something else.
            AgentError: The folder cannot be written.
        """
        try:
            private_folder(path)
            _refuse_what_is_not_empty(path)
            path.chmod(0o700)
            lock = _take_lock(path)
        except OSError as error:
            raise _cannot_begin(path, error) from error
        try:
            if (path / MANIFEST).exists() or (path / TRIALS).exists():
                raise UsageError(
                    f"There is a run in {path} already; it was left as it is.",
                    f"Go on with it: {resume_command(path)}",
                )
            replace_file(path / MANIFEST, encode_line(encode_manifest(manifest)))
            return cls(path, manifest, lock)
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError):
                raise _cannot_begin(path, error) from error
            raise

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with a run.

        Raises:
            AgentError: It is no run, another process has it, or it is damaged.
        """
        manifest = read_manifest(path)
        lock = _take_lock(path)
        try:
            return cls(path, manifest, lock)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its files, and let other processes have it."""
        self._trials.close()
        self._scores.close()
        self._events.close()
        self._lock.release()

    @property
    def tally(self) -> Tally:
        """What came of its trials so far."""
        return self._index.tally

    def has(self, key: str) -> bool:
        """Whether a trial has ended."""
        return key in self._keys

    def try_broken_again(self) -> None:
        """Take it that broken trials have not ended: those that are added take their places."""
        for key in self._index.broken():
            self._keys.discard(key)
            self.tally.forget_broken()

    def add(self, record: TrialRecord) -> None:
        """Keep a trial.

        Raises:
            AgentError: It cannot be written; all before it are kept.
        """
        try:
            span = self._events.append(record.events)
            where: JsonObject = {"at": span.at, "size": span.size}
            self._trials.append({**encode_record(record), "events": where})
        except OSError as error:
            self._give_up(error)
        self._keys.add(record.key)
        self.tally.add(record)

    def add_score(self, key: str, score: Score) -> None:
        """Keep the score of a trial.

        Raises:
            AgentError: It cannot be written; all before it are kept, its trial among them.
        """
        try:
            self._scores.append(encode_score(key, score))
        except OSError as error:
            self._give_up(error)
        self.tally.add_score(score)

    def unscored(self) -> Iterator[TrialRecord]:
        """The trials that had no score when the run was opened.

        Raises:
            AgentError: The events of one cannot be read.
        """
        missing = set(self._index.unscored())
        return (record for record in self.records() if record.key in missing)

    def records(self) -> Iterator[TrialRecord]:
        """All trials, one after another, in the order in which they ended.

        Raises:
            AgentError: One cannot be read.
        """
        reader, index = EventReader(self.path), Index(self.path)
        for line in read_lines(self.path / TRIALS):
            record, span = parse_trial(line)
            # A broken trial may have been tried again.
            if index.trial(record.key) == line.span:
                yield replace(record, events=reader.read(span))

    def replace_scores(self, scores: Iterable[tuple[str, Score]]) -> None:
        """Put other scores in place of all there are; a crash leaves the old or the new ones.

        Args:
            scores: By the keys of their trials.

        Raises:
            AgentError: They cannot be written; the old ones are kept.
        """
        data = b"".join(encode_line(encode_score(key, score)) for key, score in scores)
        self._scores.close()
        try:
            replace_file(self.path / SCORES, data)
            self._scores = LineFile(self.path / SCORES, len(data))
        except OSError as error:
            raise AgentError(
                f"The scores of {self.path} cannot be written ({error.strerror}); the old ones are kept."
            ) from error

    def _give_up(self, error: OSError) -> NoReturn:
        kept = self.tally.ended
        raise AgentError(
            f"The run stopped, as its folder can no longer be written ({error.strerror}); "
            f"{'1 trial is' if kept == 1 else f'{kept} trials are'} kept in {self.path}.",
            f"Once that is mended, go on with it: {resume_command(self.path)}",
        ) from error


def read_manifest(path: Path) -> Manifest:
    """Read what a run was made with.

    Args:
        path: Its folder.

    Raises:
        AgentError: It is no run, it is of a newer version, or its manifest is damaged.
    """
    file = path / MANIFEST
    try:
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"{path} is no run: there is no {MANIFEST} in it.", "Make one: astravue eval run"
        ) from None
    except OSError as error:
        raise unreadable(file, error) from error
    line = parse_line(data)
    version = line.get("version") if line is not None and line.get("type") == TYPE else None
    if line is None or not isinstance(version, int):
        raise AgentError(f"{file}:1: this is no manifest of a run; the file was left as it is.")
    if version > VERSION:
        raise AgentError(
            f"{file}:1: the run is of version {version}, and this program reads up to {VERSION}.",
            "Update astravue-agent.",
        )
    try:
        return decode_manifest(line)
    except ValueError as error:
        raise AgentError(f"{file}:1: {error}; the file was left as it is.") from error


def _refuse_what_is_not_empty(path: Path) -> None:
    """Let nothing lie beside the files of a run that is not its own.

    Raises:
        UsageError: There is something; a run is told later, once nobody else writes it.
    """
    found = {each.name for each in path.iterdir()}
    if found - {_LOCK} and not found & {MANIFEST, TRIALS}:
        raise UsageError(
            f"There are other files in {path}, so no run is kept there; they were left as they are.",
            "Name an empty folder, or one that is not there yet.",
        )


def _cannot_begin(path: Path, error: OSError) -> AgentError:
    return AgentError(f"No run can be begun in {path}: {error.strerror}.")


def _take_lock(path: Path) -> "FileLock":
    from filelock import FileLock, Timeout

    lock = FileLock(path / _LOCK, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise AgentError(
            f"Another process is writing the run in {path}; nothing was changed.", "Wait until it has ended."
        ) from None
    return lock
