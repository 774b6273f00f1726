"""How the sandbox bears a hundred thousand tasks and a thousand clients.

    python -m evals.bench.sandbox_large [CALLS]

Prints how long the seed `large` takes until it is served, new and again; medians of calls on its largest
project in milliseconds, with their ratio to a bare `GET` of the same process in the same run; and what a
thousand clients are answered who ask at the same moment, under the usual limit of requests.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import httpx2

from evals.bench.sandbox import measure, sign_in, started, tool_call

_CLIENTS = 1000
_STARTS = 3
_BOUND_SECONDS = 60.0
_VERSION = "2026-07-28"
_PREFIX = "io.modelcontextprotocol"
_GIANT = {"spaceId": 501, "projectId": 11272}
_CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("first page", "list_project_tasks", _GIANT),
    ("by due date", "list_project_tasks", {**_GIANT, "sortBy": "dueDate"}),
    ("of one owner", "list_project_tasks", {**_GIANT, "ownerId": 104}),
    ("page 100", "list_project_tasks", {**_GIANT, "page": 100}),
    ("two words", "find_tasks", {"keyword": "price list"}),
    ("view", "preview_task_list", _GIANT),
)


async def ask_at_once(address: str, tokens: list[str]) -> Counter[str]:
    """Open a thousand connections, call a tool on all of them at one moment, and count the answers."""
    ready = asyncio.Barrier(_CLIENTS)
    asking = (_ask(urlsplit(address), tokens[number % len(tokens)], ready) for number in range(_CLIENTS))
    return Counter(await asyncio.gather(*asking))


async def _ask(address: Any, token: str, ready: asyncio.Barrier) -> str:
    facts = {
        f"{_PREFIX}/protocolVersion": _VERSION,
        f"{_PREFIX}/clientInfo": {"name": "bench", "version": "1"},
        f"{_PREFIX}/clientCapabilities": {},
    }
    params = {"name": "astravue_get_current_user", "arguments": {}, "_meta": facts}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    head = (
        f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
        f"MCP-Protocol-Version: {_VERSION}\r\nMcp-Method: tools/call\r\n"
        f"Mcp-Name: astravue_get_current_user\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    try:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
    except OSError as error:
        await ready.abort()
        return type(error).__name__
    await ready.wait()
    writer.write((head + body).encode())
    answer = await reader.read()
    writer.close()
    return answer.split(maxsplit=2)[1].decode() if answer else "closed without an answer"


def serve_many() -> None:
    """Print what a thousand clients are answered, twice in one minute."""
    with (
        tempfile.TemporaryDirectory() as folder,
        started(folder, "--rate-limit", "100") as (ready, _),
        httpx2.Client(timeout=_BOUND_SECONDS) as http,
    ):
        tokens = [sign_in(http, {**ready, "users": [user]}) for user in ready["users"]]
        for moment in ("at once", "and again"):
            begun = time.perf_counter()
            answers = asyncio.run(ask_at_once(ready["url"], tokens))
            counted = ", ".join(f"{number} x {answer}" for answer, number in sorted(answers.items()))
            print(f"{_CLIENTS} clients {moment:<10} {counted}, in {time.perf_counter() - begun:.2f} s")


def serve_much(calls: int) -> None:
    """Print how long `large` takes to be served, and its calls to be answered."""
    seed = ("--seed", "large", "--rate-limit", "0")
    with tempfile.TemporaryDirectory() as folder:
        with started(folder, *seed) as (_, seconds):
            print(f"\nlarge: ready in {seconds:.2f} s with the seed to plant")
        again: list[float] = []
        for _ in range(_STARTS):
            with started(folder, *seed) as (_, seconds):
                again.append(seconds)
        print(f"large: ready in {statistics.median(again):.2f} s when it is there (median of {_STARTS})")
        with started(folder, *seed) as (ready, _), httpx2.Client(timeout=_BOUND_SECONDS) as http:
            token = sign_in(http, ready)
            page = f"{ready['issuer']}/.well-known/oauth-authorization-server"
            bare = measure("bare GET", lambda: http.get(page), calls, 1)
            print(f"\n{f'{calls} calls, one after the other':<34}{'median ms':>10}{'ratio':>8}")
            print(f"{'bare GET':<34}{bare.median * 1000:>10.1f}{1:>8.1f}")
            for label, tool, arguments in _CALLS:

                def call(tool: str = tool, arguments: dict[str, Any] = arguments) -> None:
                    tool_call(http, ready["url"], token, f"astravue_{tool}", arguments)

                result = measure(label, call, calls, 1)
                ratio = result.median / bare.median
                print(f"{f'{tool}, {label}':<34}{result.median * 1000:>10.1f}{ratio:>8.1f}")


def main() -> None:
    """Measure and print."""
    serve_many()
    serve_much(int(sys.argv[1]) if len(sys.argv) > 1 else 40)


if __name__ == "__main__":
    main()
