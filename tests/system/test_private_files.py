"""Files that only their owner may read."""

import os
import stat
from pathlib import Path

import pytest

from agent.system.private_files import make_private, open_private, private_folder, replace_file


def test_every_folder_that_is_made_is_its_owners_alone_and_those_that_were_there_stay_as_they_are(
    tmp_path: Path,
) -> None:
    there, first = tmp_path / "there", tmp_path / "there" / "first"
    last = first / "second" / "last"
    usual = os.umask(0)
    try:
        there.mkdir(mode=0o755)
        for _ in range(2):
            private_folder(last)
    finally:
        os.umask(usual)
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (there, first, last.parent, last)]
    if os.name == "posix":
        assert modes == [0o755, 0o700, 0o700, 0o700]


def test_a_folder_cannot_be_made_where_a_file_is(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "below"):
        with pytest.raises(OSError, match="file"):
            private_folder(folder)


@pytest.mark.parametrize("lasting", [True, False])
def test_a_file_is_put_in_the_place_of_the_old_one_and_its_owners_alone(
    tmp_path: Path, lasting: bool
) -> None:
    path = tmp_path / "new" / "file"
    replace_file(path, b"old", lasting=lasting)
    path.chmod(0o644)
    replace_file(path, b"new", lasting=lasting)
    assert path.read_bytes() == b"new"
    assert [each.name for each in path.parent.iterdir()] == ["file"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_cannot_be_put_in_place_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    replace_file(path, b"old")

    def refuse(_descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="the disk is full"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_begun_anew_is_its_owners_alone_even_if_it_was_not(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log"
    for _ in range(2):
        with open_private(path) as file:
            file.write(b"said")
        assert path.read_bytes() == b"said"
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)


def test_files_become_private_and_none_becomes_writable_by_that(tmp_path: Path) -> None:
    open_to_all, read_only = tmp_path / "open", tmp_path / "read"
    for path, mode in ((open_to_all, 0o666), (read_only, 0o444)):
        path.touch()
        path.chmod(mode)
    make_private([open_to_all, tmp_path / "gone", read_only])
    if os.name == "posix":
        assert stat.S_IMODE(open_to_all.stat().st_mode) == 0o600
        assert stat.S_IMODE(read_only.stat().st_mode) == 0o400
