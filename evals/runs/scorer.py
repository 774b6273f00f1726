"""Scores the trials of a run as they end."""

from collections.abc import Callable, Sequence

from agent.errors import AgentError
from evals.definitions.case import Case
from evals.scoring.score import Check, Score, score
from evals.state.changes import Change
from evals.trials.trial import Kind, Status, TrialRecord


class Scorer:
    """Scores trials by their cases.

    Args:
        cases: The cases of the run.
        find_goal: Says what a case wants of its workspace; asked for each trial, so it should remember.
    """

    def __init__(self, cases: Sequence[Case], find_goal: Callable[[Case], tuple[Change, ...]]) -> None:
        self._cases = {case.id: case for case in cases}
        self._find_goal = find_goal

    def score(self, record: TrialRecord) -> Score:
        """Score a trial so that the others go on whatever is wrong with its case."""
        case = self._cases[record.case]
        is_compared = record.status is Status.FINISHED and record.kind is not Kind.REPLAY
        try:
            return score(case, record, self._find_goal(case) if is_compared else ())
        except AgentError as error:
            return Score((Check("state", False, str(error)),))
