"""The JSON endpoints: metadata (RFC 9728, RFC 8414), registration (RFC 7591), tokens (RFC 6749),
revocation (RFC 7009).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.sandbox.oauth.clients import AUTH_METHODS, GRANT_TYPES, Clients, Registration, check_redirect_uri
from agent.sandbox.oauth.errors import NO_STORE, OAuthError
from agent.sandbox.oauth.tokens import TokenPair, TokenStore

SCOPES = ("openid", "profile", "email")

_REDIRECT_URIS_LIMIT = 10
_NAME_LIMIT = 120
_METADATA = TypeAdapter(dict[str, Any])
_TEXTS = TypeAdapter(list[str])
_PUBLIC = {"Cache-Control": "max-age=300"}

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the authorization server and the MCP endpoint are.

    Args:
        issuer: The origin, without a trailing slash.
    """

    issuer: str

    @property
    def resource(self) -> str:
        """The URL of the MCP endpoint, which is the audience of every access token."""
        return f"{self.issuer}/mcp"

    @property
    def resource_metadata(self) -> str:
        """The URL of the protected resource metadata (RFC 9728 section 3.1)."""
        return f"{self.issuer}/.well-known/oauth-protected-resource/mcp"


class JsonEndpoints:
    """Handlers for everything but the sign-in page.

    Args:
        addresses: Where everything is served.
        clients: The registered clients.
        tokens: Issues and checks tokens.
    """

    def __init__(self, addresses: Addresses, clients: Clients, tokens: TokenStore) -> None:
        self._addresses = addresses
        self._clients = clients
        self._tokens = tokens

    def routes(self) -> list[Route]:
        """Returns the routes of the endpoints."""
        return [
            Route("/.well-known/oauth-protected-resource", self.resource_metadata),
            Route("/.well-known/oauth-protected-resource/mcp", self.resource_metadata),
            Route("/.well-known/oauth-authorization-server", self.server_metadata),
            Route("/oauth/register", _answering_errors(self.register), methods=["POST"]),
            Route("/oauth/token", _answering_errors(self.token), methods=["POST"]),
            Route("/oauth/revoke", _answering_errors(self.revoke), methods=["POST"]),
        ]

    async def resource_metadata(self, _request: Request) -> Response:
        """Protected resource metadata (RFC 9728)."""
        body = {
            "resource": self._addresses.resource,
            "resource_name": "Astravue",
            "authorization_servers": [self._addresses.issuer],
            "scopes_supported": list(SCOPES),
            "bearer_methods_supported": ["header"],
        }
        return JSONResponse(body, headers=_PUBLIC)

    async def server_metadata(self, _request: Request) -> Response:
        """Authorization server metadata (RFC 8414)."""
        issuer = self._addresses.issuer
        body = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "registration_endpoint": f"{issuer}/oauth/register",
            "revocation_endpoint": f"{issuer}/oauth/revoke",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": list(GRANT_TYPES),
            "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
            "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(body, headers=_PUBLIC)

    async def register(self, request: Request) -> Response:
        """Dynamic client registration (RFC 7591)."""
        wanted = _read_registration(await request.body())
        client, secret = self._clients.register(wanted)
        body: dict[str, object] = {
            "client_id": client.client_id,
            "client_id_issued_at": self._clients.issued_at(),
            "client_name": client.client_name,
            "redirect_uris": list(client.redirect_uris),
            "grant_types": list(client.grant_types),
            "response_types": ["code"],
            "token_endpoint_auth_method": client.token_endpoint_auth_method,
            "scope": " ".join(SCOPES),
        }
        if secret is not None:
            body |= {"client_secret": secret, "client_secret_expires_at": 0}
        return JSONResponse(body, status_code=201, headers=NO_STORE)

    async def token(self, request: Request) -> Response:
        """The token endpoint (RFC 6749 sections 4.1.3 and 6)."""
        form = await _form(request)
        client = self._clients.authenticate(form, request.headers.get("authorization"))
        grant_type = _required(form, "grant_type")
        if grant_type not in GRANT_TYPES:
            raise OAuthError(
                "unsupported_grant_type", "grant_type must be authorization_code or refresh_token."
            )
        if grant_type not in client.grant_types:
            raise OAuthError("unauthorized_client", f"This client is not registered for {grant_type}.")
        if grant_type == "authorization_code":
            pair = self._tokens.redeem_code(
                client,
                _required(form, "code"),
                _required(form, "redirect_uri"),
                _required(form, "code_verifier"),
                form.get("resource"),
            )
        else:
            pair = self._tokens.refresh(
                client, _required(form, "refresh_token"), form.get("scope"), form.get("resource")
            )
        return JSONResponse(_show(pair), headers=NO_STORE)

    async def revoke(self, request: Request) -> Response:
        """Token revocation (RFC 7009): an unknown token is answered like a known one."""
        form = await _form(request)
        client = self._clients.authenticate(form, request.headers.get("authorization"))
        self._tokens.revoke(client, _required(form, "token"))
        return Response(status_code=200, headers=NO_STORE)


