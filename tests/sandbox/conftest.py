"""Fixtures of the sandbox's tests."""

from collections.abc import Generator
from pathlib import Path

import pytest
from sandbox_http import RunningSandbox, running_sandbox
from sandbox_workspace import Workspace, demo_workspace


@pytest.fixture
def workspace() -> Generator[Workspace]:
    workspace = demo_workspace()
    yield workspace
    workspace.database.close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Generator[RunningSandbox]:
    with running_sandbox(tmp_path / "astravue.db") as sandbox:
        yield sandbox
