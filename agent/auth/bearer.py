"""The bearer token on each request to the MCP server, and one repetition after a 401.

It holds no lock while a request is out, so parallel calls stay parallel, and it never raises into
the transport: a login that is lost lets the server's 401 through, and `failure` says why.
"""

from collections.abc import AsyncGenerator

import httpx2

from agent.auth.tokens import TokenManager
from agent.errors import AgentError, SignInError


class BearerAuth(httpx2.Auth):
    """Authenticates requests to one MCP server (RFC 6750 section 2.1).

    Args:
        tokens: Where tokens come from. They go to that server's origin and nowhere else.
    """

    def __init__(self, tokens: TokenManager) -> None:
        self._tokens = tokens
        self._origin = _origin(httpx2.URL(tokens.server))
        self.failure: AgentError | None = None
        """Why the last refused request could not be authenticated; None once one was let in."""
        self.challenge: str | None = None
        """The `WWW-Authenticate` header of the last 401 or 403, for `sign_in`."""

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send a request with the present token, and once more with a newer one after a 401."""
        if _origin(request.url) != self._origin:
            yield request
            return
        token, failure = await self._present()
        if token is not None:
            _bear(request, token)
        response = yield request
        self._note(response)
        if response.status_code == 401 and failure is None:
            newer, failure = await self._newer(token)
            if newer is not None:
                _bear(request, newer)
                response = yield request
                self._note(response)
                if response.status_code == 401:
                    failure = self._tokens.refused(newer)
        if response.status_code == 401:
            self.failure = failure
        else:
            self.failure = None
            self._tokens.accepted()

    async def _present(self) -> tuple[str | None, AgentError | None]:
        try:
            return await self._tokens.access_token(), None
        except AgentError as error:
            # The server's clock may be kinder than ours: the old token costs nothing to try.
            login = self._tokens.login
            return None if login is None else login.access_token, error

    async def _newer(self, stale: str | None) -> tuple[str | None, AgentError | None]:
        try:
            newer = None if stale is None else await self._tokens.newer_than(stale)
        except AgentError as error:
            return None, error
        if newer is None:
            return None, SignInError(f"{self._tokens.server} asks for a sign-in.", "Run `astravue login`.")
        return newer, None

    def _note(self, response: httpx2.Response) -> None:
        challenge = response.headers.get("WWW-Authenticate")
        # A 403 without one is about roles, and says nothing that a sign-in could use.
        if response.status_code == 401 or (response.status_code == 403 and challenge is not None):
            self.challenge = challenge or ""


def _bear(request: httpx2.Request, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
