"""One workspace that a trial runs in: a sandbox in memory, at an address of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.types import ASGIApp

from agent.demo.sandbox_process import DemoUser
from agent.errors import AgentError
from agent.sandbox.app import AppSettings, create_app
from agent.sandbox.clock import Clock, MovableTime
from agent.sandbox.control.faults import Fault, Faults
from agent.sandbox.control.request_log import RequestLog
from agent.sandbox.control.unreliable import Unreliable
from agent.sandbox.database import Database, open_copy
from agent.sandbox.oauth.clients import Clients
from agent.sandbox.oauth.tokens import TokenLifetimes, TokenStore
from agent.sandbox.seeds.reader import SeedUser
from agent.system.folders import Folders, find_folders
from evals.definitions.case import Action, Case, Disturbance, Failure
from evals.definitions.recorded_server import read_recorded_server
from evals.state.changes import Change, find_changes
from evals.workspaces.calls import CallRefused, Calls
from evals.workspaces.lifespan import lifespan
from evals.workspaces.recorded import recorded_app
from evals.workspaces.starting import start_of, user_of
from evals.workspaces.steady import SteadyTime

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace and how to get at it.

    Args:
        case: The case that it was made for.
        port: Where it is served.
        home: A folder for whoever is signed in.
        vault_key: The key of the vault there.
        app: What is served.
        database: The workspace itself.
    """

    case: Case
    port: int
    home: Path
    vault_key: str
    app: ASGIApp
    database: Database
    _time: MovableTime
    _faults: Faults
    _start: bytes

    @classmethod
    @asynccontextmanager
    async def open(cls, case: Case, port: int, home: Path, vault_key: str) -> AsyncGenerator[Self]:
        """Make the workspace of a case.

        Raises:
            AgentError: It cannot be made.
        """
        start = start_of(case)
        database = open_copy(start)
        try:
            time, faults = SteadyTime(case.workspace.start_time), Faults()
            settings = AppSettings(_HOST, port, rate_limit=case.workspace.rate_limit)
            recorded = case.workspace.recorded
            served = (
                recorded_app(read_recorded_server(case.path.with_name(recorded)))
                if recorded
                else create_app(database, Clock(time), settings)
            )
            app = Unreliable(served, faults, RequestLog())
            async with lifespan(app):
                yield cls(case, port, home, vault_key, app, database, time, faults, start)
        finally:
            database.close()

    @property
    def url(self) -> str:
        """The address of the MCP endpoint."""
        return f"http://{_HOST}:{self.port}/mcp"

    @property
    def folders(self) -> Folders:
        """Where whoever is signed in keeps things."""
        return find_folders({"ASTRAVUE_HOME": str(self.home)})

    @property
    def environ(self) -> dict[str, str]:
        """The environment of whoever is signed in."""
        return {"ASTRAVUE_VAULT_KEY": self.vault_key}

    @property
    def user(self) -> SeedUser:
        """Who is signed in."""
        return user_of(self.case)

    @property
    def demo_user(self) -> DemoUser:
        """The same, as the sign-in form wants it."""
        return DemoUser(self.user.email, self.user.first_name, self.user.password)

    def changes(self) -> tuple[Change, ...]:
        """What is not as it was at the start."""
        return find_changes(self._start, self.database.snapshot())

    def disturb(self, disturbance: Disturbance) -> None:
        """Let something happen to the server, or to the sign-in.

        Raises:
            AgentError: A call of somebody else's was refused.
        """
        clock = Clock(self._time)
        tokens = TokenStore(self.database, clock, TokenLifetimes())
        match disturbance.action:
            case Action.EXPIRE_ACCESS:
                tokens.expire(None, access=True, refresh=False)
            case Action.EXPIRE_ALL:
                tokens.expire(None, access=True, refresh=True)
            case Action.REVOKE:
                tokens.revoke_all(None)
            case Action.FORGET_CLIENTS:
                Clients(self.database, clock).forget(None)
            case Action.ADVANCE:
                self._time.advance(disturbance.seconds)
            case Action.FAIL:
                self._faults.add(_fault(disturbance.failure))
            case Action.RUN:
                self._run(disturbance, clock)

    def _run(self, disturbance: Disturbance, clock: Clock) -> None:
        call = disturbance.call
        assert call is not None
        try:
            Calls(self.database, clock).make(call.user or self.user.email, call.tool, call.arguments)
        except CallRefused as refusal:
            raise AgentError(f"{self.case.path}:{call.line}: {call.tool} is refused: {refusal}") from refusal


def _fault(failure: Failure) -> Fault:
    return Fault(
        path=failure.path,
        tool=failure.tool,
        status=failure.status,
        headers=failure.headers,
        cut="before" if failure.cut == "before" else "after" if failure.cut else "",
        times=failure.times,
    )
