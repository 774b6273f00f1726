"""A home, a sandbox that every module finds as it began, and a program that is signed in to it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.end_to_end.program import Program, sandbox, sign_in


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What every module begins with.

    Args:
        ready: The ready line of the sandbox.
        control: Its control API.
        snapshot: All that the sandbox holds, a sign-in included.
        state: What `astravue login` left behind, the consent given as the first demo user.
    """

    ready: dict[str, Any]
    control: httpx2.Client
    snapshot: bytes
    state: Path

    def restore(self) -> None:
        """Put the sandbox back as it was, and forget what it was asked."""
        self.control.put("/snapshot", content=self.snapshot).raise_for_status()
        self.control.delete("/requests").raise_for_status()


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Beginning]:
    # All modules share a sign-in, so it must not have to be renewed on a slow machine.
    options = ("--rate-limit", "0", "--access-ttl", "86400", "--control-port", "0")
    with sandbox(tmp_path_factory.mktemp("sandbox"), *options) as ready:
        program = Program(tmp_path_factory.mktemp("signed-in") / "home")
        program.environ["ASTRAVUE_SERVER"] = ready["url"]
        sign_in(program, ready["users"][0])
        url, token = ready["control"]["url"], ready["control"]["token"]
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as control:
            snapshot = control.get("/snapshot").raise_for_status().content
            yield _Beginning(ready, control, snapshot, program.state)


@pytest.fixture(scope="module")
def server(running_sandbox: _Beginning) -> dict[str, Any]:
    """The ready line of a sandbox that is as it was in the beginning; a module's tests share it."""
    running_sandbox.restore()
    return running_sandbox.ready


@pytest.fixture(scope="module")
def signed_in_state(running_sandbox: _Beginning, server: dict[str, Any]) -> Path:
    """What `astravue login` leaves behind, the consent given as the first demo user."""
    return running_sandbox.state


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


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
