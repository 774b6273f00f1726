"""How fast the sandbox is: until it is ready, tool calls over real HTTP with authorization, and snapshots.

Calls are made one after the other and 16 at once; each is held against a bare
`GET /.well-known/oauth-authorization-server` of the same process.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx2

from evals.bench.figures import Figure, summarise
from evals.bench.sandboxes import Ready, call_tool, fetch_token, started

_CALLS = 200
_PARALLEL = 16
_STARTS = 3
_SNAPSHOTS = 20
_BOUND_SECONDS = 60.0
_PLACE = {"spaceId": 501, "projectId": 11272}


def measure_requests(name: str, request: Callable[[], object], workers: int, calls: int) -> list[float]:
    """Ask so often, that many at once; the milliseconds of each."""

    def timed(_number: int) -> float:
        begun = time.perf_counter()
        request()
        return (time.perf_counter() - begun) * 1000

    with ThreadPoolExecutor(workers, thread_name_prefix=name) as pool:
        # The first round opens the connections.
        list(pool.map(timed, range(workers * 2)))
        return list(pool.map(timed, range(calls)))


def measure() -> list[Figure]:
    """Start it several times, then call and restore it."""
    fresh: list[float] = []
    for _ in range(_STARTS):
        with started("--rate-limit", "0") as ready:
            fresh.append(ready.seconds)
    figures = [summarise("until it serves a new workspace", "s", fresh)]
    limits = httpx2.Limits(max_connections=_PARALLEL, max_keepalive_connections=_PARALLEL)
    with (
        started("--rate-limit", "0", "--control-port", "0") as ready,
        httpx2.Client(timeout=_BOUND_SECONDS, limits=limits) as http,
    ):
        requests = _requests(http, ready)
        for workers, words in ((1, ""), (_PARALLEL, f", {_PARALLEL} at once")):
            base: Figure | None = None
            for name, request in requests.items():
                taken = measure_requests(name, request, workers, _CALLS)
                figures.append(summarise(f"{name}{words}", "ms", taken, base=base))
                base = base or figures[-1]
        return figures + _snapshots(ready)


def _requests(http: httpx2.Client, ready: Ready) -> Mapping[str, Callable[[], object]]:
    token = fetch_token(http, ready, ready.users[0])
    task = {**_PLACE, "taskTitle": "Measured"}
    return {
        "bare GET": lambda: http.get(f"{ready.issuer}/.well-known/oauth-authorization-server"),
        "get_current_user": lambda: call_tool(http, ready.url, token, "astravue_get_current_user", {}),
        "list_project_tasks": lambda: call_tool(
            http, ready.url, token, "astravue_list_project_tasks", _PLACE
        ),
        "create_task": lambda: call_tool(http, ready.url, token, "astravue_create_task", task),
    }


def _snapshots(ready: Ready) -> list[Figure]:
    url, token = ready.control
    taken: list[float] = []
    restored: list[float] = []
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as control:
        for _ in range(_SNAPSHOTS):
            begun = time.perf_counter()
            snapshot = control.get("/snapshot").raise_for_status().content
            between = time.perf_counter()
            control.put("/snapshot", content=snapshot).raise_for_status()
            taken.append((between - begun) * 1000)
            restored.append((time.perf_counter() - between) * 1000)
    base = summarise("snapshot of its database", "ms", taken)
    return [base, summarise("the same restored", "ms", restored, base=base)]
