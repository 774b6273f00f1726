"""The settings, the folders and the disk."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from agent.doctor.case import Case
from agent.doctor.finding import Finding, Outcome
from agent.settings.settings import PROJECT_FILE
from agent.system.folders import Folders
from agent.wording.addresses import shown_address

SETTINGS = "settings"
FOLDERS = "folders"
DISK = "disk"
# Transcripts, kept results, logs and the vault take a few megabytes in a day of work.
_LEAST_FREE = 200_000_000
_GIGABYTE = 1e9


def check_settings(case: Case) -> Finding:
    """Say where the settings come from."""
    if case.settings_error is not None:
        return Finding(SETTINGS, Outcome.PROBLEM, case.settings_error.message, case.settings_error.hint)
    own = case.settings_file or case.folders.settings_file
    files = [path for path in (own, case.working_folder / PROJECT_FILE) if path.is_file()]
    read = " and ".join(map(str, files)) or f"no file; yours would be {own}"
    settings = case.settings
    where = settings.origins.get("server", "default")
    return Finding(
        SETTINGS,
        Outcome.OK,
        f"{read}; server {shown_address(settings.server)} ({where}), profile {settings.profile}",
    )


def check_folders(folders: Folders) -> Finding:
    """Say whether everything can be kept, and whether others can read or change it."""
    for name, folder in _named(folders):
        place = _nearest(folder)
        if not place.is_dir():
            return Finding(
                FOLDERS,
                Outcome.PROBLEM,
                f"the {name} folder {folder} cannot be made: {place} is no folder",
                f"Move {place} away, or set ASTRAVUE_HOME to another folder.",
            )
        if not _takes_files(place):
            return Finding(
                FOLDERS,
                Outcome.PROBLEM,
                f"the {name} folder {folder} cannot be written to",
                f"Check who owns it (ls -ld {place}), or set ASTRAVUE_HOME to another folder.",
            )
    if open_folders := [path for path in _own(folders) if _has_mode(path, stat.S_IWGRP | stat.S_IWOTH)]:
        listed = " ".join(map(str, open_folders))
        return Finding(
            FOLDERS, Outcome.WARNING, f"others on this machine may write to {listed}", f"chmod go-w {listed}"
        )
    if open_files := [path for path in _private(folders) if _has_mode(path, stat.S_IRWXG | stat.S_IRWXO)]:
        listed = " ".join(map(str, open_files))
        return Finding(
            FOLDERS, Outcome.WARNING, f"others on this machine have access to {listed}", f"chmod go= {listed}"
        )
    made = [folder for _, folder in _named(folders) if folder.is_dir()]
    state = "can be written to" if made else "will be made with the first thing to keep"
    return Finding(FOLDERS, Outcome.OK, f"{folders.data} and its neighbours {state}; log: {folders.log_file}")


def check_disk(folders: Folders) -> Finding:
    """Say how much room is left."""
    free = shutil.disk_usage(_nearest(folders.data)).free
    text = f"{free / _GIGABYTE:.1f} GB free at {folders.data}"
    if free < _LEAST_FREE:
        return Finding(
            DISK,
            Outcome.WARNING,
            f"{text}: conversations and sign-ins may not be kept for long",
            "Free the disk, or set ASTRAVUE_HOME to a folder on another one.",
        )
    return Finding(DISK, Outcome.OK, text)


def _named(folders: Folders) -> Iterator[tuple[str, Path]]:
    yield from (
        ("configuration", folders.config),
        ("data", folders.data),
        ("cache", folders.cache),
        ("log", folders.logs),
    )


def _own(folders: Folders) -> Iterator[Path]:
    yield from (folders.config, folders.workflows, folders.data, folders.sessions, folders.results)
    yield from (folders.runs, folders.sandbox, folders.cache, folders.models, folders.logs)


def _private(folders: Folders) -> Iterator[Path]:
    yield from (folders.vault_file, folders.config / "vault.key", folders.history_file)
    yield from (folders.log_file, folders.audit_file)


def _nearest(path: Path) -> Path:
    """The path, or the first above it that there is."""
    return next(place for place in (path, *path.parents) if place.exists())


def _takes_files(folder: Path) -> bool:
    """Say whether something can be made in a folder.

    On file systems that the kernel makes up, rights alone do not tell: /proc refuses even its owner.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    try:
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _has_mode(path: Path, rights: int) -> bool:
    """Say whether a path grants any of these rights; one that is not there grants none."""
    try:
        return os.name == "posix" and bool(path.stat().st_mode & rights)
    except OSError:
        return False
