"""Scores the trials of a run as they end."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from agent.errors import AgentError
from evals.definitions.case import Case
from evals.definitions.trial import Kind, Status, TrialRecord
from evals.scoring.score import Check, Score, score
from evals.state.changes import Change

FindGoal: TypeAlias = Callable[[Case], tuple[Change, ...]]
"""Says what a case wants of its workspace; asked for each trial, so it should remember."""


def score_by(case: Case, record: TrialRecord, find_goal: FindGoal) -> Score:
    """Score a trial by its case.

    Args:
        case: What was tried.
        record: What came of it.
        find_goal: Asked only where a workspace is compared with it.

    Raises:
        AgentError: The goal cannot be made.
    """
    is_compared = record.status is Status.FINISHED and record.kind is not Kind.REPLAY
    return score(case, record, find_goal(case) if is_compared else ())


class Scorer:
    """Scores trials by their cases.

    Args:
        cases: The cases of the run.
        find_goal: Says what a case wants of its workspace.
    """

    def __init__(self, cases: Sequence[Case], find_goal: FindGoal) -> None:
        self._cases = {case.id: case for case in cases}
        self._find_goal = find_goal

    def score(self, record: TrialRecord) -> Score:
        """Score a trial so that the others go on whatever is wrong with its case."""
        try:
            return score_by(self._cases[record.case], record, self._find_goal)
        except AgentError as error:
            return Score((Check("state", False, str(error)),))
