"""Imports of many modules: the collector rests meanwhile, and is put back as it was."""

import gc
import importlib
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from agent.system.long_imports import long_imports


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """A module that nobody has imported, and that says whether the collector rests."""
    name = "just_written_for_this_test"
    (tmp_path / f"{name}.py").write_text("import gc\nRESTS = not gc.isenabled()\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield name
    sys.modules.pop(name, None)
    gc.unfreeze()


def test_the_collector_rests_meanwhile_and_leaves_alone_what_was_imported(module: str) -> None:
    frozen = gc.get_freeze_count()
    with long_imports():
        assert importlib.import_module(module).RESTS
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen


def test_where_nothing_is_new_nothing_is_left_alone() -> None:
    frozen = gc.get_freeze_count()
    with long_imports():
        importlib.import_module("gc")
    assert gc.get_freeze_count() == frozen


def test_the_collector_works_again_after_an_import_that_failed() -> None:
    with pytest.raises(ModuleNotFoundError), long_imports():
        importlib.import_module("never_written_by_anybody")
    assert gc.isenabled()


def test_a_collector_that_is_switched_off_stays_so(module: str) -> None:
    gc.disable()
    try:
        with long_imports():
            importlib.import_module(module)
        assert not gc.isenabled()
    finally:
        gc.enable()
