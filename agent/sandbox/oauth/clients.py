"""Registered clients: their redirect URIs, and how they prove who they are at the token endpoint."""

import base64
import binascii
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote_plus, urlsplit

from agent.sandbox.clock import MILLISECONDS, Clock
from agent.sandbox.database import Database
from agent.sandbox.oauth.errors import OAuthError
from agent.sandbox.oauth.secrets import hashed, new_token, same

SECRET_METHODS = ("client_secret_post", "client_secret_basic")
AUTH_METHODS = ("none", *SECRET_METHODS)
GRANT_TYPES = ("authorization_code", "refresh_token")

# Schemes that a browser would run or read rather than hand to an application.
_REFUSED_SCHEMES = {"javascript", "data", "file", "vbscript", "about", "blob", "ftp", "ws", "wss", ""}


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client."""

    client_id: str
    client_name: str
    redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...]
    token_endpoint_auth_method: str
    secret_hash: str | None = field(repr=False, default=None)

    def accepts_redirect(self, uri: str) -> bool:
        """Returns whether `uri` is registered.

        The port of a loopback address is free (RFC 8252 section 7.3).
        """
        return any(uri == known or _same_loopback(uri, known) for known in self.redirect_uris)


@dataclass(frozen=True, slots=True)
class Registration:
    """What a client asks to be registered with."""

    client_name: str
    redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...]
    token_endpoint_auth_method: str


def check_redirect_uri(uri: str) -> str | None:
    """Returns why a redirect URI cannot be registered, or None.

    `http` is for loopback addresses alone (RFC 8252 section 7.3), a fragment is never allowed
    (RFC 6749 section 3.1.2).
    """
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "it is not a valid URI"
    if "#" in uri or any(character.isspace() or not character.isprintable() for character in uri):
        return "it must have no fragment and no blanks"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "http is only allowed for a loopback address"
    if parts.scheme in ("http", "https") and (not parts.hostname or parts.username is not None):
        return "it must name a host and no user"
    if parts.scheme in _REFUSED_SCHEMES:
        return "its scheme is not allowed"
    return None


def is_loopback(host: str | None) -> bool:
    """Returns whether a host name is this machine's own."""
    if host is None:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Clients:
    """The registered clients.

    Args:
        database: Holds them.
        clock: Tells the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, wanted: Registration) -> tuple[Client, str | None]:
        """Stores a new client and returns it, with its secret unless it is a public one."""
        secret = new_token() if wanted.token_endpoint_auth_method in SECRET_METHODS else None
        client_id = f"client-{new_token()[:22]}"
        with self._database.transaction():
            self._database.run(
                "INSERT INTO oauth_clients (client_id, client_secret_hash, client_name, redirect_uris, "
                "grant_types, token_endpoint_auth_method, created_time) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    client_id,
                    None if secret is None else hashed(secret),
                    wanted.client_name,
                    json.dumps(wanted.redirect_uris),
                    json.dumps(wanted.grant_types),
                    wanted.token_endpoint_auth_method,
                    self._clock.milliseconds(),
                ),
            )
        client = self.find(client_id)
        assert client is not None
        return client, secret

    def issued_at(self) -> int:
        """Returns the current time in seconds, for `client_id_issued_at`."""
        return self._clock.milliseconds() // MILLISECONDS

    def find(self, client_id: str) -> Client | None:
        """Returns the client of that id, or None."""
        row = self._database.row("SELECT * FROM oauth_clients WHERE client_id = ?", (client_id,))
        if row is None:
            return None
        return Client(
            client_id=row["client_id"],
            client_name=row["client_name"],
            redirect_uris=tuple(json.loads(row["redirect_uris"])),
            grant_types=tuple(json.loads(row["grant_types"])),
            token_endpoint_auth_method=row["token_endpoint_auth_method"],
            secret_hash=row["client_secret_hash"],
        )

    def forget(self, client_id: str | None) -> int:
        """Forgets a client, or every one for None, with all its tokens, and returns how many."""
        return self._database.run(
            "DELETE FROM oauth_clients WHERE :client_id IS NULL OR client_id = :client_id",
            {"client_id": client_id},
        )

    def authenticate(self, form: Mapping[str, str], authorization: str | None) -> Client:
        """Returns the client that a request to the token or revocation endpoint comes from.

        Raises:
            OAuthError: invalid_client: it is unknown, or does not prove who it is as it registered to.
        """
        client_id, secret, method = _credentials(form, authorization)
        client = self.find(client_id)
        if client is None:
            raise OAuthError("invalid_client", "There is no client with this client_id.", 401)
        if client.secret_hash is None:
            if secret:
                raise OAuthError("invalid_client", "This client is public and has no secret.", 401)
            return client
        if method != client.token_endpoint_auth_method:
            raise OAuthError(
                "invalid_client", f"This client must use {client.token_endpoint_auth_method}.", 401
            )
        if not same(hashed(secret), client.secret_hash):
            raise OAuthError("invalid_client", "The client secret is wrong.", 401)
        return client


def _credentials(form: Mapping[str, str], authorization: str | None) -> tuple[str, str, str]:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        secret = form.get("client_secret", "")
        return form.get("client_id", ""), secret, "client_secret_post" if secret else "none"
    try:
        decoded = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client", "The Authorization header cannot be read.", 401) from None
    client_id, _, secret = decoded.partition(":")
    client_id = unquote_plus(client_id)
    if form.get("client_id", client_id) != client_id:
        raise OAuthError("invalid_request", "Header and body name two different clients.")
    return client_id, unquote_plus(secret), "client_secret_basic"


def _same_loopback(one: str, other: str) -> bool:
    try:
        first, second = urlsplit(one), urlsplit(other)
        _ = first.port
    except ValueError:
        return False
    return (
        first.scheme == second.scheme == "http"
        and is_loopback(first.hostname)
        and _without_port(first) == _without_port(second)
        and "#" not in one
    )


def _without_port(parts: SplitResult) -> Sequence[str | None]:
    return (parts.username, parts.hostname, parts.path, parts.query)
