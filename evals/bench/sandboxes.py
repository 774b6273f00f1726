"""The sandbox in a process of its own, and a client that speaks to it with as little as it needs."""

import base64
import hashlib
import html
import json
import re
import secrets
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from agent.demo.sandbox_process import DemoUser
from agent.system.child_process import python_command

VERSION = "2026-07-28"
_PREFIX = "io.modelcontextprotocol"
_CALLBACK = "http://127.0.0.1:49152/callback"


@dataclass(frozen=True, slots=True)
class Ready:
    """A sandbox that serves.

    Args:
        url: Its MCP endpoint.
        issuer: Its authorization server.
        users: Who can sign in.
        control: The address of its control API and the token for it; empty if it has none.
        seconds: How long it took until it served.
    """

    url: str
    issuer: str
    users: tuple[DemoUser, ...]
    control: tuple[str, str]
    seconds: float


@contextmanager
def started(*options: str, folder: str = "") -> Generator[Ready]:
    """Start a sandbox for as long as a context is open.

    Args:
        options: Further options of `astravue sandbox`.
        folder: Where its database lies; one of its own if empty.
    """
    with tempfile.TemporaryDirectory(prefix="sandbox-") as own:
        begun = time.perf_counter()
        command = python_command("agent.sandbox", "--port", "0", "--exit-with-parent", *options)
        with subprocess.Popen(
            [*command, "--data", folder or own], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                ready: dict[str, Any] = json.loads(process.stdout.readline())
                control = ready.get("control") or {"url": "", "token": ""}
                users = (DemoUser(user["email"], user["name"], user["password"]) for user in ready["users"])
                yield Ready(
                    ready["url"],
                    ready["issuer"],
                    tuple(users),
                    (control["url"], control["token"]),
                    time.perf_counter() - begun,
                )
            finally:
                process.stdin.close()


def fetch_token(http: httpx2.Client, ready: Ready, user: DemoUser) -> str:
    """Register a client, approve as a user, and return the access token."""
    registration = {"redirect_uris": [_CALLBACK], "token_endpoint_auth_method": "none"}
    client_id = http.post(f"{ready.issuer}/oauth/register", json=registration).json()["client_id"]
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    request = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": _CALLBACK,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": ready.url,
    }
    page = http.get(f"{ready.issuer}/oauth/authorize", params=request).text
    fields: list[tuple[str, str]] = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    form = {name: html.unescape(value) for name, value in fields}
    form |= {"email": user.email, "password": user.password, "decision": "approve"}
    location = http.post(f"{ready.issuer}/oauth/authorize", data=form).headers["location"]
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": parse_qs(urlsplit(location).query)["code"][0],
        "redirect_uri": _CALLBACK,
        "code_verifier": verifier,
    }
    return http.post(f"{ready.issuer}/oauth/token", data=form).json()["access_token"]


def call_request(tool: str, arguments: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The headers, but for the token, and the body of one request that calls a tool."""
    facts = {
        f"{_PREFIX}/protocolVersion": VERSION,
        f"{_PREFIX}/clientInfo": {"name": "bench", "version": "1"},
        f"{_PREFIX}/clientCapabilities": {},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": VERSION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    params = {"name": tool, "arguments": arguments, "_meta": facts}
    return headers, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def call_tool(http: httpx2.Client, url: str, token: str, tool: str, arguments: dict[str, Any]) -> None:
    """Call a tool in one request.

    Raises:
        RuntimeError: It did not succeed.
    """
    headers, body = call_request(tool, arguments)
    answer = http.post(url, json=body, headers={**headers, "Authorization": f"Bearer {token}"})
    if answer.status_code != 200 or answer.json()["result"].get("isError"):
        raise RuntimeError(f"{tool} answered {answer.status_code}: {answer.text[:500]}")
