"""Plays a case to a real model: its user says what the case says, or is played by a model too."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from evals.definitions.case import Case
from evals.definitions.trial import Kind, TrialPlan, TrialRecord
from evals.trials.judging import add_verdict
from evals.trials.open_models import OpenModels
from evals.trials.plays import Play, ScriptedUser
from evals.trials.simulated import simulated_play


def live_play(plan: TrialPlan, models: OpenModels) -> Play:
    """The play of a live or simulated trial.

    Args:
        plan: Of such a kind.
        models: The models.

    Raises:
        UsageError: The case does not say who its user is, or the embedded model was to play them.
    """
    if plan.kind is Kind.SIMULATED:
        return simulated_play(plan.case, models)
    return LivePlay(plan.case, models)


class LivePlay(ScriptedUser):
    """The messages of a case, answered by a real model.

    Args:
        case: The case.
        models: The models.
    """

    def __init__(self, case: Case, models: OpenModels) -> None:
        model = models.answering()
        super().__init__(case, model, models.settings, offer_all=model is not None)
        self._models = models

    @property
    def cache(self) -> Path | None:
        """What one trial learns of an endpoint, the others need not."""
        return self._models.cache

    def admitted(self) -> AbstractAsyncContextManager[None]:
        """Wait for the embedded model, which does one trial at a time."""
        return self._models.admitted()

    async def conclude(self, record: TrialRecord, /) -> TrialRecord:
        """Ask the judge, if there is one and something to judge."""
        return await add_verdict(record, self._case.expect.judge, self._models)
