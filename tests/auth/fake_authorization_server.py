"""A small, strict authorization server and MCP endpoint on loopback, with faults to order.

Refresh tokens rotate; using a dead one revokes the whole family, as Astravue does. Codes work
once, PKCE is S256 only, and the audience must be the MCP endpoint.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

ACCOUNT = "mara@example.com"

Handler = Callable[[Request], Awaitable[Response]]


@dataclass
class Family:
    """All tokens that descend from one sign-in."""

    client_id: str
    scope: str
    access_token: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0
    spent: set[str] = field(default_factory=set[str])
    revoked: bool = False


@dataclass
class FakeAuthorizationServer:
    """What the server does; tests change it between requests.

    Args:
        port: On 127.0.0.1.
        clock: Unix seconds, by which access tokens expire.
    """

    port: int
    clock: Callable[[], float] = time.time
    lifetime: float | None = 1800
    issuer_path: str = ""
    metadata_at_host_root: bool = False
    issuer_slash_in_metadata: bool = False
    resource_metadata_at: tuple[str, ...] = ("path",)
    challenge_scope: str | None = None
    scopes_supported: tuple[str, ...] | None = ("openid", "profile", "email", "admin")
    pkce_methods: tuple[str, ...] | None = ("S256",)
    offers_registration: bool = True
    offers_revocation: bool = True
    revocation_wants_secret: bool = False
    client_authentication: str = "none"
    wants_authorization: bool = True
    always_refuses: bool = False
    wanted_scope: str = ""
    forbids: bool = False
    mcp_status: int = 0
    grants_scope: bool = True
    binds_clients_to_scopes: bool = False
    takes_metadata_documents: bool = False
    openid_form: str = ""
    refuses_resource_at_refresh: bool = False
    names_itself_in_redirect: bool = True
    token_faults: list[tuple[int, dict[str, str], str]] = field(
        default_factory=list[tuple[int, dict[str, str], str]]
    )
    consent: Callable[[dict[str, str]], dict[str, str]] | None = None
    resource_metadata_override: Handler | None = None
    metadata_override: Handler | None = None
    mcp_hook: Callable[[], object] | None = None
    token_hook: Callable[[], object] | None = None
    refresh_hook: Callable[[], object] | None = None
    clients: dict[str, str | None] = field(default_factory=dict[str, str | None])
    registered_scopes: dict[str, str] = field(default_factory=dict[str, str])
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    families: list[Family] = field(default_factory=list[Family])
    requests: list[str] = field(default_factory=list[str])
    user_agents: set[str] = field(default_factory=set[str])
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    authorize_queries: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    refreshes: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server(self) -> str:
        return f"{self.origin}/mcp"

    @property
    def issuer(self) -> str:
        return f"{self.origin}{self.issuer_path}"

    @property
    def revoked_families(self) -> int:
        return sum(family.revoked for family in self.families)

    def revoke_access_tokens(self) -> None:
        for family in self.families:
            family.expires_at = 0.0

    def forget_clients(self) -> None:
        self.clients.clear()

    def fail_next_token_request(
        self, status: int, body: object = "", headers: dict[str, str] | None = None
    ) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.token_faults.append((status, headers or {}, text))

    # The routes.

    async def mcp(self, request: Request) -> Response:
        self._note(request)
        if self.mcp_status:
            return Response(status_code=self.mcp_status)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.wants_authorization or (not self.always_refuses and self._family_of(token) is not None):
            family = self._family_of(token)
            if self.wanted_scope and family and not self._has(family, self.wanted_scope):
                challenge = f'Bearer error="insufficient_scope", scope="{self.wanted_scope}"'
                return Response(status_code=403, headers={"WWW-Authenticate": challenge})
            if self.forbids:
                return Response("an administrator has to do that", status_code=403)
            if self.mcp_hook is not None:
                await asyncio.to_thread(self.mcp_hook)
            echo = (await request.body()).decode()
            return JSONResponse({"jsonrpc": "2.0", "id": 1, "result": {"echo": echo}})
        parts = ['error="invalid_token"'] if token else []
        if "challenge" in self.resource_metadata_at:
            parts.append(f'resource_metadata="{self.origin}/elsewhere/resource"')
        if self.challenge_scope is not None:
            parts.append(f'scope="{self.challenge_scope}"')
        return Response(status_code=401, headers={"WWW-Authenticate": f"Bearer {', '.join(parts)}".strip()})

    async def resource_metadata(self, request: Request) -> Response:
        self._note(request)
        if self.resource_metadata_override is not None:
            return await self.resource_metadata_override(request)
        place = {
            "/.well-known/oauth-protected-resource/mcp": "path",
            "/.well-known/oauth-protected-resource": "root",
            "/elsewhere/resource": "challenge",
        }[request.url.path]
        if place not in self.resource_metadata_at:
            return Response(status_code=404)
        return JSONResponse({"resource": self.server, "authorization_servers": [self.issuer]})

    async def metadata(self, request: Request) -> Response:
        self._note(request)
        if self.metadata_override is not None:
            return await self.metadata_override(request)
        path = "" if self.metadata_at_host_root else self.issuer_path
        place = self.openid_form or f"/.well-known/oauth-authorization-server{path}"
        if request.url.path != place:
            return Response(status_code=404)
        body: dict[str, object] = {
            "issuer": self.issuer + ("/" if self.issuer_slash_in_metadata else ""),
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "authorization_response_iss_parameter_supported": self.names_itself_in_redirect,
        }
        if self.takes_metadata_documents:
            body["client_id_metadata_document_supported"] = True
        if self.offers_registration:
            body["registration_endpoint"] = f"{self.origin}/register"
        if self.offers_revocation:
            body["revocation_endpoint"] = f"{self.origin}/revoke"
        if self.scopes_supported is not None:
            body["scopes_supported"] = list(self.scopes_supported)
        if self.pkce_methods is not None:
            body["code_challenge_methods_supported"] = list(self.pkce_methods)
        return JSONResponse(body)

    async def register(self, request: Request) -> Response:
        self._note(request)
        wanted = await request.json()
        assert wanted["grant_types"] == ["authorization_code", "refresh_token"]
        client_id = f"client-{len(self.clients) + 1}-{secrets.token_hex(3)}"
        secret = None if self.client_authentication == "none" else f"s&c/{secrets.token_hex(4)}"
        self.clients[client_id] = secret
        self.registered_scopes[client_id] = wanted.get("scope", "")
        answer = {**wanted, "client_id": client_id, "token_endpoint_auth_method": self.client_authentication}
        if secret is not None:
            answer["client_secret"] = secret
        return JSONResponse(answer, status_code=201)

    async def authorize(self, request: Request) -> Response:
        """The page of the person who signs in; `consent` decides what they and the server answer."""
        self._note(request)
        query = dict(request.query_params)
        self.authorize_queries.append(query)
        if query["client_id"] not in self.clients:
            return Response("unknown client", status_code=400)
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["resource"] == self.server
        code = f"code-{secrets.token_hex(8)}"
        self.codes[code] = query
        answer = {"code": code, "state": query["state"]}
        if self.names_itself_in_redirect:
            answer["iss"] = self.issuer + ("/" if self.issuer_slash_in_metadata else "")
        registered = self.registered_scopes[query["client_id"]] if self.binds_clients_to_scopes else None
        if registered is not None and not set(query["scope"].split()) <= set(registered.split()):
            answer = {"error": "invalid_scope", "state": query["state"]}
        if self.consent is not None:
            answer = self.consent(answer)
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", status_code=302)

    async def token(self, request: Request) -> Response:
        self._note(request)
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.forms.append(form)
        if self.token_hook is not None:
            self.token_hook()
        if self.token_faults:
            status, headers, text = self.token_faults.pop(0)
            return Response(text, status_code=status, headers=headers, media_type="application/json")
        client_id = self._authenticated(request, form)
        if client_id is None:
            return _refuse("invalid_client", 401)
        if form["grant_type"] == "authorization_code":
            return self._exchange(form, client_id)
        return self._refresh(form, client_id)

    async def revoke(self, request: Request) -> Response:
        self._note(request)
        form = {name: str(value) for name, value in (await request.form()).items()}
        if self.revocation_wants_secret and "client_secret" not in form:
            return _refuse("invalid_request", 400)
        for family in self.families:
            if form["token"] in (family.access_token, family.refresh_token):
                family.revoked = True
        return Response()

    def _authenticated(self, request: Request, form: dict[str, str]) -> str | None:
        client_id, secret = form.get("client_id"), form.get("client_secret")
        scheme, _, pair = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            client_id, secret = map(unquote, base64.b64decode(pair).decode().split(":"))
        known = client_id is not None and client_id in self.clients and self.clients[client_id] == secret
        return client_id if known else None

    def _exchange(self, form: dict[str, str], client_id: str) -> Response:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["client_id"] != client_id
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != challenge
            or form.get("resource") != self.server
        ):
            return _refuse("invalid_grant", 400)
        family = Family(client_id, asked.get("scope", ""))
        self.families.append(family)
        return self._issue(family)

    def _refresh(self, form: dict[str, str], client_id: str) -> Response:
        if self.refuses_resource_at_refresh and "resource" in form:
            return _refuse("invalid_target", 400)
        self.refreshes += 1
        if self.refresh_hook is not None:
            self.refresh_hook()
        token = form["refresh_token"]
        for family in self.families:
            if token in family.spent:
                family.revoked = True
            elif token == family.refresh_token and not family.revoked and family.client_id == client_id:
                family.spent.add(token)
                return self._issue(family)
        return _refuse("invalid_grant", 400)

    def _issue(self, family: Family) -> Response:
        family.access_token = f"access-{secrets.token_hex(8)}"
        family.refresh_token = f"refresh-{secrets.token_hex(8)}"
        family.expires_at = float("inf") if self.lifetime is None else self.clock() + self.lifetime
        claims = base64.urlsafe_b64encode(json.dumps({"sub": "7", "email": ACCOUNT}).encode()).decode()
        body: dict[str, object] = {
            "access_token": family.access_token,
            "token_type": "bearer",
            "refresh_token": family.refresh_token,
            "scope": family.scope,
            "id_token": f"e30.{claims.rstrip('=')}.e30",
        }
        if self.lifetime is not None:
            body["expires_in"] = self.lifetime
        return JSONResponse(body)

    def _has(self, family: Family, scope: str) -> bool:
        return self.grants_scope and set(scope.split()) <= set(family.scope.split())

    def _family_of(self, token: str) -> Family | None:
        for family in self.families:
            if token and token == family.access_token:
                return family if not family.revoked and self.clock() < family.expires_at else None
        return None

    def _note(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url.path}")
        self.user_agents.add(request.headers.get("User-Agent", ""))

    def application(self) -> Starlette:
        well_known = "/.well-known/{name}"
        return Starlette(
            routes=[
                Route("/mcp", self.mcp, methods=["POST"]),
                Route("/.well-known/oauth-protected-resource/mcp", self.resource_metadata),
                Route("/.well-known/oauth-protected-resource", self.resource_metadata),
                Route("/elsewhere/resource", self.resource_metadata),
                Route(well_known, self.metadata),
                Route(f"{well_known}/{{rest:path}}", self.metadata),
                Route("/{tenant}/.well-known/openid-configuration", self.metadata),
                Route("/register", self.register, methods=["POST"]),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/revoke", self.revoke, methods=["POST"]),
            ]
        )


def _refuse(error: str, status: int) -> Response:
    return JSONResponse({"error": error, "error_description": f"no:\x1b[31m {error}"}, status_code=status)


@contextlib.contextmanager
def running_server(
    clock: Callable[[], float] = time.time, lifetime: float | None = 1800
) -> Generator[FakeAuthorizationServer]:
    """Run one in a thread of this process."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    fake = FakeAuthorizationServer(listener.getsockname()[1], clock, lifetime)
    server = uvicorn.Server(
        uvicorn.Config(
            fake.application(),
            log_level="error",
            lifespan="off",
            ws="none",
            timeout_keep_alive=1,
            date_header=False,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
