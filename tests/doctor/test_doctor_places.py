"""Settings, folders and disk."""

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.doctor.case import Case
from agent.doctor.finding import Outcome
from agent.doctor.places import check_disk, check_folders, check_settings
from agent.errors import SettingsError
from agent.system.folders import Folders


def never(*_: object) -> bool:
    return False


def test_settings_without_a_file_say_where_one_would_be(make_case: Callable[..., Case]) -> None:
    case = make_case()
    finding = check_settings(case)
    assert finding.outcome is Outcome.OK
    assert f"no file; yours would be {case.folders.settings_file}" in finding.text
    assert "server http://127.0.0.1:9/mcp (default), profile default" in finding.text


def test_settings_name_the_files_that_were_read(make_case: Callable[..., Case], tmp_path: Path) -> None:
    (tmp_path / ".astravue.toml").write_text("")
    named = tmp_path / "mine.toml"
    named.write_text("")
    finding = check_settings(dataclasses.replace(make_case(), settings_file=named))
    assert finding.text.startswith(f"{named} and {tmp_path / '.astravue.toml'}; ")


def test_settings_that_cannot_be_used_are_a_problem_with_their_own_hint(
    make_case: Callable[..., Case],
) -> None:
    error = SettingsError("The settings file is no valid TOML.", "Correct it, or move it away.")
    finding = check_settings(dataclasses.replace(make_case(), settings_error=error))
    assert (finding.outcome, finding.text, finding.advice) == (Outcome.PROBLEM, error.message, error.hint)


def test_folders_that_are_not_there_yet_are_made_with_the_first_thing_to_keep(folders: Folders) -> None:
    finding = check_folders(folders)
    assert finding.outcome is Outcome.OK
    assert "will be made" in finding.text
    assert str(folders.log_file) in finding.text
    assert not folders.config.exists()


def test_folders_that_are_private_are_well(folders: Folders) -> None:
    folders.sessions.mkdir(parents=True, mode=0o700)
    folders.vault_file.write_bytes(b"")
    folders.vault_file.chmod(0o600)
    finding = check_folders(folders)
    assert (finding.outcome, "can be written to" in finding.text) == (Outcome.OK, True)


def test_a_file_where_a_folder_belongs_is_a_problem(folders: Folders) -> None:
    folders.config.write_text("")
    finding = check_folders(folders)
    assert finding.outcome is Outcome.PROBLEM
    assert f"{folders.config} is no folder" in finding.text
    assert "ASTRAVUE_HOME" in finding.advice


def test_a_folder_that_cannot_be_written_to_is_a_problem(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(os, "access", never)
    finding = check_folders(folders)
    assert (finding.outcome, "cannot be written to" in finding.text) == (Outcome.PROBLEM, True)
    assert "ls -ld" in finding.advice


def test_a_vault_that_others_may_read_is_a_warning_with_the_command_that_helps(folders: Folders) -> None:
    folders.data.mkdir(parents=True, mode=0o700)
    folders.vault_file.write_bytes(b"")
    folders.vault_file.chmod(0o640)
    finding = check_folders(folders)
    assert (finding.outcome, finding.advice) == (Outcome.WARNING, f"chmod go= {folders.vault_file}")


def test_folders_that_others_may_write_to_are_a_warning(folders: Folders) -> None:
    open_folders = (folders.config, folders.data, folders.logs)
    for folder in open_folders:
        folder.mkdir()
        folder.chmod(0o777)
    finding = check_folders(folders)
    listed = " ".join(map(str, open_folders))
    assert (finding.outcome, finding.advice) == (Outcome.WARNING, f"chmod go-w {listed}")
    for folder in open_folders:
        folder.chmod(0o755)
    assert check_folders(folders).outcome is Outcome.OK


@pytest.mark.parametrize(("free", "outcome"), [(10_000_000_000, Outcome.OK), (1_000_000, Outcome.WARNING)])
def test_a_disk_that_is_nearly_full_is_a_warning(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, free: int, outcome: Outcome
) -> None:
    usage = shutil.disk_usage("/")._replace(free=free)

    def disk_usage(_: object) -> object:
        return usage

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    finding = check_disk(folders)
    assert finding.outcome is outcome
    assert f"{free / 1e9:.1f} GB free" in finding.text


def test_a_folder_that_refuses_files_although_its_rights_allow_them_is_a_problem(
    make_case: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("agent.doctor.places.TemporaryFile", refuse)

    finding = check_folders(make_case().folders)

    assert finding.outcome is Outcome.PROBLEM
    assert "cannot be written to" in finding.text
