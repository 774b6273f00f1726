"""The workspace that a case begins with, and the one that its golden calls lead to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from agent.errors import AgentError, UsageError
from agent.jsontypes import JsonObject, JsonValue
from agent.sandbox.clock import Clock
from agent.sandbox.database import Database, open_copy, open_database, open_snapshot
from agent.sandbox.errors import SnapshotRefused
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import Seed, SeedUser, read_seed
from evals.definitions.case import (
    Action,
    Case,
    Disturbance,
    GoldenCall,
    Moment,
    OutsideCall,
    Turn,
    WorkspaceDefinition,
)
from evals.definitions.case_key import CaseKey
from evals.definitions.references import resolve
from evals.state.changes import Change, find_changes
from evals.workspaces.calls import CallRefused, Calls

_KEPT = 512
"""Workspaces are some hundred kilobytes each."""


def user_of(case: Case) -> SeedUser:
    """The demo user who is signed in.

    Raises:
        UsageError: The seed has no such user.
    """
    users = _seed(case.workspace.seed).users
    for user in users:
        if case.user in ("", user.email):
            return user
    emails = ", ".join(user.email for user in users[:3])
    raise UsageError(
        f"{case.path}: nobody in {case.workspace.seed} has the address {case.user}; some: {emails}."
    )


def start_of(case: Case) -> bytes:
    """The database that a case begins with, as a snapshot.

    Raises:
        AgentError: Its snapshot cannot be used, or one of the calls of its setup is refused.
    """
    return _start(CaseKey(case))


def goal_changes(case: Case) -> tuple[Change, ...]:
    """What the golden calls of a case change, where the user approves them.

    Raises:
        AgentError: As `start_of`; or a golden call is refused that should not be, or the other way round.
    """
    return _goal(CaseKey(case))


@lru_cache
def _seed(name: str) -> Seed:
    return read_seed(name)


@lru_cache
def _planted(seed: str, start_time: datetime) -> bytes:
    database = open_database(None)
    try:
        plant(database, _stopped(start_time), _seed(seed))
        return database.snapshot()
    finally:
        database.close()


def _stopped(moment: datetime) -> Clock:
    return Clock(moment.timestamp)


def _open_first(case: Case) -> Database:
    """Open the workspace as it is before the setup.

    Raises:
        AgentError: The snapshot cannot be read, or does not fit.
    """
    definition = case.workspace
    if not definition.snapshot:
        return open_copy(_planted(definition.seed, definition.start_time))
    path = case.path.with_name(definition.snapshot)
    try:
        return open_snapshot(path.read_bytes())
    except OSError as error:
        raise AgentError(f"The snapshot {path} cannot be read: {error.strerror}.") from error
    except SnapshotRefused as error:
        raise AgentError(f"{path}: {error}") from error


@lru_cache(_KEPT)
def _start(key: CaseKey) -> bytes:
    case = key.case
    database = _open_first(case)
    try:
        calls = Calls(database, _stopped(case.workspace.start_time))
        for call in case.workspace.setup:
            try:
                calls.make(call.user or user_of(case).email, call.tool, call.arguments)
            except CallRefused as refusal:
                raise AgentError(f"{case.path}:{call.line}: the setup is refused: {refusal}") from refusal
        return database.snapshot()
    finally:
        database.close()


@lru_cache(_KEPT)
def _goal(key: CaseKey) -> tuple[Change, ...]:
    return changes_by(key.case, key.case.turns)


def changes_by(case: Case, turns: Sequence[Turn]) -> tuple[Change, ...]:
    """What golden calls change, those of the case or others in their place.

    Args:
        case: The case.
        turns: Have the calls.

    Raises:
        AgentError: As `goal_changes`.
    """
    if case.workspace.recorded:
        return ()
    start = start_of(case)
    database = open_copy(start)
    try:
        _Golden(case, turns, Calls(database, _stopped(case.workspace.start_time))).run()
        return find_changes(start, database.snapshot())
    finally:
        database.close()


class _Golden:
    """Makes the golden calls of a case."""

    def __init__(self, case: Case, turns: Sequence[Turn], calls: Calls) -> None:
        self._case = case
        self._turns = turns
        self._calls = calls
        self._results: dict[str, JsonValue] = {}

    def run(self) -> None:
        for turn in self._turns:
            pending = list(turn.disturbances)
            self._disturb(pending, Moment.START, "")
            for call in turn.calls:
                self._disturb(pending, Moment.BEFORE, call.tool)
                self._make(turn, call)
                self._disturb(pending, Moment.AFTER, call.tool)

    def _make(self, turn: Turn, call: GoldenCall) -> None:
        if not self._calls.knows(call.tool):
            return
        if self._calls.writes(call.tool) and not turn.allows(call.tool):
            return
        where = f"{self._case.path}:{call.line}: {call.tool}"
        arguments = _edited(turn.edits, call.tool, resolve(call.arguments, self._results, where))
        try:
            result = self._calls.make(user_of(self._case).email, call.tool, arguments)
        except CallRefused as refusal:
            if not call.refused:
                raise AgentError(f"{where} is refused: {refusal}") from refusal
            return
        if call.refused:
            raise AgentError(f"{where} is not refused.")
        if call.name:
            self._results[call.name] = result

    def _disturb(self, pending: list[Disturbance], moment: Moment, tool: str) -> None:
        for each in take_due(pending, moment, tool):
            if each.action is Action.RUN and each.call is not None:
                user = each.call.user or user_of(self._case).email
                self._run(user, each.call)

    def _run(self, user: str, call: OutsideCall) -> None:
        try:
            self._calls.make(user, call.tool, call.arguments)
        except CallRefused as refusal:
            raise AgentError(f"{self._case.path}:{call.line}: {call.tool} is refused: {refusal}") from refusal


def _edited(edits: Mapping[str, JsonObject], tool: str, arguments: JsonObject) -> JsonObject:
    return {**arguments, **edits.get(tool, {})}


def take_due(pending: list[Disturbance], moment: Moment, tool: str) -> list[Disturbance]:
    """Take those out of some disturbances whose moment has come.

    Args:
        pending: What has not happened yet in this turn.
        moment: What is happening.
        tool: The tool that is called; empty at the start of a turn.
    """
    due = [each for each in pending if each.moment is moment and each.tool in ("", tool)]
    for each in due:
        pending.remove(each)
    return due


def describe_workspace(definition: WorkspaceDefinition) -> dict[str, str]:
    """How to build the workspace again, for the header of a transcript."""
    return {"seed": definition.seed, "start_time": definition.start_time.isoformat()}
