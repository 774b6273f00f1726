"""The files of the sandbox's workspace."""

import os
import stat
from pathlib import Path

from agent.sandbox.clock import Clock
from agent.sandbox.storage import locked_folder, open_workspace


def test_the_files_and_folders_of_a_workspace_are_their_owners_alone_even_if_the_files_were_not(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "home" / "sandbox"
    usual = os.umask(0)
    try:
        for _ in range(2):
            with locked_folder(folder):
                database, _ = open_workspace(folder, Clock(), "empty", reset=False)
                modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
                database.close()
            if os.name == "posix":
                assert modes == dict.fromkeys(
                    ("astravue.db", "astravue.db-wal", "astravue.db-shm", "sandbox.lock"), 0o600
                )
                for each in (folder, folder.parent):
                    assert stat.S_IMODE(each.stat().st_mode) == 0o700
            (folder / "astravue.db").chmod(0o644)
    finally:
        os.umask(usual)
