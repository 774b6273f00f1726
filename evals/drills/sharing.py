"""Eight processes share one login, and every access token expires under their hands."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from evals.drills.figures import Figures
from evals.drills.home import Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel
from evals.drills.window_process import WindowProcess

_PROCESSES = 8
_LIFETIME = 1801


async def sharing(folder: Path, times: int) -> Figures:
    """All processes call a tool at once after each expiry.

    Every other expiry is one that the server alone knows of, so that each process learns it from a 401 of its
    own; at the others both clocks have moved, so that each process sees it before it asks.
    """
    figures = Figures(f"{_PROCESSES} processes sharing one login called a tool at once after each expiry")
    token_requests = offset = 0
    async with DrillSandbox(folder / "sandbox") as sandbox, AsyncExitStack() as stack:
        home = Home(folder / "home", sandbox.url)
        await home.sign_in(sandbox, DrillModel())
        processes = [
            await stack.enter_async_context(WindowProcess(sandbox.url, home.environ))
            for _ in range(_PROCESSES)
        ]
        for report in await asyncio.gather(*(process.call() for process in processes)):
            report.add_to(figures)
        spent = 0
        for number in range(times):
            await sandbox.forget_requests()
            if number % 2:
                await sandbox.advance(_LIFETIME)
                offset += _LIFETIME
            else:
                await sandbox.expire()
            reports = await asyncio.gather(*(process.call(clock_offset=offset) for process in processes))
            figures.times += 1
            for report in reports:
                report.add_to(figures)
                for failure in report.failures:
                    figures.promise(False, f"expiry {number}: a call failed: {failure}")
            ledger = await sandbox.ledger()
            figures.promise(
                ledger.refreshes - spent == 1, f"expiry {number}: {ledger.refreshes - spent} refreshes"
            )
            spent = ledger.refreshes
            token_requests += sum(request["path"] == "/oauth/token" for request in await sandbox.requests())
        ledger = await sandbox.ledger()
        figures.refreshes, figures.families_revoked = ledger.refreshes, ledger.revoked
        figures.promise(ledger.revoked == 0, f"{ledger.revoked} families were revoked")
        figures.promise(ledger.families == 1, f"{ledger.families - 1} further sign-ins were made")
        figures.promise(
            token_requests == times, f"{token_requests} token requests were seen for {times} expiries"
        )
    return figures
