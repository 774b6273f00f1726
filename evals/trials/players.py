"""Finds who plays the model and the user of a trial, by its kind."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agent.settings.settings import DEFAULT_SERVER, Settings
from evals.definitions.trial import Kind, TrialPlan
from evals.trials.plays import Play

if TYPE_CHECKING:
    from evals.trials.open_models import OpenModels


@dataclass(frozen=True, slots=True)
class Players:
    """Who plays in the trials of a run; small enough to be sent to another process.

    Args:
        settings: Name the model of live and simulated trials; see `evals.trials.choosing.settle`.
        user_settings: Name the model that plays the user of simulated ones; `None` for the same one.
        judge_settings: Name the model that judges; `None` for no judge.
    """

    settings: Settings = field(default_factory=Settings)
    user_settings: Settings | None = None
    judge_settings: Settings | None = None

    @property
    def has_key(self) -> bool:
        """Whether the endpoint of one of the models has a key."""
        return any(each is not None and each.api_key for each in self._all)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the endpoints of the models."""
        return tuple(each.base_url for each in self._all if each is not None)

    def with_key(self, api_key: str) -> "Players":
        """The same with another key wherever there is one, and without whatever else is secret.

        Args:
            api_key: The key.
        """
        settings, user, judge = (
            each
            and replace(
                each, api_key=api_key if each.api_key else "", client_secret="", server=DEFAULT_SERVER
            )
            for each in self._all
        )
        return Players(settings or Settings(), user, judge)

    @property
    def _all(self) -> tuple[Settings | None, ...]:
        return self.settings, self.user_settings, self.judge_settings

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Callable[[TrialPlan], Play]]:
        """Get together what all trials of this process share, such as a model that is loaded once.

        Returns:
            Makes the play of one trial.
        """
        from evals.trials.open_models import open_models

        async with open_models(self.settings, self.user_settings, self.judge_settings) as models:
            yield lambda plan: make_play(plan, models)


def make_play(plan: TrialPlan, models: "OpenModels") -> Play:
    """Make the play of one trial.

    Args:
        plan: The trial.
        models: The models of live and simulated ones.

    Raises:
        AgentError: The case lacks what this kind of trial needs.
    """
    match plan.kind:
        case Kind.ORACLE | Kind.NULL | Kind.MUTANT:
            from evals.trials.oracle import golden_play

            return golden_play(plan)
        case Kind.REPLAY:
            from evals.trials.replay import replay_play

            return replay_play(plan)
        case Kind.LIVE | Kind.SIMULATED:
            from evals.trials.live import live_play

            return live_play(plan, models)
