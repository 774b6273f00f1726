"""Servers of benchmarks, each in a process of its own on loopback."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agent.system.child_process import python_command

if TYPE_CHECKING:
    from starlette.applications import Starlette

SERVE = "--serve"


def serve(app: "Starlette") -> None:
    """Serve an application until the process is ended; print the port."""
    import socket

    import uvicorn

    # With its protocol named, asyncio turns Nagle's algorithm off.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none")).run([listening])


@contextmanager
def served(module: str) -> Generator[str]:
    """Run a module that serves in a process of its own.

    Args:
        module: The module; with `--serve` it calls `serve`.

    Yields:
        Its address, without a path.
    """
    with subprocess.Popen(python_command(module, SERVE), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()
