"""Runs one trial: the real session before the workspace of its case, and whoever plays the rest."""

import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

from agent.consent import sign_in_as
from agent.errors import AgentError
from agent.events import (
    ApprovalRequested,
    ElicitationRequested,
    Event,
    SignInRequested,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
)
from agent.jsontypes import JsonObject
from agent.model.protocol import TextDelta, Usage
from agent.session import Session
from agent.session_options import SessionOptions
from agent.tools.policy import Policy
from agent.transcripts.reading import read_transcript
from evals.definitions.case import Disturbance, Moment, Turn
from evals.trials.plays import Play
from evals.trials.trial import Status, TrialPlan, TrialRecord
from evals.workspaces.host import Host
from evals.workspaces.place import Place
from evals.workspaces.sign_ins import PROFILE
from evals.workspaces.starting import describe, take_due

MakePlay = Callable[[TrialPlan], Play]


async def run_trial(plan: TrialPlan, host: Host, make_play: MakePlay) -> TrialRecord:
    """Run one trial.

    Args:
        plan: What is tried.
        host: Has the workspaces.
        make_play: Finds who plays the model and the user.

    Returns:
        What came of it; a broken record where the workspace or the sign-in failed.
    """
    begun = time.perf_counter()
    record = TrialRecord(plan.case.id, plan.case.digest, plan.kind, plan.number)
    try:
        play = make_play(plan)
        async with host.place(plan.case) as place:
            record = await _Trial(place, play, record).run()
    except AgentError as error:
        record = replace(record, status=Status.BROKEN, problem=str(error))
    return replace(record, seconds=time.perf_counter() - begun)


@dataclass(slots=True)
class _Watch:
    """Times the parts of a trial, in seconds."""

    model: float = 0.0
    tools: float = 0.0
    first_token: float = 0.0
    _since: float = 0.0
    _waiting: bool = False

    def take(self, event: Event) -> None:
        now = time.perf_counter()
        match event:
            case StepStarted():
                self._since, self._waiting = now, True
            case TextDelta() if self._waiting:
                self.first_token += now - self._since
                self._waiting = False
            case StepFinished():
                self.model += now - self._since
                self._since, self._waiting = now, False
            case ToolCallFinished():
                self.tools += event.duration
            case _:
                pass


@dataclass(slots=True)
class _Trial:
    place: Place
    play: Play
    record: TrialRecord
    watch: _Watch = field(default_factory=_Watch)
    usage: Usage = field(default_factory=Usage)
    steps: int = 0
    calls: int = 0
    answer: str = ""
    difference: str = ""

    async def run(self) -> TrialRecord:
        session = self._session()
        try:
            while (turn := await self.play.next_turn(self.answer)) is not None:
                await self._turn(session, turn)
                if self.difference:
                    break
            path = session.transcript_path
        finally:
            await session.aclose()
        events: tuple[JsonObject, ...] = ()
        with suppress(AgentError):
            transcript = read_transcript(path)
            events = (transcript.header.to_json(), *transcript.events)
        return replace(
            self.record,
            events=events,
            changes=self.place.changes(),
            usage=self.usage,
            steps=self.steps,
            calls=self.calls,
            difference=self.difference,
            timings={
                "model": self.watch.model,
                "tools": self.watch.tools,
                "first_token": self.watch.first_token,
            },
        )

    def _session(self) -> Session:
        return Session(
            replace(self.play.settings, server=self.place.url, profile=PROFILE),
            self.place.folders,
            SessionOptions(
                policy=Policy(),
                workspace=describe(self.place.case.workspace),
                model=self.play.model,
                context=lambda: self.play.context(self.place.case.workspace.start_time),
                offer_all=self.play.offer_all,
                keeper=self.play.keeper,
            ),
            environ=self.place.environ,
        )

    async def _turn(self, session: Session, turn: Turn) -> None:
        pending = list(turn.disturbances)
        self._disturb(pending, Moment.START, "")
        async with aclosing(self.play.open(session, turn)) as events:
            async for event in events:
                self.watch.take(event)
                await self._answer(session, turn, event)
                self.play.note(event)
                self._look_at(event, pending)
        self.difference = self.play.difference()

    async def _answer(self, session: Session, turn: Turn, event: Event) -> None:
        match event:
            case ApprovalRequested():
                await self.play.decide(event, turn)
            case SignInRequested() if turn.signs_in:
                await sign_in_as(self.place.demo_user, session)
                event.signed_in = True
            case ElicitationRequested() | SignInRequested():
                # Left unanswered, which is a no.
                pass
            case _:
                pass

    def _look_at(self, event: Event, pending: list[Disturbance]) -> None:
        match event:
            case ToolCallStarted():
                self._disturb(pending, Moment.BEFORE, event.call.name)
            case ToolCallFinished():
                self.calls += 1
                self._disturb(pending, Moment.AFTER, event.call.name)
            case TurnFinished():
                self.answer = event.text
                self._count(event.usage, event.steps)
            case TurnFailed():
                self.answer = str(event.error)
                self._count(event.usage, event.steps)
            case _:
                pass

    def _count(self, usage: Usage, steps: int) -> None:
        self.usage += usage
        self.steps += steps

    def _disturb(self, pending: list[Disturbance], moment: Moment, tool: str) -> None:
        for disturbance in take_due(pending, moment, tool):
            self.place.disturb(disturbance)
