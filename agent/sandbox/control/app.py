"""Puts the control API beside the sandbox's own application."""

from dataclasses import dataclass, field

from mcp.server.transport_security import RequestBodyLimitMiddleware
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.sandbox.app import AppSettings, create_app, host_names, origin
from agent.sandbox.clock import Clock, MovableTime
from agent.sandbox.control.endpoints import ControlEndpoints, TokenGuard
from agent.sandbox.control.faults import Faults
from agent.sandbox.control.request_log import RequestLog
from agent.sandbox.control.unreliable import Unreliable
from agent.sandbox.database import Database
from agent.sandbox.guard import HostCheck
from agent.sandbox.oauth.clients import Clients
from agent.sandbox.oauth.tokens import TokenStore

_SNAPSHOT_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """Where the control API is served, and for whom.

    Args:
        host: The loopback address.
        port: The port, another than the sandbox's own.
        token: What every request has to carry.
    """

    host: str
    port: int
    token: str = field(repr=False)

    def announcement(self) -> dict[str, str]:
        """Returns what the ready line says of it."""
        return {"url": origin(self.host, self.port), "token": self.token}


@dataclass(frozen=True, slots=True)
class _ByPort:
    """Serves one port with the control API, and everything else with the application."""

    port: int
    control: ASGIApp
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        controlled = scope["type"] == "http" and scope["server"][1] == self.port
        await (self.control if controlled else self.app)(scope, receive, send)


def create_controlled_app(
    database: Database, time: MovableTime, settings: AppSettings, control: ControlSettings
) -> ASGIApp:
    """Returns the application with its control API; it has to be served over `CuttableProtocol`."""
    clock, faults, log = Clock(time), Faults(), RequestLog()
    endpoints = ControlEndpoints(
        database,
        time,
        Clients(database, clock),
        TokenStore(database, clock, settings.lifetimes),
        faults,
        log,
    )
    api = TokenGuard(Starlette(routes=endpoints.routes()), control.token)
    checked = HostCheck(
        RequestBodyLimitMiddleware(api, _SNAPSHOT_BYTES), host_names(control.host, control.port)
    )
    return _ByPort(control.port, checked, Unreliable(create_app(database, clock, settings), faults, log))
