"""Finding out what authorization a server wants, and which authorization server gives it.

Order (MCP authorization specification, "Authorization Server Discovery"): the challenge of an
unauthenticated request; protected resource metadata named by it, at the path form, at the root
form (RFC 9728); authorization server metadata in the RFC 8414 and OpenID Connect forms, and for
an issuer with a path also at the root of its host. A server without resource metadata is taken by
the rules of revision 2025-03-26: its own origin is the authorization server.

This module needs the MCP SDK, so it is imported only when somebody signs in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
from mcp.client.auth.utils import (
    build_oauth_authorization_server_metadata_discovery_urls,
    build_protected_resource_metadata_discovery_urls,
    extract_resource_metadata_from_www_auth,
    extract_scope_from_www_auth,
    get_client_metadata_scopes,
)
from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata
from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp_types import LATEST_PROTOCOL_VERSION
from pydantic import BaseModel, ValidationError

from agent.auth.encrypted import refuse_unencrypted
from agent.auth.login import DEFAULT_CLIENT, ClientSettings
from agent.errors import ServerError, SignInError

_GRANTS = ["authorization_code", "refresh_token"]

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a server wants before it answers.

    Args:
        metadata: Of the authorization server; its endpoints are https or on this machine.
        resource: The audience to ask tokens for (RFC 8707).
        scope: What to ask for, separated by spaces; None to leave the parameter out.
        legacy: The server publishes no resource metadata and was taken by the rules of revision 2025-03-26.
    """

    metadata: OAuthMetadata
    resource: str
    scope: str | None
    legacy: bool = False

    @property
    def issuer(self) -> str:
        """The authorization server's identifier, as its own metadata writes it."""
        return str(self.metadata.issuer)


async def find_challenge(server: str, http: httpx2.AsyncClient) -> str | None:
    """Ask a server something without a token and read its challenge.

    Returns:
        The `WWW-Authenticate` header, empty when the server wants a token but says no more; None
        when it asks for no authorization.

    Raises:
        ServerError: The server cannot be reached, or nothing answers at that address.
    """
    # `ping` changes nothing wherever it is let through, and authorization is checked before it.
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream"}
    try:
        async with http.stream("POST", server, json=ping, headers=accept) as response:
            status, challenge = response.status_code, response.headers.get("WWW-Authenticate", "")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _unreachable(server, error) from None
    if status == 401 or (status == 403 and challenge):
        return challenge
    if status in (404, 405, 410) or 300 <= status < 400:
        raise ServerError(
            f"{server} answers {status}: there is no MCP server at that address.",
            "Check the address given by --server.",
        )
    if status == 429 or status >= 500:
        raise ServerError(
            f"{server} answers {status} and cannot take a sign-in now; nothing was changed.",
            "Try again in a minute.",
        )
    return None


async def discover(
    server: str,
    http: httpx2.AsyncClient,
    challenge: str | None = None,
    client: ClientSettings = DEFAULT_CLIENT,
) -> Authorization | None:
    """Find out what authorization a server wants.

    Args:
        server: The MCP endpoint.
        http: A client that bears no token.
        challenge: The `WWW-Authenticate` header of a refused call, when there is one already.
        client: What the settings say of this program as a client.

    Returns:
        What to ask whom for; None when the server asks for no authorization.

    Raises:
        ServerError: A server cannot be reached or answers with an error.
        SignInError: What it publishes cannot be used safely.
    """
    if challenge is None:
        challenge = await find_challenge(server, http)
        if challenge is None:
            return None
    if (unsafe := refuse_unencrypted(server)) is not None:
        raise unsafe
    refused = httpx2.Response(401, headers={"WWW-Authenticate": challenge})
    resource_metadata = await _find_resource_metadata(
        server, extract_resource_metadata_from_www_auth(refused), http
    )
    if resource_metadata is None:
        metadata = await _find_legacy_metadata(server, http)
        resource = resource_url_from_server_url(server)
    else:
        metadata = await _find_metadata(server, resource_metadata, http)
        resource = str(resource_metadata.resource)
        _check_pkce(metadata, client)
    _check_endpoints(metadata)
    scope = _choose_scope(
        extract_scope_from_www_auth(refused), resource_metadata, metadata, client.default_scope
    )
    return Authorization(metadata, resource, scope, legacy=resource_metadata is None)


def same_issuer(one: str, other: str) -> bool:
    """Compare issuers, with and without a trailing slash alike: servers are known to mix the two forms."""
    return one.rstrip("/") == other.rstrip("/")


async def _find_resource_metadata(
    server: str, named: str | None, http: httpx2.AsyncClient
) -> ProtectedResourceMetadata | None:
    urls = build_protected_resource_metadata_discovery_urls(named, server)
    metadata = await _first(ProtectedResourceMetadata, urls, http)
    if metadata is not None and not check_resource_allowed(
        requested_resource=resource_url_from_server_url(server), configured_resource=str(metadata.resource)
    ):
        raise SignInError(
            f"{server} publishes metadata for another resource, {metadata.resource}; nothing was changed.",
            "Check the address given by --server.",
        )
    return metadata


