"""Whether a trial did what its case wants, check by check."""

from dataclasses import dataclass

from evals.definitions.case import Case
from evals.state.changes import Change
from evals.trials.trial import TrialRecord


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Args:
        name: What: “state”, “never”, “calls”, “answer”, “end”, “steps”, “replay” or “judge”.
        passed: Whether it is as it has to be.
        detail: What was wanted and what was found, as lines for people; empty where it passed.
    """

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of a trial.

    Args:
        checks: All that was looked at; none of a broken trial.
    """

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether there was something to look at and all of it is as it has to be.

        What a judge says counts against a trial, and never for one by itself.
        """
        return any(check.name != "judge" for check in self.checks) and all(
            check.passed for check in self.checks
        )


def score(case: Case, record: TrialRecord, goal: tuple[Change, ...]) -> Score:
    """Score a trial.

    Args:
        case: What was tried.
        record: What came of it.
        goal: The changes that the golden calls make.
    """
    raise NotImplementedError
