"""Times the parts of a trial."""

import time
from collections.abc import Callable
from statistics import fmean

from agent.events import Event, StepFinished, StepStarted, ToolCallFinished
from agent.model.protocol import ReasoningDelta, TextDelta

MODEL = "model"
TOOLS = "tools"
FIRST_ITEM = "first_item"


class Watch:
    """Takes the time that models and tools need, in seconds, all turns together.

    Args:
        clock: Tells seconds from any beginning.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._model = 0.0
        self._tools = 0.0
        self._first_items: list[float] = []
        self._since = 0.0
        self._waiting = False

    def take(self, event: Event) -> None:
        """Look at an event as it comes.

        Args:
            event: Of a turn.
        """
        now = self._clock()
        match event:
            case StepStarted():
                self._since, self._waiting = now, True
            case TextDelta() | ReasoningDelta():
                self._show(now)
            case StepFinished():
                # What calls tools without a word shows them here.
                self._show(now)
                self._model += now - self._since
                self._since = now
            case ToolCallFinished():
                self._tools += event.duration
            case _:
                pass

    def _show(self, now: float) -> None:
        if self._waiting:
            self._first_items.append(now - self._since)
            self._waiting = False

    @property
    def timings(self) -> dict[str, float]:
        """The parts by their names, as a record has them."""
        first = {FIRST_ITEM: fmean(self._first_items)} if self._first_items else {}
        return {MODEL: self._model, TOOLS: self._tools, **first}
