"""Times the parts of a trial."""

import time
from dataclasses import dataclass

from agent.events import Event, StepFinished, StepStarted, ToolCallFinished
from agent.model.protocol import TextDelta


@dataclass(slots=True)
class Watch:
    """Takes the time that models and tools need, in seconds, all turns together."""

    model: float = 0.0
    tools: float = 0.0
    first_token: float = 0.0
    _since: float = 0.0
    _waiting: bool = False

    def take(self, event: Event) -> None:
        """Look at an event as it comes.

        Args:
            event: Of a turn.
        """
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

    @property
    def timings(self) -> dict[str, float]:
        """The parts by their names, as a record has them."""
        return {"model": self.model, "tools": self.tools, "first_token": self.first_token}
