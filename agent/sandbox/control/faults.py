"""Faults that are waiting for requests to befall."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Cut = Literal["before", "after"]
"""Whether the connection is cut before the request is served, or after it without the answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with requests to a path.

    Args:
        path: The path of the requests, without a query.
        tool: Narrows it down to calls of this tool; empty for every request.
        status: The HTTP status to answer with in place of serving the request; 0 for none.
        headers: The headers of that answer.
        delay: Seconds to wait first.
        cut: When the connection is cut; empty for not at all.
        times: How many more requests it befalls; None for every one.
    """

    path: str
    tool: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay: float = 0
    cut: Cut | Literal[""] = ""
    times: int | None = None


class Faults:
    """The faults in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Adds a fault behind the others."""
        self._waiting.append(fault)

    def clear(self) -> int:
        """Forgets every fault and returns how many there were."""
        count = len(self._waiting)
        self._waiting.clear()
        return count

    def take(self, path: str, tool: str | None) -> Fault | None:
        """Returns the first fault that befalls a request, with one time less to come; None if none does."""
        for index, fault in enumerate(self._waiting):
            if fault.path != path or (fault.tool and fault.tool != tool):
                continue
            if fault.times == 1:
                del self._waiting[index]
            elif fault.times is not None:
                self._waiting[index] = replace(fault, times=fault.times - 1)
            return fault
        return None
