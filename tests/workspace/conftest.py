"""The demo server in both eras of the protocol, and workspaces on which no wait takes time."""

from collections.abc import Callable, Iterator

import pytest

from agent.events import OutsideEvent
from agent.workspace.workspace import Workspace
from tests.workspace.demo_server import Demo, Naps
from tests.workspace.mcp_servers import Gate, Running


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def told() -> list[OutsideEvent]:
    """What the workspaces of the test told."""
    return []


@pytest.fixture
def connect_to(naps: Naps, told: list[OutsideEvent]) -> Callable[[str], Workspace]:
    """Make a workspace on which no wait takes time."""
    return lambda url: Workspace(url, sleep=naps, on_event=told.append, read_timeout=30.0)


def _serve(legacy: bool) -> Iterator[tuple[Demo, Running]]:
    demo = Demo(Gate(), legacy)
    demo.build()
    server = Running(demo.gate)
    try:
        yield demo, server
    finally:
        server.stop()


@pytest.fixture(params=["2026-07-28", "2025-11-25"])
def any_demo(request: pytest.FixtureRequest) -> Iterator[tuple[Demo, Running]]:
    """The demo server in each of the two eras."""
    yield from _serve(request.param == "2025-11-25")


@pytest.fixture
def demo() -> Iterator[tuple[Demo, Running]]:
    yield from _serve(legacy=False)


@pytest.fixture
def legacy_demo() -> Iterator[tuple[Demo, Running]]:
    yield from _serve(legacy=True)
