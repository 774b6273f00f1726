"""The endpoints of the control API: HTTP and JSON, for whoever holds its token."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.sandbox.clock import Clock, MovableTime
from agent.sandbox.control.bodies import BadBody, read_fault, read_object, text, whole
from agent.sandbox.control.faults import Faults
from agent.sandbox.control.request_log import RequestLog
from agent.sandbox.database import Database
from agent.sandbox.errors import SnapshotRefused
from agent.sandbox.oauth.clients import Clients
from agent.sandbox.oauth.secrets import same
from agent.sandbox.oauth.tokens import TokenStore

_MOST_SECONDS = 10 * 366 * 24 * 60 * 60

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ControlEndpoints:
    """The endpoints, over what a running sandbox consists of."""

    database: Database
    time: MovableTime
    clients: Clients
    tokens: TokenStore
    faults: Faults
    log: RequestLog

    def routes(self) -> list[Route]:
        """Returns the routes."""
        endpoints: list[tuple[str, str, Endpoint]] = [
            ("POST", "/clock", self.move_clock),
            ("POST", "/tokens/expire", self.expire_tokens),
            ("POST", "/tokens/revoke", self.revoke_tokens),
            ("POST", "/clients/forget", self.forget_clients),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/snapshot", self.take_snapshot),
            ("PUT", "/snapshot", self.restore_snapshot),
            ("GET", "/requests", self.list_requests),
            ("DELETE", "/requests", self.clear_requests),
        ]
        return [Route(path, _answering_errors(each), methods=[method]) for method, path, each in endpoints]

    async def move_clock(self, request: Request) -> Response:
        """Moves the clock forward by `advance_seconds` and answers with the time it now shows."""
        body = await read_object(request, ("advance_seconds",))
        seconds = whole(body, "advance_seconds", 0, _MOST_SECONDS)
        if seconds is None:
            raise BadBody("advance_seconds: it is required.")
        self.time.advance(seconds)
        now = datetime.fromtimestamp(Clock(self.time).seconds(), UTC)
        return JSONResponse({"time": now.isoformat()})

    async def expire_tokens(self, request: Request) -> Response:
        """Lets tokens of a `kind` (access, refresh or all; access if none is given) expire now.

        `email` narrows it down to one user.
        """
        body = await read_object(request, ("kind", "email"))
        kind = text(body, "kind") or "access"
        if kind not in ("access", "refresh", "all"):
            raise BadBody("kind: it must be access, refresh or all.")
        user_id = self._user_id(text(body, "email"))
        expired = self.tokens.expire(user_id, access=kind != "refresh", refresh=kind != "access")
        return JSONResponse({"expired": expired})

    async def revoke_tokens(self, request: Request) -> Response:
        """Revokes every sign-in with its tokens; `email` narrows it down to one user."""
        body = await read_object(request, ("email",))
        return JSONResponse({"revoked": self.tokens.revoke_all(self._user_id(text(body, "email")))})

    async def forget_clients(self, request: Request) -> Response:
        """Forgets every client with its tokens, as a server that lost them; `client_id` names only one."""
        body = await read_object(request, ("client_id",))
        return JSONResponse({"forgotten": self.clients.forget(text(body, "client_id") or None)})

    async def add_fault(self, request: Request) -> Response:
        """Adds a fault behind those that are waiting."""
        self.faults.add(await read_fault(request))
        return JSONResponse({"added": 1}, status_code=201)

    async def clear_faults(self, _request: Request) -> Response:
        """Takes every waiting fault back."""
        return JSONResponse({"cleared": self.faults.clear()})

    async def take_snapshot(self, _request: Request) -> Response:
        """Answers with the whole database as an SQLite file."""
        return Response(self.database.snapshot(), media_type="application/vnd.sqlite3")

    async def restore_snapshot(self, request: Request) -> Response:
        """Replaces the whole database with a snapshot, sign-ins included."""
        content = await request.body()
        try:
            self.database.restore(content)
        except SnapshotRefused as refused:
            raise BadBody(str(refused)) from refused
        return JSONResponse({"restored": len(content)})

    async def list_requests(self, _request: Request) -> Response:
        """Answers with the latest requests, the oldest first."""
        return JSONResponse({"requests": self.log.entries()})

    async def clear_requests(self, _request: Request) -> Response:
        """Forgets the requests seen so far."""
        return JSONResponse({"cleared": self.log.clear()})

    def _user_id(self, email: str) -> int | None:
        if not email:
            return None
        user_id: int | None = self.database.value("SELECT user_id FROM users WHERE email = ?", (email,))
        if user_id is None:
            raise BadBody("email: nobody has this address.")
        return user_id


@dataclass(frozen=True, slots=True)
class TokenGuard:
    """Lets requests through that carry the control token, as a bearer token.

    Args:
        app: What serves them.
        token: The control token.
    """

    app: ASGIApp
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves an ASGI request."""
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and same(given.strip(), self.token):
            await self.app(scope, receive, send)
            return
        refused = JSONResponse(
            {"error": "This needs the token of the ready line."},
            status_code=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
        await refused(scope, receive, send)


def _answering_errors(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except BadBody as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return answer
