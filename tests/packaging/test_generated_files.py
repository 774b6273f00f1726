"""Files that are made from the program lie in the repository as it would make them today."""

from pathlib import Path

import pytest

from agent.commands.completing import SHELLS
from tests.packaging.generated import COMPLETIONS, ROOT, generated

FILES = dict(generated())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_what_the_program_prints(path: Path) -> None:
    """If not: `.venv/bin/python -m tests.packaging.generated`."""
    assert path.read_text(encoding="utf-8") == FILES[path]


def test_every_shell_has_its_file() -> None:
    assert set(COMPLETIONS) == set(SHELLS)


def test_nothing_else_is_shared() -> None:
    shared = {path for path in (ROOT / "share").rglob("*") if path.is_file()}
    assert shared == {path for path in FILES if path.is_relative_to(ROOT / "share")}
