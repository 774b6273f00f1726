"""A home, a sandbox that runs for the whole module, and a program that is signed in to it."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from program import ASTRAVUE, Program, sandbox

from agent.consent import approve_as
from agent.sandbox_process import DemoUser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with sandbox(tmp_path_factory.mktemp("sandbox"), "--rate-limit", "0") as ready:
        yield ready


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


@pytest.fixture(scope="module")
def signed_in_state(tmp_path_factory: pytest.TempPathFactory, server: dict[str, Any]) -> Path:
    """What `astravue login` leaves behind, the consent given as the first demo user."""
    program = Program(tmp_path_factory.mktemp("signed-in") / "home")
    program.environ["ASTRAVUE_SERVER"] = server["url"]
    sign_in(program, server["users"][0])
    return program.state


@pytest.fixture
def signed_in(program: Program, server: dict[str, Any], signed_in_state: Path) -> Program:
    """The program with a sign-in that no test refreshes or revokes, so that all of a module share it."""
    program.environ["ASTRAVUE_SERVER"] = server["url"]
    shutil.copytree(signed_in_state, program.state)
    return program


@pytest.fixture
def own_sign_in(program: Program, server: dict[str, Any]) -> Program:
    """The program with a sign-in of its own."""
    program.environ["ASTRAVUE_SERVER"] = server["url"]
    sign_in(program, server["users"][0])
    return program


def sign_in(program: Program, user: dict[str, Any]) -> None:
    """Run `astravue login` and be the person in the browser."""
    with subprocess.Popen(
        [*ASTRAVUE, "login", "--no-browser"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=program.home,
        env=program.environ,
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        address = next(line.strip() for line in process.stderr if line.strip().startswith("http"))
        anyio.run(approve_as, DemoUser(user["email"], user["name"], user["password"]), address)
        assert "Signed in" in process.stdout.read()
