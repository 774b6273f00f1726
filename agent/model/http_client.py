"""The HTTP client that every request to a model's endpoint goes through.

Nothing reaches an endpoint but what this client sends, so whoever watches it sees all of it.
"""

from collections.abc import Callable
from typing import TypeAlias

import httpx2

from agent import __version__
from agent.model.addresses import is_on_this_machine
from agent.system.authorities import trusted_authorities
from agent.wording.addresses import hide_user

ShowRequest: TypeAlias = Callable[[str], None]
"""Takes a request as it leaves, as text of several lines."""

USER_AGENT = f"astravue-agent/{__version__}"
_TIMEOUT = httpx2.Timeout(30.0, read=300.0)
# The openai package describes this machine in headers that no endpoint needs.
_DESCRIBING = "x-stainless-"
_SECRET = frozenset({"authorization", "api-key", "x-api-key"})


def open_client(
    base_url: str, *, timeout: httpx2.Timeout = _TIMEOUT, show_request: ShowRequest | None = None
) -> httpx2.AsyncClient:
    """Open a client for one endpoint; the caller closes it.

    Args:
        base_url: The endpoint; one on this machine is reached without the environment's proxy.
        timeout: For every request; reading may take long, since models think.
        show_request: Is shown each request right before it leaves.
    """

    async def leave(request: httpx2.Request) -> None:
        for name in [name for name in request.headers if name.lower().startswith(_DESCRIBING)]:
            del request.headers[name]
        if show_request is not None:
            show_request(describe_request(request))

    trust_env = not is_on_this_machine(base_url)
    return httpx2.AsyncClient(
        verify=trusted_authorities(trust_env=trust_env),
        timeout=timeout,
        headers={"User-Agent": USER_AGENT},
        trust_env=trust_env,
        event_hooks={"request": [leave]},
    )


def describe_request(request: httpx2.Request) -> str:
    """A request as it leaves: its line, its headers with the key left out, and its body."""
    headers = [
        f"{name}: {'(the key, not shown)' if name.lower() in _SECRET else value}"
        for name, value in request.headers.items()
    ]
    body = request.content.decode(errors="replace")
    return "\n".join(
        [f"{request.method} {hide_user(str(request.url))}", *headers, "", *([body] if body else [])]
    )
