"""Where the program keeps what it writes."""

from pathlib import Path

import pytest

from agent.system.folders import find_folders


def test_with_a_home_everything_lies_under_it(tmp_path: Path) -> None:
    folders = find_folders({"ASTRAVUE_HOME": str(tmp_path)})
    for path in (
        folders.settings_file,
        folders.vault_file,
        folders.sessions,
        folders.results,
        folders.runs,
        folders.contexts_file,
        folders.names_file,
        folders.history_file,
        folders.sandbox,
        folders.models,
        folders.log_file,
        folders.audit_file,
    ):
        assert tmp_path in path.parents


def test_asking_for_folders_makes_none(tmp_path: Path) -> None:
    find_folders({"ASTRAVUE_HOME": str(tmp_path / "home")})
    assert list(tmp_path.iterdir()) == []


def test_a_relative_home_stays_the_same_when_the_program_changes_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_folders({"ASTRAVUE_HOME": "state"}).config == tmp_path / "state"


def test_a_home_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_folders({"ASTRAVUE_HOME": "~/state"}).config == tmp_path / "state"


@pytest.mark.parametrize("environ", [{}, {"ASTRAVUE_HOME": ""}])
def test_without_a_home_the_platforms_own_folders_are_used(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folders = find_folders(environ)
    assert folders.config == tmp_path / "config" / "astravue-agent"
    assert folders.data == tmp_path / "data" / "astravue-agent"
    assert folders.cache == tmp_path / "cache" / "astravue-agent"
    assert tmp_path / "state" / "astravue-agent" in (folders.logs, *folders.logs.parents)
