"""The real web application on a free port of this process, and a client that signs in to it."""

import base64
import hashlib
import html
import re
import secrets
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import uvicorn

from agent.sandbox.app import AppSettings, create_app
from agent.sandbox.clock import Clock
from agent.sandbox.database import open_database
from agent.sandbox.oauth.tokens import TokenLifetimes
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import read_seed
from tests.sandbox.sandbox_workspace import FakeTime

PASSWORD = "astravue-demo"
CALLBACK = "http://127.0.0.1:49152/callback"


@dataclass
class Tokens:
    access: str
    refresh: str
    client_id: str


@dataclass
class RunningSandbox:
    issuer: str
    time: FakeTime
    http: httpx2.Client
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def url(self) -> str:
        return f"{self.issuer}/mcp"

    def register(self, **metadata: Any) -> httpx2.Response:
        wanted = {"client_name": "A test", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
        return self.http.post(f"{self.issuer}/oauth/register", json=wanted | metadata)

    def client_id(self) -> str:
        return self.register().json()["client_id"]

    def authorization_request(self, client_id: str, /, **changes: str) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        request = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid profile email",
            "state": "a state",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "resource": self.url,
        } | changes
        return {name: value for name, value in request.items() if value}

    def open_page(self, client_id: str, /, **changes: str) -> httpx2.Response:
        query = self.authorization_request(client_id, **changes)
        return self.http.get(f"{self.issuer}/oauth/authorize", params=query)

    def submit(self, page: httpx2.Response, **fields: str) -> httpx2.Response:
        form = hidden_fields(page.text) | {"decision": "approve", "password": PASSWORD} | fields
        return self.http.post(f"{self.issuer}/oauth/authorize", data=form)

    def code(self, client_id: str, key: str = "alex") -> str:
        page = self.open_page(client_id)
        answer = self.submit(page, email=f"{key}@demo.astravue.example")
        return redirect_parameters(answer)["code"]

    def token(self, **form: str) -> httpx2.Response:
        return self.http.post(f"{self.issuer}/oauth/token", data=form)

    def redeem(self, client_id: str, code: str, /, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        }
        return self.token(**(form | changes))

    def refresh(self, tokens: Tokens, **changes: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "client_id": tokens.client_id, "refresh_token": tokens.refresh}
        return self.token(**(form | changes))

    def sign_in(self, key: str = "alex") -> Tokens:
        client_id = self.client_id()
        answer = self.redeem(client_id, self.code(client_id, key)).json()
        return Tokens(answer["access_token"], answer["refresh_token"], client_id)

    def post_mcp(self, token: str | None = None, **headers: str) -> httpx2.Response:
        """Sends a ping; any answer but 401 and 429 means that the token was taken."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        accept = {"Accept": "application/json, text/event-stream"}
        return self.http.post(self.url, json=body, headers=accept | headers)

    def accepts(self, token: str) -> bool:
        return self.post_mcp(token).status_code != 401


def hidden_fields(page: str) -> dict[str, str]:
    found: list[tuple[str, str]] = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def redirect_parameters(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@contextmanager
def running_sandbox(path: Path, seed: str = "demo", rate_limit: int = 0) -> Generator[RunningSandbox]:
    time = FakeTime()
    clock = Clock(time)
    database = open_database(path)
    plant(database, clock, read_seed(seed))
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    settings = AppSettings("127.0.0.1", port, TokenLifetimes(), rate_limit)
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

    config = uvicorn.Config(
        create_app(database, clock, settings), log_config=None, ws="none", timeout_graceful_shutdown=1
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert ready.wait(20)
    try:
        with httpx2.Client(timeout=20) as http:
            yield RunningSandbox(settings.issuer, time, http)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        database.close()
