"""What the tables of a snapshot tell, and the same tables masked."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache

from agent.jsontypes import JsonValue

_COLUMNS = """
    SELECT tables.name, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' AND tables.name <> 'meta'
    AND columns.type = 'TEXT' AND columns.name NOT LIKE '%hash'
"""
_PHONES = """
    SELECT value FROM custom_field_values JOIN custom_fields USING (field_id) WHERE field_type = 'PHONE'
"""


def seed_of(snapshot: bytes) -> str:
    """The seed that the workspace of a snapshot was built of.

    Args:
        snapshot: It.
    """
    with closing(_open(snapshot)) as database:
        found = database.execute("SELECT value FROM meta WHERE key = 'seed'").fetchone()
        return str(found[0]) if found else ""


def texts_of(snapshot: bytes) -> Iterator[JsonValue]:
    """What a snapshot tells: its people, their names in one, and each text.

    Args:
        snapshot: It.
    """
    with closing(_open(snapshot)) as database:
        for first, last, email in database.execute("SELECT first_name, last_name, email FROM users"):
            yield {"firstName": first, "lastName": last, "email": email}
        for (phone,) in database.execute(_PHONES):
            yield {"phone": phone}
        for table, column in _text_columns(database):
            for (text,) in database.execute(" ".join(("SELECT DISTINCT", column, "FROM", table))):
                yield text


def mask_snapshot(snapshot: bytes, mask_text: Callable[[str], str]) -> bytes:
    """Mask each text of a snapshot; empty where the tables do not allow what would stand there.

    Args:
        snapshot: It.
        mask_text: Masks a text.
    """
    with closing(_open(snapshot)) as database:
        database.create_function("mask", 1, cache(mask_text), deterministic=True)
        try:
            for table, column in _text_columns(database):
                database.execute(" ".join(("UPDATE", table, "SET", column, "= mask(", column, ")")))
        except sqlite3.IntegrityError:
            return b""
        # What was there before would stay in pages that nobody uses.
        database.execute("VACUUM")
        return database.serialize()


def _open(snapshot: bytes) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.deserialize(snapshot)
    return database


def _text_columns(database: sqlite3.Connection) -> list[tuple[str, str]]:
    return [(f'"{table}"', f'"{column}"') for table, column in database.execute(_COLUMNS)]
