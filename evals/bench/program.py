"""This program, signed in to a sandbox on this machine, with a model that is scripted."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from agent.demo.consent import approve_as
from agent.demo.sandbox_process import DemoUser
from evals.bench.endpoint import KEY, MODEL, QUESTION, Endpoint, serving
from evals.bench.sandboxes import Ready, started

ASTRAVUE = (sys.executable, "-P", "-m", "agent")
ASK = (*ASTRAVUE, "ask", QUESTION)
PASS = (sys.executable, "-c", "pass")
VAULT_KEY = "a1" * 32


@dataclass(frozen=True, slots=True)
class Program:
    """What one needs to run it.

    Args:
        environ: The environment that it runs in.
        endpoint: The model's endpoint.
        folder: An empty folder.
        sandbox: The server.
    """

    environ: Mapping[str, str]
    endpoint: Endpoint
    folder: Path
    sandbox: Ready


@contextmanager
def signed_in() -> Generator[Program]:
    """Start a sandbox and an endpoint, sign in, and keep both for as long as a context is open."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as home,
        started("--rate-limit", "0") as sandbox,
        serving() as endpoint,
    ):
        environ = {
            **os.environ,
            "ASTRAVUE_HOME": home,
            "ASTRAVUE_SERVER": sandbox.url,
            "ASTRAVUE_VAULT_KEY": VAULT_KEY,
            "OPENAI_BASE_URL": endpoint.base_url,
            "OPENAI_API_KEY": KEY,
            "ASTRAVUE_MODEL": MODEL,
        }
        sign_in(environ, sandbox.users[0])
        folder = Path(home, "empty")
        folder.mkdir()
        yield Program(environ, endpoint, folder, sandbox)


def sign_in(environ: Mapping[str, str], user: DemoUser) -> None:
    """Sign in once, as a person would in the browser.

    Raises:
        RuntimeError: It did not work.
    """
    with subprocess.Popen(
        [*ASTRAVUE, "login", "--no-browser"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    ) as process:
        assert process.stderr is not None
        address = next(line.strip() for line in process.stderr if line.strip().startswith("http"))
        anyio.run(approve_as, user, address)
    if process.returncode:
        raise RuntimeError("the sign-in did not work")
