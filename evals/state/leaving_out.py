"""Columns that may hold anything, taken out of changes and out of the names that show them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from agent.jsontypes import JsonValue, dump
from evals.state.changes import Change, ChangeKind
from evals.state.naming import quote
from evals.state.tables import TABLES

_ANYTHING = "“…”"
_COUNT = re.compile(r" \(\d+\)$")


def leave_out(changes: Sequence[Change], columns: Iterable[str]) -> tuple[Change, ...]:
    """Take columns out of changes, so that what they hold is not compared.

    A row that holds other values in nothing else did not change. A new row that is named by such a column
    goes without that part of its name, wherever the name stands.

    Args:
        changes: The changes.
        columns: The columns, each as “table.column”.
    """
    ignored = {(table, column) for table, _, column in (each.partition(".") for each in columns)}
    if not ignored:
        return tuple(changes)
    names = _Names(
        {
            change.row: _without_text(change, ignored)
            for change in changes
            if change.kind is ChangeKind.ADDED and any(table == change.table for table, _ in ignored)
        }
    )
    left = [_leave_out(change, ignored, names) for change in changes]
    return tuple(change for change in left if change.kind is not ChangeKind.CHANGED or change.values)


def _leave_out(change: Change, ignored: set[tuple[str, str]], names: "_Names") -> Change:
    table = TABLES[change.table]
    kept = [name for name in change.values if (change.table, name) not in ignored]
    return replace(
        change,
        row=names.put_in_text(change.row),
        values={
            # Elsewhere stands what people wrote.
            name: names.put_in(value) if name in table.refers or name in table.json else value
            for name, value in change.values.items()
            if name in kept
        },
        before={name: value for name, value in change.before.items() if name in kept},
    )


def _without_text(change: Change, ignored: set[tuple[str, str]]) -> str:
    # Rows of one name were counted by what they hold, which is not all compared any more.
    name = _COUNT.sub("", change.row)
    for part in TABLES[change.table].says:
        for column in re.findall(r"[a-z_]+(?=[ }])", part):
            text = change.values.get(column)
            if (change.table, column) in ignored and isinstance(text, str):
                name = name.replace(quote(text), _ANYTHING, 1)
    return name


class _Names:
    """New names in place of old ones, wherever they stand."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self._renamed = renamed
        # “task “Call” (2)” before “task “Call””.
        longest_first = sorted(renamed, key=len, reverse=True)
        self._old = re.compile("|".join(map(re.escape, longest_first))) if renamed else None

    def put_in(self, value: JsonValue) -> JsonValue:
        """A value with the new names."""
        match value:
            case str():
                return self.put_in_text(value)
            case list():
                return sorted((self.put_in(each) for each in value), key=dump)
            case dict():
                return {key: self.put_in(each) for key, each in value.items()}
            case _:
                return value

    def put_in_text(self, text: str) -> str:
        """A text with the new names."""
        return text if self._old is None else self._old.sub(lambda found: self._renamed[found[0]], text)
