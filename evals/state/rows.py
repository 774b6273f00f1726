"""The rows in which two snapshots differ, read so that no other row ever reaches Python."""

import json
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from agent.jsontypes import JsonValue
from agent.sandbox.domain.values import show_time
from evals.state.shapes import Cell
from evals.state.tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Ref:
    """What a column refers to.

    Args:
        table: The table.
        key: The row's id.
    """

    table: str
    key: int


Held: TypeAlias = JsonValue | Ref | Sequence["Held"] | Mapping[str, "Held"]
"""What a column holds: JSON in which some values refer to rows."""

Key: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class DifferingRow:
    """A row that is not in both snapshots as it is in the other.

    Args:
        table: Its table.
        key: What tells it apart.
        before: What it held; `None` if it was added.
        after: What it holds; `None` if it was removed.
    """

    table: Table
    key: Key
    before: Mapping[str, Held] | None
    after: Mapping[str, Held] | None

    @property
    def ref(self) -> Ref | None:
        """How others refer to it; `None` where none can."""
        return Ref(self.table.name, int(self.key[0] or 0)) if self.table.has_id else None

    @property
    def contents(self) -> Mapping[str, Held]:
        """What it holds, or held."""
        return (self.before if self.after is None else self.after) or {}


class Snapshots:
    """Two snapshots side by side.

    Args:
        connection: Has the earlier one as “main” and the later one as “later”.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def differing(self) -> list[DifferingRow]:
        """Every row that differs in what counts, by table."""
        return [row for table in TABLES.values() for row in self._differing(table)]

    def earlier(self, ref: Ref) -> Mapping[str, Held] | None:
        """What a row held in the earlier snapshot; `None` if it was not there."""
        found = self._connection.execute(_queries(ref.table).one, (ref.key,)).fetchone()
        return None if found is None else read_row(TABLES[ref.table], found)

    def _differing(self, table: Table) -> Iterator[DifferingRow]:
        queries, width = _queries(table.name), len(table.columns)
        parts = len(table.key)
        for cells in self._connection.execute(queries.gone_or_changed):
            before = read_row(table, cells[:width])
            after = None if cells[width] is None else read_row(table, cells[width:])
            # Columns that count only in part may differ in the rest.
            if before != after:
                yield DifferingRow(table, cells[:parts], before, after)
        for cells in self._connection.execute(queries.came):
            after = read_row(table, cells)
            if not table.silent_unless or after[table.silent_unless]:
                yield DifferingRow(table, cells[:parts], None, after)


@contextmanager
def open_snapshots(before: bytes, after: bytes) -> Generator[Snapshots]:
    """Open two snapshots in memory, side by side.

    Raises:
        sqlite3.DatabaseError: One is none of a sandbox of this version.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(before)
        connection.execute("ATTACH ':memory:' AS later")
        connection.deserialize(after, name="later")
        yield Snapshots(connection)


def read_row(table: Table, cells: Sequence[Cell]) -> dict[str, Held]:
    """What counts of a row, column by column.

    Args:
        table: Its table.
        cells: All its columns, in the order of `Table.columns`.
    """
    row: Mapping[str, Cell] = dict(zip(table.columns, cells, strict=True))
    if table.shape is not None:
        row = table.shape(row)
    # An id is one of each run; a row without one is told apart by what it refers to.
    left_out = {*table.volatile, *table.derived, *(table.key if table.has_id else ())}
    return {name: _read(table, name, cell) for name, cell in row.items() if name not in left_out}


def _read(table: Table, name: str, cell: Cell) -> Held:
    if cell is None:
        return None
    if name in table.refers:
        return Ref(table.refers[name], int(cell))
    if name in table.flags:
        return bool(cell)
    if name in table.times:
        return show_time(int(cell))
    if name in table.json:
        return _read_json(json.loads(str(cell)), table.json[name])
    return _number(cell)


def _read_json(value: JsonValue, refers: Mapping[str, str], name: str = "") -> Held:
    match value:
        case dict():
            return {key: _read_json(each, refers, key) for key, each in value.items()}
        case list():
            return [_read_json(each, refers, name) for each in value]
        case int() if name in refers and not isinstance(value, bool):
            return Ref(refers[name], value)
        case _:
            return _number(value)


def _number(value: JsonValue) -> JsonValue:
    # 3 and 3.0 are one number, and have to be one text.
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True, slots=True)
class _Queries:
    gone_or_changed: str
    came: str
    one: str


@cache
def _queries(name: str) -> _Queries:
    table = TABLES[name]
    ours, theirs = (", ".join(f"{side}.{column}" for column in table.columns) for side in "ab")
    same = " AND ".join(f"b.{column} = a.{column}" for column in table.key)
    first = table.key[0]
    differs = " OR ".join(
        [f"b.{first} IS NULL", *(f"a.{column} IS NOT b.{column}" for column in table.holds)]
    )
    earlier, later = f"FROM main.{name} a", f"FROM later.{name} b"
    return _Queries(
        " ".join(
            ("SELECT", ours, ",", theirs, earlier, f"LEFT JOIN later.{name} b ON", same, "WHERE", differs)
        ),
        " ".join(("SELECT", theirs, later, f"LEFT JOIN main.{name} a ON", same, f"WHERE a.{first} IS NULL")),
        " ".join(("SELECT", ours, earlier, f"WHERE a.{first} = ?")),
    )
