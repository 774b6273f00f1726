"""Scores the trials that a run kept again, by the cases as they are now; nothing is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agent.errors import AgentError, UsageError
from agent.system.private_files import replace_file
from agent.transcripts.lines import TURN_STARTED, encode_line, text_of
from evals.definitions.case import Case
from evals.definitions.trial import Kind, TrialRecord
from evals.runs.folder import MANIFEST, RunFolder
from evals.runs.index import SCORES, parse_score
from evals.runs.line_files import read_lines
from evals.runs.manifest_json import encode_manifest
from evals.runs.run import CaseFacts
from evals.runs.scorer import FindGoal, score_by
from evals.scoring.score import Check, Score

_SAYS_OTHER_THINGS = frozenset({Kind.SIMULATED, Kind.REPLAY})


@dataclass(frozen=True, slots=True)
class FlippedTrial:
    """A trial whose score is another one now.

    Args:
        key: Names the trial.
        passed: Whether it passes now.
        because: The checks that fail now, or those that failed before: each with what it found.
    """

    key: str
    passed: bool
    because: str


@dataclass(slots=True)
class Rescored:
    """What came of scoring a run again.

    Args:
        scored: How many trials were scored again.
        flips: Those of them that pass now and did not before, or the other way round.
        kept: Why trials of a case kept the scores that they had, by its id.
    """

    scored: int = 0
    flips: list[FlippedTrial] = field(default_factory=list[FlippedTrial])
    kept: dict[str, str] = field(default_factory=dict[str, str])


def rescore(folder: RunFolder, cases: Mapping[str, Case], find_goal: FindGoal) -> Rescored:
    """Score a run again, and put the scores in place of the old ones.

    A case that was scored again stands in the run's manifest as it is now; so two runs of its older form can
    be compared once both are scored by the new one. Where a trial cannot be scored by its case as it is now,
    its score stays.

    Args:
        folder: The run.
        cases: The cases that can be used, by id.
        find_goal: Says what a case wants of the workspace.

    Raises:
        AgentError: The run cannot be read or written; its scores are as they were.
    """
    before = dict(parse_score(line) for line in read_lines(folder.path / SCORES))
    scorer = _Scorer(cases, find_goal)
    folder.replace_scores([(record.key, scorer.score(record, before)) for record in folder.records()])
    found = scorer.found
    _note_cases(folder, {id: case for id, case in cases.items() if id not in found.kept})
    return found


class _Scorer:
    def __init__(self, cases: Mapping[str, Case], find_goal: FindGoal) -> None:
        self._cases = cases
        self._find_goal = find_goal
        self.found = Rescored()

    def score(self, record: TrialRecord, before: Mapping[str, Score]) -> Score:
        """Score a trial again; its score as it was where that cannot be done."""
        old = before.get(record.key)
        if record.case not in self.found.kept:
            try:
                new = self._score_anew(record)
            except AgentError as error:
                self.found.kept[record.case] = str(error)
            else:
                self.found.scored += 1
                if old is not None and old.passed != new.passed:
                    because = _because(old if new.passed else new)
                    self.found.flips.append(FlippedTrial(record.key, new.passed, because))
                return new
        return old or Score((Check("state", False, self.found.kept[record.case]),))

    def _score_anew(self, record: TrialRecord) -> Score:
        case = self._cases.get(record.case)
        if case is None:
            raise UsageError("There is no such case any more, or its file cannot be used.")
        if not _was_told(case, record):
            raise UsageError("The user says other things in it now.")
        return score_by(case, record, self._find_goal)


def _was_told(case: Case, record: TrialRecord) -> bool:
    if record.kind in _SAYS_OTHER_THINGS:
        return True
    told = [text_of(event, "text") for event in record.events if event.get("type") == TURN_STARTED]
    return told == [turn.say for turn in case.turns[: len(told)]]


def _because(found: Score) -> str:
    return "\n".join(f"{check.name}: {check.detail}" for check in found.checks if not check.passed)


def _note_cases(folder: RunFolder, cases: Mapping[str, Case]) -> None:
    manifest = folder.manifest
    facts = {
        id: CaseFacts(cases[id].digest, cases[id].title, cases[id].category) if id in cases else known
        for id, known in manifest.cases.items()
    }
    if facts == manifest.cases:
        return
    path = folder.path / MANIFEST
    try:
        replace_file(path, encode_line(encode_manifest(replace(manifest, cases=facts))))
    except OSError as error:
        raise AgentError(
            f"The trials were scored again, but {path} cannot be written ({error.strerror}).",
            f"Score them again: astravue eval rescore {folder.path}",
        ) from error