def _show(pair: TokenPair) -> dict[str, object]:
    body: dict[str, object] = {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "scope": pair.scope,
    }
    return body if pair.refresh_token is None else body | {"refresh_token": pair.refresh_token}


def _answering_errors(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except OAuthError as error:
            return error.response()

    return answer


async def _form(request: Request) -> dict[str, str]:
    """Returns the parameters of a form-encoded body; a repeated one is an error (RFC 6749 section 3.2)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "Content-Type must be application/x-www-form-urlencoded.")
    pairs = parse_qsl((await request.body()).decode("utf-8", errors="replace"))
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthError("invalid_request", "A parameter is given more than once.")
    return form


def _required(form: dict[str, str], name: str) -> str:
    if name not in form:
        raise OAuthError("invalid_request", f"{name} is required.")
    return form[name]


def _read_registration(body: bytes) -> Registration:
    try:
        metadata = _METADATA.validate_json(body)
    except ValidationError:
        raise OAuthError("invalid_client_metadata", "The body is not a JSON object.") from None
    uris = _texts(metadata.get("redirect_uris"), "redirect_uris", "invalid_redirect_uri")
    if not 1 <= len(uris) <= _REDIRECT_URIS_LIMIT:
        raise OAuthError("invalid_redirect_uri", f"Give 1 to {_REDIRECT_URIS_LIMIT} redirect_uris.")
    for uri in uris:
        problem = check_redirect_uri(uri)
        if problem is not None:
            raise OAuthError(
                "invalid_redirect_uri", f"The redirect URI {uri[:100]} cannot be used: {problem}."
            )
    method = metadata.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in AUTH_METHODS:
        raise OAuthError(
            "invalid_client_metadata", f"token_endpoint_auth_method must be one of {AUTH_METHODS}."
        )
    grants = _texts(metadata.get("grant_types", list(GRANT_TYPES)), "grant_types", "invalid_client_metadata")
    if "authorization_code" not in grants or not set(grants) <= set(GRANT_TYPES):
        raise OAuthError(
            "invalid_client_metadata", "grant_types must be authorization_code, with refresh_token."
        )
    if metadata.get("response_types", ["code"]) != ["code"]:
        raise OAuthError("invalid_client_metadata", 'response_types must be ["code"].')
    return Registration(_client_name(metadata.get("client_name", "")), uris, grants, method)


def _client_name(name: object) -> str:
    if not isinstance(name, str) or len(name) > _NAME_LIMIT or not name.isprintable():
        raise OAuthError(
            "invalid_client_metadata", f"client_name must be one line of at most {_NAME_LIMIT} characters."
        )
    return name.strip() or "An unnamed application"


def _texts(value: object, name: str, error: str) -> tuple[str, ...]:
    try:
        return tuple(_TEXTS.validate_python(value, strict=True))
    except ValidationError:
        raise OAuthError(error, f"{name} must be a list of texts.") from None
