"""One trial: what is to be tried, and what is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.jsontypes import JsonObject
from agent.model.protocol import Usage
from evals.definitions.case import Case
from evals.state.changes import Change

SECONDS = 600.0
"""How long a trial may take unless told, in wall time."""


class Kind(StrEnum):
    """Who plays the model and who plays the user."""

    REPLAY = "replay"
    """The recorded answers and messages; every request has to be the recorded one."""
    LIVE = "live"
    """A real model answers the messages of the case."""
    SIMULATED = "simulated"
    """A real model answers another one that plays the user."""
    ORACLE = "oracle"
    """The golden calls and answers of the case."""
    NULL = "null"
    """A model that does nothing and says so politely."""
    MUTANT = "mutant"
    """The golden calls and answers with one mistake."""


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """A trial to be run.

    Args:
        case: The case.
        kind: Who plays the model and the user.
        number: Which trial of the case it is, counted from 1; of mutants, which mistake.
    """

    case: Case
    kind: Kind
    number: int = 1

    @property
    def key(self) -> str:
        """Names the trial within its run."""
        return f"{self.case.id}#{self.number}"


class Status(StrEnum):
    """How a trial ended, before anything is scored."""

    FINISHED = "finished"
    """There is something to score."""
    BROKEN = "broken"
    """The infrastructure failed, so that nothing can be said of the model."""


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """What a trial did: all that scoring needs, now and later.

    Args:
        case: The case's id.
        digest: The case's digest as it was run.
        kind: Who played.
        number: Which trial of the case.
        status: How it ended.
        problem: Why it is broken, in one sentence; empty otherwise.
        events: The lines of its transcript, the header first.
        changes: What it changed in its workspace.
        usage: Tokens and cost of all turns.
        steps: Requests to the model.
        calls: Calls of tools.
        seconds: How long it took.
        difference: The first difference to the recording, of a strict replay; empty where there is none.
        verdict: What a judge said, if one was asked: “passed” (bool), “reason”, “model” and “usage”; and
            “broken” (true) where nothing that can be read was said, which never passes.
        user: What came of a simulated user: “end” (“reached”, “gave up” or “out of turns”), “reason”,
            “model”, “usage”, which is not part of the other, and “decisions” with the reason of each.
        missed: Disturbances that did not happen, as their moment never came.
        timings: Seconds by part: “model”, “tools”, and “first_item”: how long a step took until anything of
            it could be shown, the mean over all steps; it is missing where nothing ever was.
    """

    case: str
    digest: str
    kind: Kind
    number: int
    status: Status = Status.FINISHED
    problem: str = ""
    events: tuple[JsonObject, ...] = ()
    changes: tuple[Change, ...] = ()
    usage: Usage = field(default_factory=Usage)
    steps: int = 0
    calls: int = 0
    seconds: float = 0.0
    difference: str = ""
    verdict: JsonObject | None = None
    user: JsonObject | None = None
    missed: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def key(self) -> str:
        """Names the trial within its run."""
        return f"{self.case}#{self.number}"
