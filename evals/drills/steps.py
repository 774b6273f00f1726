"""Something happens before, during and after each step of a conversation: tokens expire, the server restarts.

The steps are those of one session: discovery (the handshake), the listing of tools, the model's stream, a
tool call that reads, and a write with its approval.
"""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agent.conversation import ToolCall
from agent.errors import OutcomeUnknownError, ServerError
from agent.events import ApprovalRequested, CallOutcome, Event, ToolCallFinished, ToolCallStarted
from agent.jsontypes import dump
from agent.model.protocol import Finish, FinishReason, TextDelta, Usage
from agent.model.scripted import say
from agent.session.session import Session
from evals.drills.figures import Figures
from evals.drills.home import Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel, Hook, TurnReport, run_turn

Step = Literal["discovery", "listing", "stream", "call", "approval"]
When = Literal["before", "during", "after"]
STEPS: tuple[Step, ...] = ("discovery", "listing", "stream", "call", "approval")
MOMENTS: tuple[When, ...] = ("before", "during", "after")

_READ = "astravue_get_current_user"
_WRITE = "astravue_create_personal_task"
_DISCOVERY = "server/discover"
_LISTING = "tools/list"
_HELD_MS = 300
_LIFETIME = 1801
_STRIDE = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a conversation."""

    step: Step
    when: When


POINTS = tuple(Point(step, when) for step, when in itertools.product(STEPS, MOMENTS))


class _Conversation:
    """One session from its first request to its second turn; at one point the blow falls.

    Args:
        sandbox: The server.
        session: The window.
        model: Its model.
        point: When the blow falls.
        blow: What happens then.
        title: The title of the task that is created.
    """

    def __init__(
        self, sandbox: DrillSandbox, session: Session, model: DrillModel, point: Point, blow: Hook, title: str
    ) -> None:
        self._sandbox = sandbox
        self._session = session
        self._model = model
        self._point = point
        self._blow = blow
        self._title = title
        self._falling: asyncio.Task[None] | None = None

    async def run(self) -> tuple[TurnReport, TurnReport]:
        """Go through all steps, with a second turn to see that the session still works."""
        calls = (
            ToolCall("read", _READ, "{}"),
            ToolCall("write", _WRITE, dump({"taskTitle": self._title})),
        )
        answer = [self._hook("before"), TextDelta("Let me "), self._hook("during"), TextDelta("look.")]
        end = [self._hook("after"), calls[0], Usage(), Finish(FinishReason.TOOL_CALLS)]
        self._model.will_say([*answer, *end], say("", calls[1]), say("Done."))
        try:
            await self._open()
            first = await run_turn(self._session.turn("Who am I?"), self._on_event)
            if self._falling is not None:
                await self._falling
            self._model.will_say(say("", calls[0]), say("Still you."))
            return first, await run_turn(self._session.turn("Still me?"))
        finally:
            await self._session.aclose()

    def _hook(self, when: When) -> Hook:
        async def hook() -> None:
            if self._point == Point("stream", when):
                await self._blow()

        return hook

    async def _open(self) -> None:
        match self._point:
            case Point("discovery", "before"):
                await self._blow()
                await self._session.start()
            case Point("discovery", "during"):
                await self._start_until(_DISCOVERY, None)
            case Point("discovery", "after") | Point("listing", "before"):
                await self._start_until(_DISCOVERY, 200)
            case Point("listing", "during"):
                await self._start_until(_LISTING, None)
            case Point("listing", "after"):
                await self._session.start()
                await self._blow()
            case _:
                await self._session.start()

    async def _start_until(self, rpc_method: str, status: int | None) -> None:
        """Let the blow fall while the session starts, as soon as a request has come so far."""
        await self._sandbox.forget_requests()
        # Every answer is held back, so that the blow falls before the next request is served.
        await self._sandbox.fault("/mcp", delay_ms=_HELD_MS)
        starting = asyncio.create_task(self._session.start())
        try:
            await self._sandbox.wait_for_request({"rpc_method": rpc_method, "status": status})
            await self._sandbox.clear_faults()
            await self._blow()
        finally:
            await asyncio.wait([starting])
        if isinstance(error := starting.exception(), Exception) and not isinstance(error, ServerError):
            raise error

    async def _on_event(self, event: Event) -> None:
        match self._point, event:
            case Point("call", "before"), ToolCallStarted(call) if call.name == _READ:
                await self._blow()
            case Point("call", "during"), ToolCallStarted(call) if call.name == _READ:
                await self._strike_in_flight(_READ)
            case Point("call", "after"), ToolCallFinished(call) if call.name == _READ:
                await self._blow()
            case Point("approval", "before"), ToolCallStarted(call) if call.name == _WRITE:
                await self._blow()
            case Point("approval", "during"), ApprovalRequested():
                await self._blow()
            case Point("approval", "after"), ApprovalRequested():
                await self._strike_in_flight(_WRITE)
            case _:
                pass

    async def _strike_in_flight(self, tool: str) -> None:
        """Let the blow fall as soon as the call of a tool is under way."""
        await self._sandbox.forget_requests()
        await self._sandbox.fault("/mcp", tool=tool, delay_ms=_HELD_MS, times=1)

        async def fall() -> None:
            await self._sandbox.wait_for_request({"tool": tool, "status": None})
            await self._blow()

        self._falling = asyncio.create_task(fall())


def _point(number: int) -> Point:
    # In an order in which the first few are of different steps already.
    return POINTS[number * _STRIDE % len(POINTS)]


async def expiry(folder: Path, times: int) -> Figures:
    """Tokens expire at every point, at the server alone and by the server's clock."""
    figures = Figures("access tokens expired before, during and after each of five steps")
    async with DrillSandbox(folder / "sandbox") as sandbox:

        async def pass_lifetime() -> None:
            await sandbox.advance(_LIFETIME)

        blows: Sequence[Hook] = (sandbox.expire, pass_lifetime)
        model = DrillModel()
        home = Home(folder / "home", sandbox.url)
        await home.sign_in(sandbox, model)
        for number in range(times):
            point = _point(number)
            # An odd number of points, so that each meets both blows in turn.
            blow = blows[number % 2]
            title = f"Expiry {number}"
            before = await sandbox.ledger()
            session = home.session(model)
            reports = await _Conversation(sandbox, session, model, point, blow, title).run()
            spent = (await sandbox.ledger()).refreshes - before.refreshes
            _count(figures, reports)
            where = f"{point.when} {point.step}"
            for report in reports:
                figures.promise(not report.lost, f"{where}: a turn was lost: {report.error}")
            outcomes = [outcome for report in reports for outcome in report.outcomes]
            figures.promise(
                outcomes == [CallOutcome.SUCCEEDED] * 3, f"{where}: the calls ended as {outcomes}"
            )
            figures.promise(spent == 1, f"{where}: {spent} refreshes for one expiry")
            written = await sandbox.tasks(title)
            figures.promise(written == 1, f"{where}: the task was created {written} times")
        await _settle(figures, sandbox)
    return figures