async def _find_metadata(
    server: str, resource_metadata: ProtectedResourceMetadata, http: httpx2.AsyncClient
) -> OAuthMetadata:
    for issuer in map(str, resource_metadata.authorization_servers):
        urls = build_oauth_authorization_server_metadata_discovery_urls(issuer, server)
        metadata = await _first(OAuthMetadata, urls, http)
        accepted = [issuer]
        if metadata is None and urlsplit(issuer).path.strip("/"):
            root = _origin(issuer)
            urls = build_oauth_authorization_server_metadata_discovery_urls(root, server)
            metadata = await _first(OAuthMetadata, urls, http)
            accepted.append(root)
        if metadata is None:
            continue
        if not any(same_issuer(str(metadata.issuer), one) for one in accepted):
            raise SignInError(
                f"The authorization server {issuer} calls itself {metadata.issuer}; nothing was changed.",
                "Ask who runs the server.",
            )
        return metadata
    raise SignInError(
        f"The authorization server that {server} names publishes no metadata; nothing was changed.",
        "Check the address given by --server.",
    )


async def _find_legacy_metadata(server: str, http: httpx2.AsyncClient) -> OAuthMetadata:
    origin = _origin(server)
    urls = build_oauth_authorization_server_metadata_discovery_urls(None, server)
    metadata = await _first(OAuthMetadata, urls, http)
    if metadata is None:
        # The default endpoints of revision 2025-03-26, "Fallbacks for Servers without Metadata Discovery".
        return OAuthMetadata.model_validate(
            {
                "issuer": origin,
                "authorization_endpoint": f"{origin}/authorize",
                "token_endpoint": f"{origin}/token",
                "registration_endpoint": f"{origin}/register",
            }
        )
    if not same_issuer(str(metadata.issuer), origin):
        raise SignInError(
            f"The authorization server {origin} calls itself {metadata.issuer}; nothing was changed.",
            "Ask who runs the server.",
        )
    return metadata


async def _first(model: type[_Model], urls: Iterable[str], http: httpx2.AsyncClient) -> _Model | None:
    """Fetch the first document that is there and valid.

    A server error is no answer to the question whether a document is there, so it ends the search.
    """
    for url in urls:
        try:
            response = await http.get(url, headers={MCP_PROTOCOL_VERSION_HEADER: LATEST_PROTOCOL_VERSION})
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _unreachable(url, error) from None
        if response.status_code == 429 or response.status_code >= 500:
            raise ServerError(
                f"{url} answers {response.status_code}, so the sign-in could not start; nothing was changed.",
                "Try again in a minute.",
            )
        if response.status_code == 200:
            try:
                return model.model_validate_json(response.content)
            except ValidationError:
                continue
    return None


def _choose_scope(
    challenged: str | None,
    resource_metadata: ProtectedResourceMetadata | None,
    metadata: OAuthMetadata,
    default: str,
) -> str | None:
    """Choose by challenge, then resource metadata, then those default scopes that the server knows."""
    if challenged is None and (resource_metadata is None or resource_metadata.scopes_supported is None):
        known = metadata.scopes_supported
        challenged = " ".join(one for one in default.split() if known is None or one in known)
    return get_client_metadata_scopes(challenged, resource_metadata, metadata, _GRANTS) or None


def _check_pkce(metadata: OAuthMetadata, client: ClientSettings) -> None:
    """Refuse a server that does not bind codes to who asked for them (MCP authorization, "PKCE")."""
    methods = metadata.code_challenge_methods_supported
    if "S256" in (methods or []) or (methods is None and client.assume_pkce):
        return
    raise SignInError(
        f"The authorization server {metadata.issuer} does not say that it offers PKCE with S256, "
        "without which a sign-in is not safe; nothing was changed.",
        "Ask who runs the server"
        + (', or set `pkce = "assume"` if you know that it does.' if methods is None else "."),
    )


def _check_endpoints(metadata: OAuthMetadata) -> None:
    """Refuse endpoints that would send codes and tokens in the clear (RFC 6749 section 3)."""
    endpoints = (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.registration_endpoint,
        metadata.revocation_endpoint,
    )
    for endpoint in endpoints:
        if endpoint is not None and (unsafe := refuse_unencrypted(str(endpoint))) is not None:
            raise unsafe


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _unreachable(url: str, error: Exception) -> ServerError:
    parts = urlsplit(url)
    return ServerError(
        f"{parts.scheme}://{parts.netloc} cannot be reached ({type(error).__name__}); nothing was changed.",
        "Check the address and the network.",
    )
