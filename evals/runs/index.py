"""Where each trial of a run stands in its files: what is kept in memory of a run of any size."""

from array import array
from collections.abc import Iterator
from pathlib import Path

from evals.definitions.trial import Status, TrialRecord
from evals.runs.json_fields import JsonFields
from evals.runs.line_files import Line, Span, read_lines
from evals.runs.record_json import decode_record
from evals.runs.score_json import decode_score
from evals.runs.tally import Tally
from evals.scoring.score import Score

TRIALS = "trials.jsonl"
SCORES = "scores.jsonl"
_NOWHERE = -1


class Index:
    """The trials of a run by their keys.

    Args:
        folder: Of the run.

    `last` is the trial that ended last; the ends are those of what counts of each file.

    Raises:
        AgentError: A file cannot be read or is damaged; the message says in which line.
    """

    def __init__(self, folder: Path) -> None:
        self.trials_end = 0
        self.events_end = 0
        self.scores_end = 0
        self.last = ""
        self.tally = Tally()
        self._numbers: dict[str, int] = {}
        # Objects for each of a million trials would take gigabytes.
        self._trials = array("q")
        self._sizes = array("q")
        self._scores = array("q")
        self._score_sizes = array("q")
        self._passed = bytearray()
        self._broken = bytearray()
        for line in read_lines(folder / TRIALS):
            self._add_trial(line)
        for line in read_lines(folder / SCORES):
            self._add_score(line)
        self.tally.passed = sum(self._passed)
        self.tally.scored = len(self) - len(self.unscored())

    @property
    def keys(self) -> Iterator[str]:
        """Of the trials that have ended, in the order in which they did."""
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def trial(self, key: str) -> Span:
        """Where a trial stands."""
        number = self._numbers[key]
        return Span(self._trials[number], self._sizes[number])

    def score(self, key: str) -> Span | None:
        """Where the score of a trial stands; `None` where it has none."""
        number = self._numbers[key]
        at = self._scores[number]
        return None if at == _NOWHERE else Span(at, self._score_sizes[number])

    def unscored(self) -> list[str]:
        """The trials without a score."""
        return [key for key, number in self._numbers.items() if self._scores[number] == _NOWHERE]

    def broken(self) -> list[str]:
        """The trials that say nothing of the model."""
        return [key for key, number in self._numbers.items() if self._broken[number]]

    def _add_trial(self, line: Line) -> None:
        record, events = parse_trial(line)
        number = self._numbers.get(record.key)
        if number is None:
            self._make_room(record.key)
        elif self._broken[number]:
            self.tally.forget_broken()
        else:
            raise line.unfit(f"the trial {record.key} stands here a second time")
        number = self._numbers[record.key]
        self._trials[number], self._sizes[number] = line.span
        self._broken[number] = record.status is Status.BROKEN
        self.last = record.key
        self.trials_end = line.span.end
        self.events_end = max(self.events_end, events.end)
        self.tally.add(record)

    def _make_room(self, key: str) -> None:
        self._numbers[key] = len(self._numbers)
        for column in (self._trials, self._sizes, self._scores, self._score_sizes):
            column.append(_NOWHERE)
        self._passed.append(False)
        self._broken.append(False)

    def _add_score(self, line: Line) -> None:
        key, score = parse_score(line)
        self.scores_end = line.span.end
        number = self._numbers.get(key)
        # A score may outlive a trial that was cut off; that of the one in its place comes later. What was
        # found of a broken trial, which is nothing, says nothing of one that took its place.
        if number is not None and (score.checks or self._broken[number]):
            self._scores[number], self._score_sizes[number] = line.span
            self._passed[number] = score.passed


def parse_trial(line: Line) -> tuple[TrialRecord, Span]:
    """Read a trial, and where its events are.

    Raises:
        AgentError: The line cannot be used.
    """
    try:
        events = JsonFields(JsonFields(line.value).object("events"))
        return decode_record(line.value), Span(events.whole("at"), events.whole("size"))
    except ValueError as error:
        raise line.unfit(error) from error


def parse_score(line: Line) -> tuple[str, Score]:
    """Read a score, with the key of its trial.

    Raises:
        AgentError: The line cannot be used.
    """
    try:
        return decode_score(line.value)
    except ValueError as error:
        raise line.unfit(error) from error
