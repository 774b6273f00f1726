"""The bearer token on each request to the MCP server, and one repetition after a 401.

It holds no lock while a request is out, so parallel calls stay parallel, and it never raises into
the transport: a login that is lost lets the server's 401 through, and `failure` says why.
"""

from collections.abc import AsyncGenerator

import httpx2
from mcp.client.auth.utils import extract_field_from_www_auth, extract_scope_from_www_auth

from agent.auth.encrypted import refuse_unencrypted
from agent.auth.token_endpoint import clean
from agent.auth.tokens import TokenManager
from agent.errors import AgentError, ServerError, SignInError

_MOST_STEPS = 3


class BearerAuth(httpx2.Auth):
    """Authenticates requests to one MCP server (RFC 6750 section 2.1).

    Args:
        tokens: Where tokens come from. They go to that server's origin and nowhere else, and to no server
            that is not encrypted.
    """

    def __init__(self, tokens: TokenManager) -> None:
        self._tokens = tokens
        self._origin = _origin(httpx2.URL(tokens.server))
        self._unsafe = refuse_unencrypted(tokens.server)
        self._lost: tuple[AgentError, str] | None = None
        self._lacking: tuple[AgentError, str] | None = None
        self._asked: dict[str, str] = {}
        self.challenge: str | None = None
        """The `WWW-Authenticate` header of the last 401 or 403, for `sign_in`."""

    @property
    def failure(self) -> AgentError | None:
        """Why the last refused request could not be authenticated, or what its sign-in lacks."""
        return self.lost or self._of_this_sign_in(self._lacking)

    @property
    def lost(self) -> AgentError | None:
        """Why no request can be authenticated; `None` while one may be."""
        return self._of_this_sign_in(self._lost)

    def _of_this_sign_in(self, reason: tuple[AgentError, str] | None) -> AgentError | None:
        return reason[0] if reason is not None and reason[1] == self._sign_in_id else None

    @property
    def _sign_in_id(self) -> str:
        login = self._tokens.login
        return "" if login is None else login.sign_in_id

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send a request with the present token, and once more with a newer one after a 401."""
        if _origin(request.url) != self._origin:
            yield request
            return
        if self._unsafe is not None:
            response = yield request
            self._note(response)
            self._lost = (self._unsafe, self._sign_in_id) if response.status_code == 401 else None
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
            self._lost = failure and (failure, self._sign_in_id)
            return
        if response.status_code >= 500:
            # It says nothing about a good token, so the reason of an earlier refusal stands; but servers are
            # known to answer so to one that has expired.
            if isinstance(failure, SignInError):
                self._lost = (failure, self._sign_in_id)
            return
        self._lost = None
        self._tokens.accepted()
        if response.status_code == 403:
            self._lacking = self._judge_scope(response)

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

    def _judge_scope(self, response: httpx2.Response) -> tuple[AgentError, str] | None:
        """Say whether a wider sign-in may help a request that was forbidden (RFC 6750 section 3.1).

        One sign-in for each set of scopes that a server asks for, and a few in all: more would only
        go round in circles.
        """
        login = self._tokens.login
        if login is None or extract_field_from_www_auth(response, "error") != "insufficient_scope":
            return None
        wanted = extract_scope_from_www_auth(response) or ""
        asked_before = self._asked.setdefault(wanted, login.sign_in_id)
        granted = bool(wanted) and set(wanted.split()) <= set((login.scope or "").split())
        if granted or asked_before != login.sign_in_id or len(self._asked) > _MOST_STEPS:
            error: AgentError = ServerError(
                f"{self._tokens.server} refuses this although the sign-in has the rights that it asks for.",
                "Ask who runs the server.",
            )
        else:
            rights = clean(wanted) or "it does not say which"
            error = SignInError(
                f"{self._tokens.server} wants a sign-in with more rights for this ({rights}).",
                "Run `astravue login`.",
            )
        return error, login.sign_in_id


def _bear(request: httpx2.Request, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
