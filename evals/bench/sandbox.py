"""How fast the sandbox is: until it is ready, and tool calls over real HTTP with authorization.

    python -m evals.bench.sandbox [CALLS]

Prints calls a second and medians in milliseconds, one call after the other and 16 at once, and their ratio
to a bare `GET /.well-known/oauth-authorization-server` of the same process in the same run.
"""

import base64
import hashlib
import html
import json
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

_PARALLEL = 16
_STARTS = 5
_BOUND_SECONDS = 60.0
_CALLBACK = "http://127.0.0.1:49152/callback"
_VERSION = "2026-07-28"
_PREFIX = "io.modelcontextprotocol"


@dataclass(frozen=True, slots=True)
class Result:
    """One kind of request, asked many times."""

    name: str
    a_second: float
    median: float


@contextmanager
def started(folder: str, *options: str) -> Generator[tuple[dict[str, Any], float]]:
    """Start a sandbox and yield its ready line with the seconds that it took to write it."""
    command = [sys.executable, "-P", "-m", "agent.sandbox", "--data", folder, *options]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready: dict[str, Any] = json.loads(process.stdout.readline())
            yield ready, time.perf_counter() - begun
        finally:
            process.terminate()


def sign_in(http: httpx2.Client, ready: dict[str, Any]) -> str:
    """Register a client, approve as the first user, and return the access token."""
    issuer, user = ready["issuer"], ready["users"][0]
    registration = {"redirect_uris": [_CALLBACK], "token_endpoint_auth_method": "none"}
    client_id = http.post(f"{issuer}/oauth/register", json=registration).json()["client_id"]
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    request = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": _CALLBACK,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": ready["url"],
    }
    page = http.get(f"{issuer}/oauth/authorize", params=request).text
    fields: list[tuple[str, str]] = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    form = {name: html.unescape(value) for name, value in fields}
    form |= {"email": user["email"], "password": user["password"], "decision": "approve"}
    location = http.post(f"{issuer}/oauth/authorize", data=form).headers["location"]
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": parse_qs(urlsplit(location).query)["code"][0],
        "redirect_uri": _CALLBACK,
        "code_verifier": verifier,
    }
    return http.post(f"{issuer}/oauth/token", data=form).json()["access_token"]


def tool_call(http: httpx2.Client, url: str, token: str, tool: str, arguments: dict[str, Any]) -> None:
    """Call a tool in one request."""
    facts = {
        f"{_PREFIX}/protocolVersion": _VERSION,
        f"{_PREFIX}/clientInfo": {"name": "bench", "version": "1"},
        f"{_PREFIX}/clientCapabilities": {},
    }
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": _VERSION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    params = {"name": tool, "arguments": arguments, "_meta": facts}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    answer = http.post(url, json=body, headers=headers)
    if answer.status_code != 200 or answer.json()["result"].get("isError"):
        raise RuntimeError(f"{tool} answered {answer.status_code}: {answer.text[:500]}")


def measure(name: str, request: Callable[[], object], calls: int, workers: int) -> Result:
    """Ask `calls` times, that many at once."""

    def timed(_number: int) -> float:
        begun = time.perf_counter()
        request()
        return time.perf_counter() - begun

    with ThreadPoolExecutor(workers) as pool:
        # The first round opens the connections.
        list(pool.map(timed, range(workers * 2)))
        begun = time.perf_counter()
        samples = list(pool.map(timed, range(calls)))
        wall = time.perf_counter() - begun
    return Result(name, calls / wall, statistics.median(samples))


def main() -> None:
    """Measure and print."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    place = {"spaceId": 501, "projectId": 11272}
    fresh: list[float] = []
    for _ in range(_STARTS):
        with (
            tempfile.TemporaryDirectory() as folder,
            started(folder, "--rate-limit", "0") as (_ready, seconds),
        ):
            fresh.append(seconds)
    limits = httpx2.Limits(max_connections=_PARALLEL, max_keepalive_connections=_PARALLEL)
    with (
        tempfile.TemporaryDirectory() as folder,
        started(folder, "--rate-limit", "0") as (ready, _),
        httpx2.Client(timeout=_BOUND_SECONDS, limits=limits) as http,
    ):
        token = sign_in(http, ready)

        def tool(name: str, arguments: dict[str, Any]) -> Callable[[], object]:
            return lambda: tool_call(http, ready["url"], token, f"astravue_{name}", arguments)

        requests: list[tuple[str, Callable[[], object]]] = [
            ("bare GET", lambda: http.get(f"{ready['issuer']}/.well-known/oauth-authorization-server")),
            ("get_current_user", tool("get_current_user", {})),
            ("list_project_tasks", tool("list_project_tasks", place)),
            ("create_task", tool("create_task", place | {"taskTitle": "Measured"})),
        ]
        rows = {
            workers: [measure(name, request, calls, workers) for name, request in requests]
            for workers in (1, _PARALLEL)
        }
    print(f"ready in {statistics.median(fresh):.2f} s (median of {_STARTS}, a new workspace each)")
    for workers, results in rows.items():
        print(f"\n{f'{calls} calls, {workers} at once':<26}{'a second':>10}{'median ms':>11}{'ratio':>8}")
        for result in results:
            ratio = result.median / results[0].median
            print(f"{result.name:<26}{result.a_second:>10.0f}{result.median * 1000:>11.1f}{ratio:>8.1f}")


if __name__ == "__main__":
    main()
