"""A terminal with the chat in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.repl.driver_window import DriverWindow

OpenWindow = Callable[..., DriverWindow]


@pytest.fixture
def open_window(tmp_path: Path) -> Iterator[OpenWindow]:
    """Open a window with the chat in it; it is closed at the end."""
    windows: list[DriverWindow] = []

    def open_one(columns: int = 80, rows: int = 24, *arguments: str, **environ: str) -> DriverWindow:
        windows.append(DriverWindow(tmp_path, columns, rows, *arguments, **environ))
        return windows[-1]

    yield open_one
    for window in windows:
        window.child.close(force=True)


@pytest.fixture
def window(open_window: OpenWindow) -> DriverWindow:
    """A window of 80 columns with the chat ready in it."""
    window = open_window()
    window.wait_for("scripted-model · demo")
    return window
