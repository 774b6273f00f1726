"""Where models are looked for: the configured endpoint, those with a stored key, servers on this machine."""

import asyncio
from dataclasses import dataclass

from agent.auth.login import canonical_server
from agent.auth.model_keys import KeyLookup
from agent.model.listing import Listing
from agent.model.selection import (
    ConfiguredEndpoint,
    find_configured,
    find_local_servers,
    list_endpoint,
)
from agent.settings.settings import Settings
from agent.wording.addresses import shown_address


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that answers, or should.

    Args:
        title: Why it was looked at, in words.
        base_url: Its address.
        listing: What it says it has.
        is_configured: It is the endpoint that the settings name.
    """

    title: str
    base_url: str
    listing: Listing
    is_configured: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found.

    Args:
        places: The configured endpoint first, those on this machine last.
        kept: The addresses for which the vault keeps a key.
    """

    places: tuple[Place, ...]
    kept: tuple[str, ...]

    @property
    def configured(self) -> Place | None:
        """The configured endpoint, if there is one."""
        return next((place for place in self.places if place.is_configured), None)

    def holder_of(self, name: str) -> Place | None:
        """The first place that lists a model."""
        return next((place for place in self.places if place.listing.knows(name)), None)


async def look_around(settings: Settings, keys: KeyLookup) -> Found:
    """Ask every place for its models, all at the same time.

    Args:
        settings: What is configured.
        keys: The stored keys; each goes to its own address only.
    """
    kept = await keys.addresses()
    configured = await find_configured(settings, keys)
    endpoints = [configured] if configured else []
    for address in kept:
        if not (configured and canonical_server(configured.base_url) == address):
            key = await keys(address)
            endpoints += [ConfiguredEndpoint(address, key, "", "a stored key")] if key else []
    asked = [asyncio.ensure_future(list_endpoint(endpoint)) for endpoint in endpoints]
    servers = await find_local_servers()
    places = [
        Place(_title(endpoint), endpoint.base_url, await listing, endpoint is configured)
        for endpoint, listing in zip(endpoints, asked, strict=True)
    ]
    elsewhere = {canonical_server(place.base_url) for place in places}
    local = [
        Place(f"{server.title} on this machine", server.base_url, server.listing)
        for server in servers
        if server.base_url not in elsewhere
    ]
    return Found((*places, *local), tuple(kept))


def find_place(name: str, found: Found, *, must_be_configured: bool) -> tuple[str, str]:
    """Find out where a model is.

    Args:
        name: The model.
        found: All places and what they have.
        must_be_configured: The endpoint was named, so the model is not looked for elsewhere.

    Returns:
        The address of the endpoint that has it, if that is not the one that is configured; and what speaks
        against the choice, if anything does.
    """
    configured = found.configured
    if configured and configured.listing.knows(name):
        return "", ""
    if configured and must_be_configured:
        address = shown_address(configured.base_url)
        if configured.listing.names:
            return "", f"{address} does not list {name}"
        return "", f"{address} {configured.listing.problem}, so {name} was not looked for"
    if holder := found.holder_of(name):
        return holder.base_url, ""
    asked = ", ".join(shown_address(place.base_url) for place in found.places if place.listing.names)
    said = f"{name} is not listed by {asked}" if asked else f"no endpoint answers, so {name} was not found"
    return "", f"{said}; name the endpoint that has it with --base-url, or see `astravue model list`"


def _title(endpoint: ConfiguredEndpoint) -> str:
    with_key = f"with {endpoint.key_origin}" if endpoint.key_origin else "without a key"
    if endpoint.origin in ("", endpoint.key_origin):
        return with_key
    return f"configured by {endpoint.origin}, {with_key}"
