"""Finds who plays the model and the user of a trial, by its kind."""

from dataclasses import dataclass, field

from agent.settings import Settings
from evals.trials.plays import Play
from evals.trials.trial import Kind, TrialPlan


@dataclass(frozen=True, slots=True)
class Players:
    """Who plays in the trials of a run; small enough to be sent to another process.

    Args:
        settings: Name the model of live and simulated trials.
        user_settings: Name the model that plays the user of simulated ones; `None` for the same one.
        judge_settings: Name the model that judges; `None` for no judge.
    """

    settings: Settings = field(default_factory=Settings)
    user_settings: Settings | None = None
    judge_settings: Settings | None = None

    def play(self, plan: TrialPlan) -> Play:
        """Make the play of one trial.

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

                return live_play(plan, self)
