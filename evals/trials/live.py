"""Plays a case to a real model: its user says what the case says, or is played by a model too."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from evals.definitions.case import Case
from evals.trials.company import Company
from evals.trials.judging import add_verdict
from evals.trials.plays import Play, ScriptedUser
from evals.trials.simulated import simulated_play
from evals.trials.trial import Kind, TrialPlan, TrialRecord


def live_play(plan: TrialPlan, company: Company) -> Play:
    """The play of a live or simulated trial.

    Args:
        plan: Of such a kind.
        company: The models.

    Raises:
        UsageError: The case does not say who its user is, or the embedded model was to play them.
    """
    if plan.kind is Kind.SIMULATED:
        return simulated_play(plan.case, company)
    return LivePlay(plan.case, company)


class LivePlay(ScriptedUser):
    """The messages of a case, answered by a real model.

    Args:
        case: The case.
        company: The models.
    """

    def __init__(self, case: Case, company: Company) -> None:
        model = company.answering()
        super().__init__(case, model, company.settings, offer_all=model is not None)
        self._company = company

    @property
    def cache(self) -> Path | None:
        """What one trial learns of an endpoint, the others need not."""
        return self._company.cache

    def admitted(self) -> AbstractAsyncContextManager[None]:
        """Wait for the embedded model, which does one trial at a time."""
        return self._company.admitted()

    async def conclude(self, record: TrialRecord, /) -> TrialRecord:
        """Ask the judge, if there is one and something to judge."""
        return await add_verdict(record, self._case.expect.judge, self._company)
