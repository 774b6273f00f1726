"""Cases that are tried for a test, and the ways to try them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from agent.jsontypes import JsonObject
from agent.model.protocol import Model
from agent.settings.settings import Settings
from evals.definitions.case import Case, Category, Expectation, SimulatedUser, Turn, WorkspaceDefinition
from evals.definitions.trial import Kind, TrialPlan, TrialRecord
from evals.trials.live import live_play
from evals.trials.open_models import OpenModels, open_models
from evals.trials.plays import Play, ScriptedUser
from evals.trials.running import run_trial
from evals.workspaces.host import Host
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
LEASE = 141383
CREATE = "astravue_create_task"
NOTES: JsonObject = {"spaceId": 502, "projectId": 11274, "taskTitle": "Check the release notes"}


def make_case(
    *turns: Turn, name: str = "one", judge: str = "", simulated: SimulatedUser | None = None
) -> Case:
    """A case in the demo workspace."""
    return Case(
        id=f"single-step/{name}",
        path=Path(f"/cases/single-step/{name}.yaml"),
        title="A case",
        category=Category.SINGLE_STEP,
        workspace=WorkspaceDefinition("demo", START),
        turns=turns or (Turn("Hello"),),
        expect=Expectation(judge=judge),
        simulated=simulated,
        digest=name,
    )


def settings_for(endpoint: ScriptedEndpoint, **limits: float) -> Settings:
    """Settings that name a model of an endpoint."""
    return Settings(model="scripted", base_url=endpoint.base_url, api_key="sk-test-0123456789", limits=limits)


def playing(model: Model | None, settings: Settings | None = None) -> Callable[[TrialPlan], Play]:
    """Plays cases to a model."""
    return lambda plan: ScriptedUser(plan.case, model, settings)


async def run_with(
    case: Case, make_play: Callable[[TrialPlan], Play], host: Host | None = None, *, seconds: float = 60.0
) -> TrialRecord:
    """Run a trial, in a host of its own unless there is one."""
    plan = TrialPlan(case, Kind.LIVE)
    if host is not None:
        return await run_trial(plan, host, make_play, seconds=seconds)
    async with Host(1) as own:
        return await run_trial(plan, own, make_play, seconds=seconds)


class RunLive(Protocol):
    """Runs a live or a simulated trial."""

    async def __call__(self, case: Case, kind: Kind = Kind.LIVE, number: int = 1) -> TrialRecord: ...


@asynccontextmanager
async def live(
    settings: Settings, *, user: Settings | None = None, judge: Settings | None = None, places: int = 1
) -> AsyncGenerator[RunLive]:
    """Runs trials with these models."""
    async with Host(places) as host, open_models(settings, user, judge) as models:
        yield with_models(host, models)


def with_models(host: Host, models: OpenModels) -> RunLive:
    """Runs trials with models that are open."""

    async def run(case: Case, kind: Kind = Kind.LIVE, number: int = 1) -> TrialRecord:
        return await run_trial(TrialPlan(case, kind, number), host, lambda plan: live_play(plan, models))

    return run
