"""What stands before the MCP endpoint: host check, bearer token, rate limit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.sandbox.oauth.endpoints import Addresses
from agent.sandbox.oauth.tokens import TokenStore
from agent.sandbox.rate_limit import SlidingWindow

LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
"""The pages that may call from a browser: those that this machine serves itself."""


@dataclass(frozen=True, slots=True)
class HostCheck:
    """Refuses requests under another host name, or from a page of another machine: DNS rebinding.

    Args:
        app: What serves the requests that pass.
        hosts: The accepted values of the Host header.
    """

    app: ASGIApp
    hosts: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves an ASGI connection."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if headers.get("host") not in self.hosts:
                await PlainTextResponse("Unknown host.", status_code=421)(scope, receive, send)
                return
            if origin is not None and not re.fullmatch(LOOPBACK_ORIGIN, origin):
                await PlainTextResponse("This origin is not allowed.", status_code=403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class BearerGuard:
    """Lets a request through that carries a valid access token, within the user's rate limit.

    The user's id is the subject of the access token that the MCP transport finds in `scope["user"]`.
    """

    app: ASGIApp
    addresses: Addresses
    tokens: TokenStore
    requests: SlidingWindow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves an ASGI request."""
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            await self._challenge(None)(scope, receive, send)
            return
        grant = self.tokens.check_access(token.strip(), self.addresses.resource)
        if grant is None:
            await self._challenge("The access token is unknown, expired or revoked.")(scope, receive, send)
            return
        subject = str(grant.user_id)
        wait = self.requests.wait(subject)
        if wait:
            await _too_many(wait)(scope, receive, send)
            return
        self.requests.count(subject)
        access = AccessToken(
            token=token.strip(),
            client_id=grant.client_id,
            scopes=grant.scope.split(),
            resource=grant.resource,
            subject=subject,
            claims={"iss": self.addresses.issuer},
        )
        scope["user"] = AuthenticatedUser(access)
        await self.app(scope, receive, send)

    def _challenge(self, problem: str | None) -> JSONResponse:
        """Returns the 401 of RFC 6750 section 3, with the address of RFC 9728 section 5.1."""
        attributes = {"resource_metadata": self.addresses.resource_metadata}
        body: Mapping[str, str] = {"error": "unauthorized", "error_description": "Sign in first."}
        if problem is not None:
            body = {"error": "invalid_token", "error_description": problem}
            attributes |= body
        challenge = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in attributes.items())
        return JSONResponse(body, status_code=401, headers={"WWW-Authenticate": challenge})


def _too_many(wait: int) -> JSONResponse:
    body = {"error": "too_many_requests", "error_description": f"Too Many Requests: wait {wait} seconds."}
    return JSONResponse(body, status_code=429, headers={"Retry-After": str(wait)})
