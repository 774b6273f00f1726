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


class End(StrEnum):
    """How a simulated conversation ended."""

    REACHED = "reached"
    GAVE_UP = "gave up"
    OUT_OF_TURNS = "out of turns"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said of a trial.

    Args:
        passed: The answer to the case's question was yes.
        reason: Why, in the judge's words, or why there is no answer.
        model: Who judged.
        usage: What that took.
        broken: Nothing that can be read was said, which never passes.
    """

    passed: bool
    reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    broken: bool = False


@dataclass(frozen=True, slots=True)
class UserDecision:
    """What a simulated user said to a call that asked first, and why."""

    tool: str
    allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlayedUser:
    """What came of a user whom a model played.

    Args:
        end: How the user left; `None` where the conversation did not come so far.
        reason: Why, in the user's words.
        model: Who played.
        usage: What that took, which is no part of what the trial itself took.
        decisions: On calls that asked first.
    """

    end: End | None = None
    reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    decisions: tuple[UserDecision, ...] = ()


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
        verdict: What a judge said, if one was asked.
        user: What came of the user, if a model played one.
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
    verdict: Verdict | None = None
    user: PlayedUser | None = None
    missed: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def key(self) -> str:
        """Names the trial within its run."""
        return f"{self.case}#{self.number}"
