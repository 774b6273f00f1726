"""Fixtures of the tests of sign-in, tokens and vault."""

from collections.abc import Generator
from pathlib import Path

import pytest
from auth_home import KEY, FakeBrowser, FakeClock, Home
from fake_authorization_server import FakeAuthorizationServer, running_server

from agent.auth.vault import Vault
from agent.system.folders import Folders, find_folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return find_folders({"ASTRAVUE_HOME": str(tmp_path / "home")})


@pytest.fixture
def vault(folders: Folders) -> Vault:
    return Vault(folders, {"ASTRAVUE_VAULT_KEY": KEY})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Generator[FakeAuthorizationServer]:
    with running_server(clock) as running:
        yield running


@pytest.fixture
def browser() -> FakeBrowser:
    return FakeBrowser()


@pytest.fixture
def home(
    folders: Folders, vault: Vault, clock: FakeClock, server: FakeAuthorizationServer, browser: FakeBrowser
) -> Home:
    return Home(folders, vault, clock, server, browser)
