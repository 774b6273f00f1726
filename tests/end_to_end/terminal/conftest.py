"""One company for each worker, put back before every test, and a user who is signed in to it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.program import Program, sign_in
from tests.end_to_end.terminal.screens import Screens
from tests.end_to_end.terminal.town import Town


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What every test begins with.

    Args:
        snapshot: All that the company holds, the sign-in included.
        state: What `astravue login` left behind at the user's.
    """

    snapshot: bytes
    state: Path


@pytest.fixture(scope="session")
def running_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town"))
    town.start()
    yield town
    town.kill()


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory, running_town: Town) -> _Beginning:
    program = Program(tmp_path_factory.mktemp("beginning") / "home")
    program.environ["ASTRAVUE_SERVER"] = running_town.url
    sign_in(program, running_town.users[0])
    return _Beginning(running_town.snapshot(), program.state)


@pytest.fixture
def town(running_town: Town, beginning: _Beginning) -> Town:
    """The company as it was in the beginning."""
    if not running_town.is_running:
        running_town.start()
    running_town.restore(beginning.snapshot)
    return running_town


@pytest.fixture
def newcomer(tmp_path: Path, town: Town) -> Program:
    """Somebody who has never used the program, with a browser in which the first demo user approves."""
    program = Program(tmp_path / "home")
    program.environ["ASTRAVUE_SERVER"] = town.url
    return program


@pytest.fixture
def user(newcomer: Program, beginning: _Beginning) -> Program:
    """Somebody who is signed in."""
    shutil.copytree(beginning.state, newcomer.state)
    return newcomer


@pytest.fixture
def screens(town: Town) -> Screens:
    screens = Screens()
    screens.hide(town.port)
    return screens
