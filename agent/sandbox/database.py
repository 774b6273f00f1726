"""One SQLite file that holds the workspace and its authorization server.

Calls are short and the server is one process, so one connection in one thread serves them all: no call
ever waits for another's lock, and each sees the whole of the one before it. In WAL mode a transaction
is in the operating system's hands when its commit returns, so killing the process loses none.
"""

import os
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

from agent.sandbox.errors import SandboxError, SnapshotRefused

Parameters = Sequence[object] | Mapping[str, object]

SCHEMA_VERSION = 2

_MAGIC = b"SQLite format 3\0"
_SCHEMA = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"

# The two bytes of the header that say how the file is written; 1 stands for a rollback journal. A database
# in memory cannot be in WAL mode (SQLite file format, section 1.3.3).
_WRITE_FORMAT = slice(18, 20)


class Database:
    """A connection with the few operations that the domain needs.

    Args:
        connection: In autocommit mode; `transaction` begins and ends transactions.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        self._connection = connection

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Returns every row of the query."""
        return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Returns the first row of the query, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """Returns the first column of the first row, or None."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Runs a statement and returns how many rows it changed."""
        return self._connection.execute(sql, parameters).rowcount

    def run_many(self, sql: str, parameters: Sequence[Parameters]) -> None:
        """Runs a statement once for each set of parameters."""
        self._connection.executemany(sql, parameters)

    def insert(self, sql: str, parameters: Parameters) -> int:
        """Runs an INSERT and returns the id of the new row."""
        row_id = self._connection.execute(sql, parameters).lastrowid
        assert row_id is not None
        return row_id

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Commits what happens inside, or undoes all of it when an exception leaves the block."""
        yield from self._guarded("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """Undoes what happens inside, but not the transaction around it, when an exception leaves."""
        yield from self._guarded("SAVEPOINT item", "RELEASE item", ("ROLLBACK TO item", "RELEASE item"))

    def _guarded(self, begin: str, keep: str, undo: tuple[str, ...]) -> Generator[None]:
        self._connection.execute(begin)
        try:
            yield
            self._connection.execute(keep)
        except BaseException:
            # A full disk makes SQLite undo the whole transaction by itself.
            if self._connection.in_transaction:
                for statement in undo:
                    self._connection.execute(statement)
            raise

    def create_schema(self) -> None:
        """Makes every table and index in an empty file."""
        self._connection.executescript(
            resources.files("agent.sandbox").joinpath("schema.sql").read_text("utf-8")
        )

    def snapshot(self) -> bytes:
        """Returns the whole database as the bytes of an SQLite file."""
        content = bytearray(self._connection.serialize())
        content[_WRITE_FORMAT] = b"\x01\x01"
        return bytes(content)

    def restore(self, snapshot: bytes) -> None:
        """Replaces everything in the database with a snapshot, in one transaction.

        Raises:
            SnapshotRefused: It is no sound snapshot of a database of this version; nothing has changed.
        """
        if not snapshot.startswith(_MAGIC):
            raise SnapshotRefused("The snapshot is no SQLite database.")
        with closing(sqlite3.connect(":memory:")) as source:
            try:
                source.deserialize(snapshot)
                sound = source.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
                schema = source.execute(_SCHEMA).fetchall()
                violation = source.execute("PRAGMA foreign_key_check").fetchone()
            except (sqlite3.Error, OverflowError) as error:
                raise SnapshotRefused(f"The snapshot cannot be read: {error}.") from error
            if not sound or violation is not None:
                raise SnapshotRefused("The snapshot is damaged.")
            if schema != [tuple(row) for row in self.rows(_SCHEMA)]:
                raise SnapshotRefused("The snapshot was not made by this version of the sandbox.")
            source.backup(self._connection)

    def load(self, snapshot: bytes) -> None:
        """Replaces everything in a database in memory with a snapshot that is known to be sound."""
        self._connection.deserialize(snapshot)

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        self._connection.close()


def open_snapshot(snapshot: bytes) -> Database:
    """Opens a database in memory that holds what a snapshot does.

    Raises:
        SnapshotRefused: It is no sound snapshot of a database of this version.
    """
    database = open_database(None)
    try:
        database.create_schema()
        database.restore(snapshot)
    except BaseException:
        database.close()
        raise
    return database


def open_copy(snapshot: bytes) -> Database:
    """Opens a database in memory that holds what a snapshot of this process does; it is not checked."""
    database = open_database(None)
    database.load(snapshot)
    return database


def open_database(path: Path | None) -> Database:
    """Opens the file, or an unnamed database in memory when `path` is None.

    Raises:
        SandboxError: The file cannot be opened or written.
        sqlite3.DatabaseError: The file is damaged or no database.
    """
    if path is not None:
        _make_private(path)
    try:
        connection = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False
        )
    except sqlite3.OperationalError as error:
        raise SandboxError(f"The database {path} cannot be opened: {error}.") from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 5000")
        report = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if report != "ok":
            raise sqlite3.DatabaseError(str(report))
    except BaseException:
        connection.close()
        raise
    return Database(connection)


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, which gives those that it puts beside it the same rights."""
    # What cannot be done is said when the database is opened.
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(OSError):
            each.chmod(each.stat().st_mode & 0o700)
