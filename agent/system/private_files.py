"""Making files and folders that only their owner may read."""

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO


def private_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, mode 0700 whatever the umask, as the XDG Base Directory
    Specification wants it. Folders that are there stay as they are.

    Raises:
        OSError: It cannot be made.
    """
    # With `parents` the mode would be that of the last folder only.
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def replace_file(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Put `data` in place of the file at `path`, mode 0600, so that a crash leaves the old or the new one.

    Args:
        path: The file.
        data: What it is to hold.
        lasting: Wait until a power cut leaves the old or the new one, too.

    Raises:
        OSError: It could not be written; the old file is untouched.
    """
    private_folder(path.parent)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
    if lasting:
        _sync_folder(path.parent)


def open_private(path: Path) -> BinaryIO:
    """Begin a file anew for a child process to write to, mode 0600, even where it was another one's.

    Raises:
        OSError: It cannot be written.
    """
    private_folder(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    make_private([path])
    return os.fdopen(descriptor, "wb")


def make_private(paths: Iterable[Path]) -> None:
    """Take the rights of others away from files that are there; one that is gone meanwhile is no matter."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            path.chmod(path.stat().st_mode & 0o700)


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may bring the old file back; Windows opens no folders and needs none.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
