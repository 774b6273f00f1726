"""The servers, each started once for all tests of a process, and homes of the program to visit them from."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.second_servers.guest import Home
from tests.second_servers.running import Served, everything, library, typescript_example

MakeHome = Callable[[Served | Home], Home]


@pytest.fixture(scope="session")
def everything_server() -> Iterator[Served]:
    with everything() as served:
        yield served


@pytest.fixture(scope="session")
def typescript_server() -> Iterator[Served]:
    with typescript_example() as served:
        yield served


@pytest.fixture(scope="session")
def library_server() -> Iterator[Served]:
    with library() as served:
        yield served


@pytest.fixture
def make_home(tmp_path: Path) -> MakeHome:
    """Makes an empty home for a server, or a copy of a home with all that is stored there."""

    def make(origin: Served | Home) -> Home:
        folder = tmp_path / "home"
        if isinstance(origin, Served):
            return Home(folder, origin.url)
        shutil.copytree(origin.folder, folder)
        return replace(origin, folder=folder)

    return make