async def restart(folder: Path, times: int) -> Figures:
    """The server is killed and started again at every point."""
    figures = Figures("server killed and restarted before, during and after each of five steps")
    recovered = unknown = 0
    async with DrillSandbox(folder / "sandbox") as sandbox:
        model = DrillModel()
        home = Home(folder / "home", sandbox.url)
        await home.sign_in(sandbox, model)
        for number in range(times):
            point, title = _point(number), f"Restart {number}"
            session = home.session(model)
            first, second = await _Conversation(sandbox, session, model, point, sandbox.restart, title).run()
            _count(figures, (first, second))
            where = f"{point.when} {point.step}"
            figures.promise(
                first.error is None or isinstance(first.error, ServerError | OutcomeUnknownError),
                f"{where}: the turn ended with {first.error!r}",
            )
            figures.promise(not second.lost, f"{where}: the session did not recover: {second.error}")
            recovered += not first.lost
            unknown += CallOutcome.UNKNOWN in first.outcomes
            written = await sandbox.tasks(title)
            figures.promise(written <= 1, f"{where}: the task was created {written} times")
            figures.promise(
                written == 1 or point == Point("approval", "after") or first.lost,
                f"{where}: the task was reported as created and is not there",
            )
        await _settle(figures, sandbox)
        ledger = await sandbox.ledger()
        figures.promise(ledger.refreshes == 0, f"{ledger.refreshes} refreshes although nothing expired")
    figures.remarks.append(
        f"{recovered} of {figures.times} turns were answered, {unknown} writes reported as of unknown outcome"
    )
    return figures


def _count(figures: Figures, reports: Sequence[TurnReport]) -> None:
    figures.times += 1
    figures.turns_lost += sum(report.lost for report in reports)
    figures.sign_ins_asked += sum(report.sign_ins_asked for report in reports)


async def _settle(figures: Figures, sandbox: DrillSandbox) -> None:
    ledger = await sandbox.ledger()
    figures.refreshes = ledger.refreshes
    figures.families_revoked = ledger.revoked
    figures.promise(ledger.families == 1, f"{ledger.families - 1} further sign-ins were made")
    figures.promise(ledger.revoked == 0, f"{ledger.revoked} sign-ins were revoked")
    figures.promise(figures.sign_ins_asked == 0, f"{figures.sign_ins_asked} sign-ins were asked for")
