"""The MCP handshake, with the access token that is stored: nothing is renewed here."""

from collections.abc import Generator

import httpx2

from agent.auth.login import Login
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Outcome
from agent.errors import SignInError
from agent.workspace.workspace import Workspace

SERVER = "server"
_SECONDS = 5.0
_MOST_NAMED = 3


class _StoredToken(httpx2.Auth):
    """Bears one access token to one origin, and makes nothing of a refusal."""

    def __init__(self, token: str, server: str) -> None:
        self._token = token
        self._origin = _origin(httpx2.URL(server))

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response]:
        if _origin(request.url) == self._origin:
            request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


async def check_server(login: Login | None, case: Case) -> Finding:
    """Shake hands with the MCP server and list its tools.

    Args:
        login: The stored sign-in.
        case: What is looked at.

    Raises:
        AgentError: It does not answer as an MCP server.
    """
    if login is not None and login.is_expired(case.clock()):
        return Finding(
            SERVER,
            Outcome.NOT_TRIED,
            "the access token has expired, and nothing is renewed here",
            "Run `astravue auth refresh`, and this again.",
        )
    server = case.settings.server
    auth = None if login is None else _StoredToken(login.access_token, login.server)
    workspace = Workspace(
        server,
        auth=auth,
        read_timeout=_SECONDS,
        handshake_timeout=_SECONDS,
        rate_limit_wait=0.0,
        trusted=case.settings.trusts_server,
    )
    try:
        async with workspace:
            tools = await workspace.tools()
    except SignInError as error:
        if login is None:
            return Finding(SERVER, Outcome.NOT_TRIED, "it wants a sign-in first")
        return Finding(
            SERVER, Outcome.PROBLEM, f"{error.message} The stored one was refused.", "Run `astravue login`."
        )
    info, left_out = workspace.info, workspace.skipped_tools
    assert info is not None
    text = f"{info.name} {info.version}, MCP {info.protocol_version}, {len(tools)} tools"
    if left_out:
        named = "; ".join(left_out[:_MOST_NAMED]) + ("; …" if len(left_out) > _MOST_NAMED else "")
        return Finding(
            SERVER,
            Outcome.WARNING,
            f"{text}, {len(left_out)} left out: {named}",
            "Tell who runs the server; the other tools work.",
        )
    return Finding(SERVER, Outcome.OK, text)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
