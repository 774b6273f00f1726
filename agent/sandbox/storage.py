"""The data folder: making it, locking it, and opening or seeding the database in it."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from agent.sandbox.clock import Clock
from agent.sandbox.database import SCHEMA_VERSION, Database, open_database
from agent.sandbox.errors import SandboxError
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import Seed, read_seed

_FILE = "astravue.db"
_COMPANIONS = ("", "-wal", "-shm")
_DEFAULT_SEED = "demo"


def default_folder() -> Path:
    """Returns the data folder for when none is named: below ASTRAVUE_HOME, else the platform's own."""
    home = os.environ.get("ASTRAVUE_HOME")
    if home:
        return Path(home).expanduser() / "sandbox"
    from platformdirs import user_data_path

    return user_data_path("astravue-agent", appauthor=False) / "sandbox"


@contextmanager
def locked_folder(folder: Path) -> Generator[None]:
    """Makes the folder, and keeps other sandboxes out of it.

    Raises:
        SandboxError: It cannot be made or written, or another sandbox uses it.
    """
    try:
        _make_private(folder)
        lock = FileLock(folder / "sandbox.lock", mode=0o600)
        lock.acquire(timeout=0)
    except Timeout:
        raise SandboxError(
            f"Another sandbox uses the folder {folder}; stop it or choose another folder with --data."
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SandboxError(
            f"The folder {folder} cannot be written ({reason}); choose another with --data."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _make_private(folder: Path) -> None:
    # With `parents` the mode would be that of the last folder only.
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def open_workspace(folder: Path, clock: Clock, seed_name: str | None, reset: bool) -> tuple[Database, Seed]:
    """Opens the workspace in a locked folder; makes one from a seed if there is none, or on `reset`.

    Args:
        folder: The data folder.
        clock: Tells which day the seed counts from.
        seed_name: The seed wanted; None for the one that the workspace was made from, else `demo`.
        reset: Whether to delete the workspace that is there.

    Returns:
        The database, and the seed that it was made from.

    Raises:
        SandboxError: The file is damaged (it is kept aside), of another version, made from another seed,
            or cannot be read or written.
    """
    path = folder / _FILE
    try:
        if reset:
            for companion in _COMPANIONS:
                path.with_name(_FILE + companion).unlink(missing_ok=True)
        return _open(path, clock, seed_name)
    except sqlite3.OperationalError as error:
        raise SandboxError(f"The database {path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        kept = _keep_aside(path, clock)
        raise SandboxError(
            f"The database {path} is damaged ({error}); it was kept as {kept.name}, "
            "and the next start makes a new one."
        ) from error
    except OSError as error:
        raise SandboxError(f"The database {path} cannot be written: {error.strerror}.") from error


def _open(path: Path, clock: Clock, seed_name: str | None) -> tuple[Database, Seed]:
    database = open_database(path)
    try:
        if database.value("SELECT COUNT(*) FROM sqlite_master") == 0:
            seed = read_seed(seed_name or _DEFAULT_SEED)
            plant(database, clock, seed)
            return database, seed
        return database, _existing_seed(database, path, seed_name)
    except BaseException:
        database.close()
        raise


def _existing_seed(database: Database, path: Path, seed_name: str | None) -> Seed:
    facts = {row["key"]: row["value"] for row in database.rows("SELECT key, value FROM meta")}
    if facts.get("schema_version") != str(SCHEMA_VERSION):
        raise SandboxError(
            f"The database {path} was made by another version; --reset replaces it with a new one."
        )
    if seed_name is not None and facts["seed"] != seed_name:
        raise SandboxError(
            f'The database {path} was made from the seed "{facts["seed"]}"; '
            f'--reset replaces it with "{seed_name}".'
        )
    return read_seed(facts["seed"])


def _keep_aside(path: Path, clock: Clock) -> Path:
    stamp = datetime.fromtimestamp(clock.seconds(), UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = path.with_name(f"{_FILE}.corrupt-{stamp}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{_FILE}.corrupt-{stamp}-{number}")
    for companion in _COMPANIONS:
        source = path.with_name(_FILE + companion)
        if source.exists():
            source.rename(kept.with_name(kept.name + companion))
    return kept
