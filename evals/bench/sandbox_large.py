"""How the sandbox bears a hundred thousand tasks and a thousand clients.

How long the seed `large` takes until it is served, new and again; calls on its largest project, held
against a bare `GET` of the same process; and what a thousand clients are answered who ask at the same
moment, under the usual limit of requests.
"""

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2

from evals.bench.figures import Figure, summarise
from evals.bench.sandbox import measure_requests
from evals.bench.sandboxes import call_request, call_tool, fetch_token, started

_CALLS = 20
_CLIENTS = 1000
_STARTS = 3
_BOUND_SECONDS = 60.0
_ANSWERED = "200"
_REFUSED = "429"
_GIANT = {"spaceId": 501, "projectId": 11272}
_QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("first page", "list_project_tasks", _GIANT),
    ("by due date", "list_project_tasks", {**_GIANT, "sortBy": "dueDate"}),
    ("of one owner", "list_project_tasks", {**_GIANT, "ownerId": 104}),
    ("page 100", "list_project_tasks", {**_GIANT, "page": 100}),
    ("two words", "find_tasks", {"keyword": "price list"}),
    ("view", "preview_task_list", _GIANT),
)


async def ask_at_once(address: str, tokens: Sequence[str]) -> Counter[str]:
    """Open a thousand connections, call a tool on all of them at one moment, and count the answers."""
    ready = asyncio.Barrier(_CLIENTS)
    asking = (_ask(urlsplit(address), tokens[number % len(tokens)], ready) for number in range(_CLIENTS))
    return Counter(await asyncio.gather(*asking))


async def _ask(address: Any, token: str, ready: asyncio.Barrier) -> str:
    fields, content = call_request("astravue_get_current_user", {})
    body = json.dumps(content)
    fields |= {
        "Host": address.netloc,
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    try:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
    except OSError as error:
        await ready.abort()
        return type(error).__name__
    await ready.wait()
    writer.write(f"POST {address.path} HTTP/1.1\r\n{head}\r\n{body}".encode())
    answer = await reader.read()
    writer.close()
    return answer.split(maxsplit=2)[1].decode() if answer else "closed without an answer"


def _serve_many() -> list[Figure]:
    """What a thousand clients are answered, twice in one minute."""
    with started("--rate-limit", "100") as ready, httpx2.Client(timeout=_BOUND_SECONDS) as http:
        tokens = [fetch_token(http, ready, user) for user in ready.users]
        taken: list[float] = []
        answers: Counter[str] = Counter()
        for _ in range(2):
            begun = time.perf_counter()
            answers += asyncio.run(ask_at_once(ready.url, tokens))
            taken.append(time.perf_counter() - begun)
    unanswered = answers.total() - answers[_ANSWERED] - answers[_REFUSED]
    return [
        summarise(f"{_CLIENTS} clients at once", "s", taken),
        summarise("of two thousand requests, answered", "", [answers[_ANSWERED]]),
        summarise("told to come again later", "", [answers[_REFUSED]]),
        summarise("left without an answer", "", [unanswered]),
    ]


def _serve_much() -> list[Figure]:
    """How long `large` takes to be served, and its calls to be answered."""
    seed = ("--seed", "large", "--rate-limit", "0")
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        with started(*seed, folder=folder) as ready:
            planted = ready.seconds
        again: list[float] = []
        for _ in range(_STARTS):
            with started(*seed, folder=folder) as ready:
                again.append(ready.seconds)
        base = summarise("100,000 tasks, served when they are there", "s", again)
        figures = [base, summarise("the same, to be planted first", "s", [planted], base=base)]
        with started(*seed, folder=folder) as ready, httpx2.Client(timeout=_BOUND_SECONDS) as http:
            token = fetch_token(http, ready, ready.users[0])
            page = f"{ready.issuer}/.well-known/oauth-authorization-server"
            bare = summarise("bare GET", "ms", measure_requests("GET", lambda: http.get(page), 1, _CALLS))
            figures.append(bare)
            for label, tool, arguments in _QUESTIONS:

                def call(tool: str = tool, arguments: dict[str, Any] = arguments) -> None:
                    call_tool(http, ready.url, token, f"astravue_{tool}", arguments)

                taken = measure_requests(tool, call, 1, _CALLS)
                figures.append(summarise(f"{tool}, {label}", "ms", taken, base=bare))
    return figures


def measure() -> list[Figure]:
    """Many clients, then many tasks."""
    return _serve_many() + _serve_much()
