"""A refresh is cancelled at every await: of the one who waits for it, and of the whole program."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.auth.bearer import BearerAuth
from agent.auth.tokens import TokenManager
from agent.workspace.workspace import Workspace
from evals.drills.figures import Figures
from evals.drills.home import PROFILE, Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel
from evals.drills.window import READ, PausingVault, Window

_LIFETIME = 1801
_MOST_AWAITS = 200


@dataclass
class _Clock:
    """The clock of the machine, which all windows share."""

    offset: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


class _CancelledAt:
    """Runs a coroutine and cancels the task that runs it at its n-th suspension."""

    def __init__(self, work: Coroutine[Any, Any, object], number: int) -> None:
        self._work = work
        self._number = number
        self.suspensions = 0

    def __await__(self) -> Generator[Any, None, None]:
        steps = self._work.__await__()
        thrown: BaseException | None = None
        while True:
            try:
                waited_for = steps.send(None) if thrown is None else steps.throw(thrown)
            except StopIteration:
                return
            thrown = None
            self.suspensions += 1
            if self.suspensions == self._number:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                yield waited_for
            except BaseException as error:  # whatever ends the wait is for the coroutine to meet
                thrown = error


async def _cancel(work: Coroutine[Any, Any, object], number: int) -> bool:
    """Run work, cancelled at its n-th suspension; say whether it came to that."""
    cancelled = _CancelledAt(work, number)

    async def run() -> None:
        await cancelled

    await asyncio.gather(asyncio.create_task(run()), return_exceptions=True)
    return cancelled.suspensions >= number


def _token_work(name: str, tokens: TokenManager, stale: str) -> Coroutine[Any, Any, object]:
    match name:
        case "access_token":
            return tokens.access_token()
        case "newer_than":
            return tokens.newer_than(stale)
        case "refresh_now":
            return tokens.refresh_now()
        case _:
            return _close_while_refreshing(tokens, stale)


async def _close_while_refreshing(tokens: TokenManager, stale: str) -> None:
    refresh = asyncio.create_task(tokens.newer_than(stale))
    await asyncio.sleep(0)
    await tokens.aclose()
    await asyncio.gather(refresh, return_exceptions=True)


ENTRIES = ("access_token", "newer_than", "refresh_now", "aclose", "tool call")


async def cancelling(folder: Path, times: int) -> Figures:
    """For each way into a refresh: cancel it at its first await, then at its second, and so on to the last.

    Twice each: the task alone, and with it every task of the program, as at the end of an event loop. The
    exchange itself runs in a thread, whose awaits nothing can reach.
    """
    figures = Figures("refresh cancelled at every await of every way into it")
    async with DrillSandbox(folder / "sandbox") as sandbox:
        home = Home(folder / "home", sandbox.url)
        await home.sign_in(sandbox, DrillModel())
        awaits: list[str] = []
        clock = _Clock()
        for entry in ENTRIES[: times if times < len(ENTRIES) else None]:
            for ending, run in (("task", _run_task), ("program", _run_program)):
                number = 0
                while number < _MOST_AWAITS:
                    number += 1
                    reached = await _cancel_once(figures, sandbox, home, clock, entry, number, run)
                    if not reached:
                        break
                awaits.append(f"{entry} ({ending}): {number - 1}")
        ledger = await sandbox.ledger()
        figures.refreshes, figures.families_revoked = ledger.refreshes, ledger.revoked
        figures.promise(ledger.revoked == 0, f"{ledger.revoked} families were revoked")
        figures.promise(ledger.families == 1, f"{ledger.families - 1} further sign-ins were made")
    figures.remarks.append(f"awaits: {', '.join(awaits)}")
    return figures


_Work = Callable[[], Awaitable[bool]]


async def _run_task(work: _Work) -> bool:
    return await work()


async def _run_program(work: _Work) -> bool:
    # The event loop of another thread ends as soon as its main task does, and cancels what is left.
    async def program() -> bool:
        return await work()

    return await asyncio.to_thread(asyncio.run, program())


async def _cancel_once(
    figures: Figures,
    sandbox: DrillSandbox,
    home: Home,
    clock: _Clock,
    entry: str,
    number: int,
    run: Callable[[_Work], Awaitable[bool]],
) -> bool:
    spent = (await sandbox.ledger()).refreshes
    await sandbox.expire()
    # A manager that is asked for a token sees the expiry by the clock; the others are told by a 401.
    if entry == "access_token":
        clock.offset += _LIFETIME
    tokens = TokenManager(PausingVault(home.environ), home.url, PROFILE, clock=clock)

    async def work() -> bool:
        if entry == "tool call":
            async with Workspace(home.url, auth=BearerAuth(tokens)) as workspace:
                return await _cancel(workspace.call_tool(READ, {}), number)
        stored = PausingVault(home.environ).load(tokens.server, PROFILE)
        assert stored is not None
        return await _cancel(_token_work(entry, tokens, stored.access_token), number)

    async def work_and_close() -> bool:
        try:
            return await work()
        finally:
            if run is _run_task:
                await tokens.aclose()

    reached = await run(work_and_close)
    figures.times += reached
    where = f"{entry}, await {number}"
    async with Window(home.url, home.environ, PausingVault(home.environ), clock) as survivor:
        try:
            await survivor.call()
        except Exception as error:  # whatever it is, the login is of no use any more
            figures.turns_lost += 1
            figures.sign_ins_asked += 1
            figures.promise(False, f"{where}: the next window was told “{error}”")
    refreshed = (await sandbox.ledger()).refreshes - spent
    figures.promise(refreshed == 1, f"{where}: {refreshed} refreshes for one expiry")
    return reached
