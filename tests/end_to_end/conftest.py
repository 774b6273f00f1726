"""A home, a sandbox that runs for the whole module, and a program that is signed in to it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.program import Program, sandbox, sign_in


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
