"""What is kept of one sign-in: the tokens, their expiry, and all that a silent refresh needs.

A login is everything that lets the program carry on after a restart without asking anybody:
the endpoints, the client registration, the absolute expiry. It is plain data; nothing here
reads a file or the network.
"""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from agent.errors import UsageError
from agent.jsontypes import JsonObject, JsonValue, is_object

ClientAuthentication = Literal["none", "client_secret_post", "client_secret_basic"]

_LONGEST_MARGIN = 120.0
_MARGIN_SHARE = 0.2
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What the settings say of this program as a client of an authorization server.

    Args:
        client_id: Of a client that the server's owner registered beforehand; empty for none.
        client_secret: Its secret; empty for a public client.
        metadata_url: Where this program's client id metadata document is published, which serves as
            the client id wherever the server supports that
            (draft-ietf-oauth-client-id-metadata-document); empty for none.
        default_scope: What to ask for where neither a challenge nor the resource's metadata names
            scopes, separated by spaces, as far as the authorization server knows them.
        assume_pkce: Take it that the server checks PKCE although its metadata does not say so.
    """

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    metadata_url: str = ""
    default_scope: str = "openid profile email"
    assume_pkce: bool = False


DEFAULT_CLIENT = ClientSettings()


@dataclass(frozen=True, slots=True)
class Registration:
    """How this installation is known to an authorization server (RFC 7591 section 3.2.1).

    Args:
        client_id: The identifier that the server gave, or that a setting names.
        authentication: How the client proves itself at the token endpoint.
        redirect_uri: The loopback address that the server sends the browser back to.
        dynamic: Registered by this program, so it may be dropped and made again.
        client_secret: Present when the server insists on a confidential client.
        doubtful: A sign-in with it failed in a way that may mean the server forgot it: the next
            sign-in registers anew.
        scope: What sign-ins with it may ask for, separated by spaces; None when that is not known.
    """

    client_id: str
    authentication: ClientAuthentication
    redirect_uri: str
    dynamic: bool
    client_secret: str | None = field(default=None, repr=False)
    doubtful: bool = False
    scope: str | None = None

    def may_ask_for(self, scope: str | None) -> bool:
        """Say whether a sign-in with this registration may ask for a scope, as far as is known."""
        return self.scope is None or set((scope or "").split()) <= set(self.scope.split())


@dataclass(frozen=True, slots=True)
class Login:
    """One sign-in to one server under one profile.

    Args:
        server: The MCP endpoint, in the form that `canonical_server` gives.
        profile: The name that tells several accounts at one server apart.
        issuer: The authorization server that issued the tokens (RFC 8414).
        token_endpoint: Where tokens are refreshed.
        revocation_endpoint: Where they are revoked (RFC 7009), when the server names one.
        registration: The client registration; None after the server said that it forgot us.
        resource: The audience of the tokens (RFC 8707); None when the server refuses the parameter.
        scope: What was granted, separated by spaces; None when neither side named any.
        access_token: The bearer token.
        refresh_token: None when the server gave none, or when it was refused.
        expires_at: When the access token dies, in Unix seconds; None when the server did not say.
        lifetime: How long it lived when it was issued, in seconds; None with `expires_at`.
        account: The e-mail address or name of who signed in, when the server told it.
        sign_in_id: Tells this sign-in from every other one, so that an older one never wins.
        rotation: How often the tokens of this sign-in were replaced.
    """

    server: str
    profile: str
    issuer: str
    token_endpoint: str
    revocation_endpoint: str | None
    registration: Registration | None
    resource: str | None
    scope: str | None
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float | None
    lifetime: float | None
    account: str | None
    sign_in_id: str
    rotation: int = 0

    def remaining(self, now: float) -> float | None:
        """Give the seconds until the access token expires, negative when it has; None when unknown."""
        return None if self.expires_at is None else self.expires_at - now

    def is_expired(self, now: float) -> bool:
        """Say whether the access token is past its expiry."""
        return self.expires_at is not None and now >= self.expires_at

    def seconds_until_refresh(self, now: float) -> float | None:
        """Give the seconds until a refresh is due: a margin of 20 % of the lifetime, at most two minutes,
        ahead of expiry; None when the server named no expiry.

        A token that seems to have more than its whole lifetime left shows that the clock was set
        back, so its expiry means nothing: it is due at once.
        """
        if self.expires_at is None:
            return None
        lifetime = self.lifetime or 0.0
        remaining = self.expires_at - now
        if remaining > lifetime + _LONGEST_MARGIN:
            return 0.0
        return remaining - min(_LONGEST_MARGIN, _MARGIN_SHARE * lifetime)

    def is_due(self, now: float) -> bool:
        """Say whether the access token should be replaced now."""
        seconds = self.seconds_until_refresh(now)
        return seconds is not None and seconds <= 0

    def to_json(self) -> JsonObject:
        """Write every field as JSON, secrets included: for the vault and nothing else."""
        registration = self.registration
        return {
            "server": self.server,
            "profile": self.profile,
            "issuer": self.issuer,
            "token_endpoint": self.token_endpoint,
            "revocation_endpoint": self.revocation_endpoint,
            "registration": None if registration is None else _registration_to_json(registration),
            "resource": self.resource,
            "scope": self.scope,
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": self.expires_at,
            "lifetime": self.lifetime,
            "account": self.account,
            "sign_in_id": self.sign_in_id,
            "rotation": self.rotation,
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "Login":
        """Read what `to_json` wrote.

        Raises:
            ValueError: A field is missing or of another type; the message names the field only.
        """
        registration = data.get("registration")
        return cls(
            server=_text(data, "server"),
            profile=_text(data, "profile"),
            issuer=_text(data, "issuer"),
            token_endpoint=_text(data, "token_endpoint"),
            revocation_endpoint=_optional_text(data, "revocation_endpoint"),
            registration=_registration_from_json(registration) if is_object(registration) else None,
            resource=_optional_text(data, "resource"),
            scope=_optional_text(data, "scope"),
            access_token=_text(data, "access_token"),
            refresh_token=_optional_text(data, "refresh_token"),
            expires_at=_optional_number(data, "expires_at"),
            lifetime=_optional_number(data, "lifetime"),
            account=_optional_text(data, "account"),
            sign_in_id=_text(data, "sign_in_id"),
            rotation=int(_optional_number(data, "rotation") or 0),
        )


def canonical_server(url: str) -> str:
    """Write a server's address in the one form under which its login is kept.

    Scheme and host in lower case, no default port, no fragment, no trailing slash.

    Raises:
        UsageError: It is no http or https address.
    """
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
        parts = urlsplit("")
    if scheme not in _DEFAULT_PORTS or not host:
        raise UsageError(
            "The server address is not an http or https address.",
            "Give one like https://api.astravue.com/mcp.",
        )
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    return urlunsplit((scheme, netloc, parts.path.rstrip("/"), parts.query, ""))


def _registration_to_json(registration: Registration) -> JsonObject:
    return {
        "client_id": registration.client_id,
        "authentication": registration.authentication,
        "redirect_uri": registration.redirect_uri,
        "dynamic": registration.dynamic,
        "client_secret": registration.client_secret,
        "doubtful": registration.doubtful,
        "scope": registration.scope,
    }


def _registration_from_json(data: JsonObject) -> Registration:
    return Registration(
        client_id=_text(data, "client_id"),
        authentication=_client_authentication(data.get("authentication")),
        redirect_uri=_text(data, "redirect_uri"),
        dynamic=data.get("dynamic") is True,
        client_secret=_optional_text(data, "client_secret"),
        doubtful=data.get("doubtful") is True,
        scope=_optional_text(data, "scope"),
    )


def _client_authentication(value: JsonValue) -> ClientAuthentication:
    match value:
        case "none" | "client_secret_post" | "client_secret_basic":
            return value
        case _:
            raise ValueError("authentication is not one of the three that are kept")


def _text(data: JsonObject, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    return value


def _optional_text(data: JsonObject, name: str) -> str | None:
    return None if data.get(name) is None else _text(data, name)


def _optional_number(data: JsonObject, name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is not a number")
    return float(value)
