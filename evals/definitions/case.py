"""What a case is: a workspace at a moment, what a user says, and what has to come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from agent.jsontypes import JsonObject, JsonValue

VERSION = 1
"""The form of case files; grows when a field changes its meaning or goes."""


class Category(StrEnum):
    """What a case tries."""

    SINGLE_STEP = "single-step"
    MULTI_STEP = "multi-step"
    AMBIGUOUS = "ambiguous"
    REFUSAL = "refusal"
    CORRECTION = "correction"
    BULK = "bulk"
    DATES = "dates"
    LONG_RESULT = "long-result"
    INJECTION = "injection"
    EXPIRY = "expiry"
    RATE_LIMIT = "rate-limit"
    SERVER_LOSS = "server-loss"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class GoldenCall:
    """A call that leads to the goal.

    Args:
        tool: The tool, as the server names it.
        arguments: What it is given. A text `$NAME.path.to.value` stands for a value in the structured result
            of the earlier call of that name; numbers in the path count from 0.
        name: What later calls call its result.
        refused: The server refuses it, and has to.
        line: Where it stands in the file, counted from 1.
    """

    tool: str
    arguments: JsonObject = field(default_factory=dict[str, JsonValue])
    name: str = ""
    refused: bool = False
    line: int = 0


class Moment(StrEnum):
    """When in a turn something happens."""

    START = "start"
    BEFORE = "before"
    AFTER = "after"


class Action(StrEnum):
    """What happens to the server or to the sign-in in the middle of a trial."""

    EXPIRE_ACCESS = "expire-access"
    EXPIRE_ALL = "expire-all"
    REVOKE = "revoke"
    FORGET_CLIENTS = "forget-clients"
    ADVANCE = "advance"
    FAIL = "fail"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Failure:
    """How requests to the server fail; see the sandbox's control API.

    Args:
        status: The HTTP status in place of an answer; 0 for none.
        headers: Of that answer.
        cut: “before” or “after” the request is served, the connection is cut; empty for not at all.
        tool: Only calls of this tool; empty for every request.
        times: How many requests; `None` for all that follow.
        path: The path of the requests.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: str = ""
    tool: str = ""
    times: int | None = 1
    path: str = "/mcp"


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """A call that somebody makes past the agent: before the trial, or in the middle of it.

    Args:
        tool: The tool.
        arguments: What it is given.
        user: The e-mail address of whoever makes it; empty for the user of the case.
        line: Where it stands in the file.
    """

    tool: str
    arguments: JsonObject
    user: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Something that happens in the middle of a turn.

    Args:
        moment: When: as the turn starts, or before or after a call of `tool`.
        action: What.
        tool: The tool that `moment` is about; empty for the first call of any.
        seconds: How far `ADVANCE` moves the server's clock.
        failure: What `FAIL` does.
        call: What `RUN` runs.
    """

    moment: Moment
    action: Action
    tool: str = ""
    seconds: int = 0
    failure: Failure = field(default_factory=Failure)
    call: OutsideCall | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the user, and how the user behaves until it is answered.

    Args:
        say: The message.
        calls: The golden calls, in order.
        answer: What a right answer says, for instance.
        approve: Globs of tools whose writes the user allows.
        edits: For a tool, the arguments that the user puts in place of the model's when asked for approval.
        signs_in: The user signs in when the server wants that in this turn.
        disturbances: What happens meanwhile.
        line: Where it stands in the file.
    """

    say: str
    calls: tuple[GoldenCall, ...] = ()
    answer: str = ""
    approve: tuple[str, ...] = ("*",)
    edits: Mapping[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    signs_in: bool = False
    disturbances: tuple[Disturbance, ...] = ()
    line: int = 0

    def allows(self, tool: str) -> bool:
        """Whether the user allows writes of a tool."""
        return any(fnmatchcase(tool, glob) for glob in self.approve)


@dataclass(frozen=True, slots=True)
class CallRule:
    """Calls that have to be made, or must not be.

    Args:
        tool: A glob of the tool's name.
        arguments: Values that the call's arguments have to hold, at least; `None` stands for any value.
        line: Where it stands in the file.
    """

    tool: str
    arguments: JsonObject
    line: int = 0


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """What an answer has to say.

    Args:
        turn: Which answer, counted from 1; 0 for the last one.
        contains: Texts that it holds, whatever their case; digits and words are compared as they are.
        matches: Regular expressions that are found in it.
        lacks: Texts that it does not hold.
    """

    turn: int = 0
    contains: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What has to come of a case beside the goal state, which follows from the golden calls.

    Args:
        calls: Calls that have to succeed.
        never: Calls that must not succeed.
        answers: What answers have to say.
        ends: The exit code that the last turn ends with: 0 where it is answered.
        steps: The most steps of all turns together; 0 for any number.
        ignores: Columns of the workspace, as “table.column”, that may hold anything.
        judge: A question about the conversation that a model answers with yes, if one is asked to.
    """

    calls: tuple[CallRule, ...] = ()
    never: tuple[CallRule, ...] = ()
    answers: tuple[AnswerRule, ...] = ()
    ends: int = 0
    steps: int = 0
    ignores: tuple[str, ...] = ()
    judge: str = ""


@dataclass(frozen=True, slots=True)
class WorkspaceDefinition:
    """The workspace that a case begins with.

    Args:
        seed: The sandbox's seed.
        start_time: What its clock shows.
        snapshot: A file with the database of a sandbox in place of the seed, beside the case; empty for none.
        recorded: A file with a server's answers as they were recorded, beside the case; empty for none.
        setup: Calls that are made before the trial.
        rate_limit: Requests a minute; 0 for any number.
    """

    seed: str
    start_time: datetime
    snapshot: str = ""
    recorded: str = ""
    setup: tuple[OutsideCall, ...] = ()
    rate_limit: int = 0


@dataclass(frozen=True, slots=True)
class SimulatedUser:
    """Somebody whom a model plays.

    Args:
        persona: Who it is and how they speak.
        goal: What they want, and what they know of it.
        turns: How many messages they write at most.
    """

    persona: str
    goal: str
    turns: int = 8


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Args:
        id: Its category and name, as its file lies below the folder of cases.
        path: The file.
        title: What it is about, in one line.
        category: What it tries.
        workspace: What it begins with.
        turns: What the user says.
        expect: What has to come of it.
        suites: The suites that it belongs to; it is always part of “all”.
        user: The e-mail address of who is signed in; empty for the first user of the seed.
        timezone: Where the user is, by its IANA name.
        simulated: Who plays the user in simulated runs; `None` where nobody can.
        digest: A hash of all that decides how it is run and scored.
    """

    id: str
    path: Path
    title: str
    category: Category
    workspace: WorkspaceDefinition
    turns: tuple[Turn, ...]
    expect: Expectation = field(default_factory=Expectation)
    suites: tuple[str, ...] = ()
    user: str = ""
    timezone: str = "UTC"
    simulated: SimulatedUser | None = None
    digest: str = ""

    @property
    def transcript(self) -> Path:
        """Where its recorded conversation lies, if there is one."""
        return self.path.with_suffix(".jsonl")
