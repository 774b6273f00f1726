"""What one question costs: `astravue ask` with one tool call, and a model that answers at once.

    python -m evals.bench.one_shot [RUNS]

The server is the sandbox on this machine. Prints medians of wall time, CPU time and peak memory, and
their ratio to `python -c pass` of the same run. The turn is the time from the first request to the model
until the program ends; start-up is all before it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import anyio

from agent.demo.consent import approve_as
from agent.demo.sandbox_process import DemoUser

_ASTRAVUE = [sys.executable, "-P", "-m", "agent"]
_TOOL = "astravue_list_overdue_tasks"
_QUESTION = "Which tasks are overdue?"


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds of wall and CPU time, MiB at the peak, seconds before the first request."""

    wall: float
    cpu: float
    memory: float
    startup: float = 0.0


@dataclass(slots=True)
class Endpoint:
    """A Chat Completions endpoint that calls the tool, then answers; both at once."""

    first: float = 0.0
    bytes: list[int] = field(default_factory=list[int])
    server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        """Serve on loopback and return the base address."""
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body: dict[str, Any] = json.loads(self.rfile.read(length))
                endpoint.first = endpoint.first or time.perf_counter()
                endpoint.bytes.append(len(json.dumps(body.get("tools", []))))
                asked = body["messages"][-1]["role"] == "user"
                call = {"index": 0, "id": "call_1", "function": {"name": _TOOL, "arguments": "{}"}}
                delta = {"tool_calls": [call]} if asked else {"content": "Six tasks are overdue."}
                reason = "tool_calls" if asked else "stop"
                events: list[dict[str, Any]] = [
                    {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
                    {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
                    {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 10}},
                ]
                lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
                answer = f"{lines}data: [DONE]\n\n".encode()
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"


def measure(command: list[str], environ: dict[str, str], endpoint: Endpoint | None = None) -> Sample:
    """Run a command to its end, quietly."""
    if endpoint:
        endpoint.first = 0.0
    begun = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    quiet = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    child = os.posix_spawn(command[0], command, environ, file_actions=quiet)
    os.close(null)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    startup = endpoint.first - begun if endpoint else 0.0
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, startup)


def sign_in(environ: dict[str, str], user: dict[str, str]) -> None:
    """Sign in once, as a person would in the browser."""
    with subprocess.Popen(
        [*_ASTRAVUE, "login", "--no-browser"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    ) as process:
        assert process.stderr is not None
        address = next(line.strip() for line in process.stderr if line.strip().startswith("http"))
        anyio.run(approve_as, DemoUser(user["email"], user["name"], user["password"]), address)
    if process.returncode:
        raise RuntimeError("the sign-in did not work")


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        sandbox_command = [sys.executable, "-P", "-m", "agent.sandbox", "--port", "0", "--exit-with-parent"]
        with subprocess.Popen(
            [*sandbox_command, "--data", str(Path(folder, "sandbox")), "--rate-limit", "0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as sandbox:
            assert sandbox.stdout is not None
            assert sandbox.stdin is not None
            ready: dict[str, Any] = json.loads(sandbox.stdout.readline())
            endpoint = Endpoint()
            environ = {
                **os.environ,
                "ASTRAVUE_HOME": str(Path(folder, "home")),
                "ASTRAVUE_SERVER": ready["url"],
                "ASTRAVUE_VAULT_KEY": "a1" * 32,
                "OPENAI_BASE_URL": endpoint.start(),
                "OPENAI_API_KEY": "sk-bench-no-real-key",
                "ASTRAVUE_MODEL": "scripted",
            }
            sign_in(environ, ready["users"][0])
            _report(runs, environ, endpoint)
            sandbox.stdin.close()


def _report(runs: int, environ: dict[str, str], endpoint: Endpoint) -> None:
    samples: dict[str, list[Sample]] = {"python -c pass": [], "astravue ask": []}
    for number in range(runs + 1):
        base = measure([sys.executable, "-c", "pass"], environ)
        asked = measure([*_ASTRAVUE, "ask", _QUESTION], environ, endpoint)
        # The first round warms the file cache.
        if number:
            samples["python -c pass"].append(base)
            samples["astravue ask"].append(asked)
    wall = statistics.median(sample.wall for sample in samples["python -c pass"])
    print(f"{'median of ' + str(runs):<20}{'wall ms':>9}{'CPU ms':>9}{'MiB':>6}{'ratio':>8}")
    for name, listed in samples.items():
        median = Sample(*map(statistics.median, zip(*map(_numbers, listed), strict=True)))
        print(
            f"{name:<20}{median.wall * 1000:>9.0f}{median.cpu * 1000:>9.0f}{median.memory:>6.0f}"
            f"{median.wall / wall:>8.1f}"
        )
        if median.startup:
            print(f"{'  start-up':<20}{median.startup * 1000:>9.0f}")
            print(f"{'  turn and end':<20}{(median.wall - median.startup) * 1000:>9.0f}")
    print(f"tool JSON of a request: {endpoint.bytes[-1]:,} bytes")


def _numbers(sample: Sample) -> tuple[float, float, float, float]:
    return sample.wall, sample.cpu, sample.memory, sample.startup


if __name__ == "__main__":
    main()
