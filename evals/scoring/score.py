"""Whether a trial did what its case wants, check by check."""

from collections.abc import Iterator
from dataclasses import dataclass

from evals.definitions.case import Case
from evals.definitions.trial import Kind, Status, TrialRecord
from evals.scoring.checks import (
    check_answers,
    check_calls,
    check_end,
    check_never,
    check_state,
    check_steps,
    check_verdict,
)
from evals.scoring.conversation import read_turns
from evals.state.changes import Change


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
    def in_order(self) -> tuple[Check, ...]:
        """The checks as they are told: where a conversation ended otherwise, that is why others fail."""
        return tuple(sorted(self.checks, key=lambda check: check.passed or check.name != "end"))

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed, in that order."""
        return tuple(check for check in self.in_order if not check.passed)

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
    if record.status is Status.BROKEN:
        return Score(())
    if record.kind is Kind.REPLAY:
        # The model's part was played from the recording, so there is nothing else to find out.
        return Score((Check("replay", not record.difference, record.difference),))
    return Score(tuple(_checks(case, record, goal)))


def _checks(case: Case, record: TrialRecord, goal: tuple[Change, ...]) -> Iterator[Check]:
    expect, turns = case.expect, read_turns(record.events)
    calls = [call for turn in turns for call in turn.calls]
    yield _check("state", check_state(goal, record.changes, expect.ignores))
    if expect.calls:
        yield _check("calls", check_calls(expect.calls, calls))
    if expect.never:
        yield _check("never", check_never(expect.never, calls))
    if expect.answers:
        # Whoever plays the user says other things in other turns.
        is_free = record.kind is Kind.SIMULATED
        yield _check("answer", check_answers(expect.answers, turns, any_turn=is_free))
    yield _check("end", check_end(expect.ends, turns))
    if expect.steps:
        yield _check("steps", check_steps(expect.steps, record.steps))
    if expect.judge and record.verdict is not None:
        yield _check("judge", check_verdict(expect.judge, record.verdict))


def _check(name: str, detail: str) -> Check:
    return Check(name, not detail, detail)
