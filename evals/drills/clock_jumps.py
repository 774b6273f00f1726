"""The system clock jumps, both ways and far, between requests and in the middle of them."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from agent.errors import AgentError, SignInError
from evals.drills.figures import Figures
from evals.drills.home import Home
from evals.drills.sandbox import DrillSandbox
from evals.drills.turns import DrillModel
from evals.drills.window import PausingVault, Window

_HOUR = 3600.0
_YEAR = 365 * 24 * _HOUR
# Where the clock stands from then on, beside the true time.
_JUMPS = (_HOUR, 0.0, -_HOUR, 0.0, 10 * _YEAR, 0.0, -10 * _YEAR, 60.0, -60.0, 0.0)


class _JumpingClock:
    """Tells the time with an offset, which may change after a number of looks at it."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._coming: Iterator[float] = itertools.repeat(0.0)

    def __call__(self) -> float:
        self._offset = next(self._coming)
        return time.time() + self._offset

    def jump(self, offset: float, after_looks: int) -> None:
        """Stand elsewhere after so many looks."""
        self._coming = itertools.chain(itertools.repeat(self._offset, after_looks), itertools.repeat(offset))


async def clock_jumps(folder: Path, times: int) -> Figures:
    """Jump between calls and after the first, second or third look that a call takes at the clock."""
    figures = Figures("system clock set forward and back by a minute, an hour and ten years")
    async with DrillSandbox(folder / "sandbox") as sandbox:
        home = Home(folder / "home", sandbox.url)
        await home.sign_in(sandbox, DrillModel())
        clock = _JumpingClock()
        async with Window(home.url, home.environ, PausingVault(home.environ), clock) as window:
            await window.call()
            before = 0
            for number, offset in enumerate(itertools.islice(itertools.cycle(_JUMPS), times)):
                clock.jump(offset, after_looks=number % 4)
                where = f"jump {number} to {offset:+.0f} s"
                # The call in which it jumps, and those after it, which have nothing left to mend.
                for _ in range(3):
                    await _call(figures, window, where)
                figures.times += 1
                spent = (await sandbox.ledger()).refreshes
                figures.promise(spent - before <= 2, f"{where}: {spent - before} refreshes")
                before = spent
                await _call(figures, window, where)
        ledger = await sandbox.ledger()
        figures.refreshes, figures.families_revoked = ledger.refreshes, ledger.revoked
        figures.promise(ledger.revoked == 0, f"{ledger.revoked} families were revoked")
        figures.promise(ledger.families == 1, f"{ledger.families - 1} further sign-ins were made")
    return figures


async def _call(figures: Figures, window: Window, where: str) -> None:
    try:
        await window.call()
    except AgentError as error:
        figures.turns_lost += 1
        figures.sign_ins_asked += isinstance(error, SignInError)
        figures.promise(False, f"{where}: a call failed: {error}")
