"""How far a run is, on standard error: a bar on a terminal, elsewhere a line every now and then."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Self, TextIO

from agent.usage.words import describe_cost
from evals.runs.tally import Tally

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SECONDS_BETWEEN_LINES = 60.0


class RunProgress:
    """Shows the numbers of a run while its context is open.

    Args:
        total: How many trials there are.
        tally: What came of those that had ended before.
        stream: Where it is shown; standard error unless told.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        total: int,
        tally: Tally,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._before = tally.ended
        self._stream = stream or sys.stderr
        self._clock = clock
        self._begun = self._told = clock()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._progress = Progress(
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.description}"),
                TimeRemainingColumn(),
                console=Console(file=self._stream),
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task("", total=self._total, completed=self._before)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    async def keep_showing(
        self, tally: Tally, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Show the numbers where no trial ends for long, until this is cancelled.

        Args:
            tally: The numbers, which grow.
            sleep: Waits for so many seconds.
        """
        while True:
            await sleep(_SECONDS_BETWEEN_LINES)
            self.show(tally)

    def show(self, tally: Tally) -> None:
        """Show what came of the trials that have ended.

        Args:
            tally: The numbers.
        """
        now = self._clock()
        numbers = _describe(tally, (tally.ended - self._before) / max(now - self._begun, 1e-9))
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=tally.ended, description=numbers)
        elif now - self._told >= _SECONDS_BETWEEN_LINES:
            self._told = now
            self._stream.write(f"{tally.ended:,} of {self._total:,} trials: {numbers}\n")
            self._stream.flush()


def _describe(tally: Tally, rate: float) -> str:
    said = [f"{tally.passed:,} passed", f"{tally.failed:,} failed"]
    if tally.broken:
        said.append(f"{tally.broken:,} broken")
    said.append(f"{rate:.1f} a second")
    if tally.cost:
        said.append(describe_cost(tally.cost, digits=2))
    return ", ".join(said)
