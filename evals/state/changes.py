"""What was changed in a workspace: rows that came, went, or hold other values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.jsontypes import JsonValue, dump
from evals.state.naming import Names
from evals.state.rows import DifferingRow, Held, Ref, open_snapshots
from evals.state.tables import TABLES

_PLACES = {name: place for place, name in enumerate(TABLES)}


class ChangeKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not as it was.

    Args:
        kind: What became of it.
        table: The table it is in.
        row: Names it for people and for comparison: what identifies it, such as “task 141383 “Sign the
            lease””; a row that was added is named by what it holds, not by its new id.
        values: For a row that was added, its columns; for one that changed, the new values of the columns
            that did; nothing for one that was removed. Volatile columns are left out, and what refers to a
            row that was added names it as `row` does.
        before: The old values of the columns that changed.
    """

    kind: ChangeKind
    table: str
    row: str
    values: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    before: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


def find_changes(before: bytes, after: bytes) -> tuple[Change, ...]:
    """Compare two snapshots of a sandbox's database, in a canonical order.

    Args:
        before: The workspace that a trial began with.
        after: The workspace that it left.
    """
    if before == after:
        return ()
    with open_snapshots(before, after) as snapshots:
        differing = snapshots.differing()
        names = Names(snapshots, differing)
        gone = {ref for row in differing if row.after is None and (ref := row.ref) is not None}
        changes = [_change(row, names) for row in differing if not _went_along(row, gone)]
    return tuple(sorted(changes, key=_order))


def _went_along(row: DifferingRow, gone: set[Ref]) -> bool:
    if row.after is not None or row.before is None:
        return False
    return any(isinstance(held := row.before.get(name), Ref) and held in gone for name in row.table.parents)


def _change(row: DifferingRow, names: Names) -> Change:
    table, name = row.table.name, names.of_row(row)
    if row.after is None:
        return Change(ChangeKind.REMOVED, table, name)
    if row.before is None:
        return Change(ChangeKind.ADDED, table, name, _show(row.after, names))
    changed = [
        column for column in {**row.before, **row.after} if row.before.get(column) != row.after.get(column)
    ]
    return Change(
        ChangeKind.CHANGED,
        table,
        name,
        _show({column: row.after.get(column) for column in changed}, names),
        _show({column: row.before.get(column) for column in changed}, names),
    )


def _show(contents: Mapping[str, Held], names: Names) -> dict[str, JsonValue]:
    return {column: names.show(held) for column, held in contents.items()}


def _order(change: Change) -> tuple[int, str, str, str]:
    return _PLACES[change.table], change.kind, change.row, dump(dict(change.values))
