"""Runs one trial: the real session before the workspace of its case, and whoever plays the rest."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent.demo.consent import sign_in_as
from agent.errors import AgentError
from agent.events import (
    ApprovalRequested,
    Compacted,
    ElicitationAction,
    ElicitationRequested,
    Event,
    SignInRequested,
    StepFinished,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
)
from agent.jsontypes import JsonObject
from agent.model.protocol import Usage
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.system.folders import Folders
from agent.system.logs import redact_text
from agent.tools.policy import Policy
from agent.transcripts.reading import read_transcript
from evals.definitions.case import Action, Disturbance, Moment, Turn
from evals.definitions.trial import SECONDS, Status, TrialPlan, TrialRecord
from evals.trials.failures import describe_error, infrastructure_problem
from evals.trials.plays import Play
from evals.trials.watch import Watch
from evals.workspaces.host import Host
from evals.workspaces.place import Place
from evals.workspaces.sign_ins import PROFILE
from evals.workspaces.starting import describe_workspace, take_due

MakePlay = Callable[[TrialPlan], Play]

_CLOSING_SECONDS = 30.0
_REDACTED = "[redacted]"
_LOGGER = logging.getLogger(__name__)


async def run_trial(
    plan: TrialPlan, host: Host, make_play: MakePlay, *, seconds: float = SECONDS
) -> TrialRecord:
    """Run one trial.

    Args:
        plan: What is tried.
        host: Has the workspaces.
        make_play: Finds who plays the model and the user.
        seconds: How long it may take once it has its workspace.

    Returns:
        What came of it; a broken record where something failed that says nothing of the model.
    """
    begun = time.perf_counter()
    record = TrialRecord(plan.case.id, plan.case.digest, plan.kind, plan.number)
    try:
        play = make_play(plan)
        async with play.admitted():
            begun = time.perf_counter()
            async with host.place(plan.case) as place:
                record = await _Trial(place, play, record, host.starting).run(seconds)
        taken = time.perf_counter() - begun
        record = await play.conclude(replace(record, seconds=taken))
    except Exception as error:
        taken = time.perf_counter() - begun
        record = replace(record, status=Status.BROKEN, problem=_describe(error, plan.key), seconds=taken)
    return replace(record, problem=redact_text(record.problem))


def _describe(error: Exception, trial: str) -> str:
    """Say what broke a trial; what nobody foresaw is logged with the place where it happened."""
    if isinstance(error, AgentError):
        return describe_error(error)
    _LOGGER.error("the trial %s failed", trial, exc_info=error)
    said = " ".join(str(error).split())
    return f"The program failed in this trial ({type(error).__name__}{': ' if said else ''}{said})."


@dataclass(slots=True)
class _Trial:
    place: Place
    play: Play
    record: TrialRecord
    starting: asyncio.Semaphore
    watch: Watch = field(default_factory=Watch)
    usage: Usage = field(default_factory=Usage)
    unfinished: Usage = field(default_factory=Usage)
    steps: int = 0
    calls: int = 0
    answer: str = ""
    difference: str = ""
    problem: str = ""
    missed: list[str] = field(default_factory=list[str])
    turns: int = 0
    advanced: timedelta = timedelta()

    async def run(self, seconds: float) -> TrialRecord:
        """Have the conversation, and keep what came of it even where something failed."""
        session = self._session()
        try:
            await self._within(seconds, session)
        finally:
            await _close(session)
        return replace(
            self.record,
            status=Status.BROKEN if self.problem else Status.FINISHED,
            problem=self.problem,
            events=self._read_events(session),
            changes=self.place.changes(),
            usage=self.usage + self.unfinished,
            steps=self.steps,
            calls=self.calls,
            difference=self.difference,
            missed=tuple(self.missed),
            timings=self.watch.timings,
        )

    async def _within(self, seconds: float, session: Session) -> None:
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                # What a turn begins with happens in the middle of a conversation, not to its connection.
                async with self.starting:
                    await session.start()
                await self._converse(session)
        except Exception as error:
            if limit.expired():
                self.problem = f"The trial was stopped after {seconds:g} s; what was done until then is kept."
            else:
                self.problem = _describe(error, self.record.key)

    async def _converse(self, session: Session) -> None:
        while (turn := await self.play.next_turn(self.answer)) is not None:
            self.turns += 1
            await self._turn(session, turn)
            if self.difference or self.problem:
                return

    def _read_events(self, session: Session) -> tuple[JsonObject, ...]:
        with suppress(AgentError):
            transcript = read_transcript(session.transcript_path)
            return _without(self.play.settings.api_key, (transcript.header.to_json(), *transcript.events))
        return ()

    def _session(self) -> Session:
        return Session(
            replace(self.play.settings, server=self.place.url, profile=PROFILE),
            self._folders(),
            SessionOptions(
                policy=Policy(),
                workspace=describe_workspace(self.place.case.workspace),
                model=self.play.model,
                context=lambda: self.play.context(self._now()),
                offer_all=self.play.offer_all,
                keeper=self.play.keeper,
            ),
            environ=self.place.environ,
        )

    def _folders(self) -> Folders:
        own, cache = self.place.folders, self.play.cache
        return own if cache is None else replace(own, cache=cache)

    def _now(self) -> datetime:
        """The workspace's time, but for what passes while the trial runs: a request is the same each time."""
        return self.place.case.workspace.start_time + self.advanced

    async def _turn(self, session: Session, turn: Turn) -> None:
        pending = list(turn.disturbances)
        self._disturb(pending, Moment.START, "")
        async with aclosing(self.play.open(session, turn)) as events:
            async for event in events:
                self.watch.take(event)
                await self._answer(session, turn, event)
                self.play.note(event)
                self._look_at(event, pending)
                if self.problem:
                    return
        self.missed += [f"turn {self.turns}: {_name(disturbance)}" for disturbance in pending]
        self.difference = self.play.difference()

    async def _answer(self, session: Session, turn: Turn, event: Event) -> None:
        match event:
            case ApprovalRequested():
                await self.play.decide(event, turn)
            case SignInRequested() if turn.signs_in:
                await sign_in_as(self.place.demo_user, session)
                event.signed_in = True
            case ElicitationRequested():
                event.action = ElicitationAction.DECLINED
            case _:
                # A sign-in that is left unanswered is refused.
                pass

    def _look_at(self, event: Event, pending: list[Disturbance]) -> None:
        self.problem = infrastructure_problem(event, self.place.case)
        match event:
            case ToolCallStarted():
                self._disturb(pending, Moment.BEFORE, event.call.name)
            case ToolCallFinished():
                self.calls += 1
                self._disturb(pending, Moment.AFTER, event.call.name)
            case StepFinished() | Compacted():
                self.unfinished += event.usage
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
        self.unfinished = Usage()
        self.steps += steps

    def _disturb(self, pending: list[Disturbance], moment: Moment, tool: str) -> None:
        for disturbance in take_due(pending, moment, tool):
            if disturbance.action is Action.ADVANCE:
                self.advanced += timedelta(seconds=disturbance.seconds)
            self.place.disturb(disturbance)


def _name(disturbance: Disturbance) -> str:
    where = f" {disturbance.tool or 'any call'}" if disturbance.moment is not Moment.START else ""
    return f"{disturbance.action} {disturbance.moment}{where}"


async def _close(session: Session) -> None:
    """Close a session; the place of the trial becomes free whether that works or not."""
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await session.aclose()
    except Exception:
        _LOGGER.exception("the session of a trial could not be closed")


def _without(secret: str, events: tuple[JsonObject, ...]) -> tuple[JsonObject, ...]:
    """Events as they are, but for a secret that an endpoint may have repeated in one."""
    written = json.dumps(events) if secret else ""
    if not secret or secret not in written:
        return events
    return tuple(json.loads(written.replace(secret, _REDACTED)))
