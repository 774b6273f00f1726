"""Names of rows that are the same in every run: old rows by their ids, new ones by what they hold."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from agent.jsontypes import JsonValue, dump
from evals.state.rows import DifferingRow, Held, Key, Ref, Snapshots
from evals.state.tables import TABLES, Table

_LONGEST_TEXT = 60
_COLUMNS = re.compile(r"\{([a-z_ ]+)\}")


class Names:
    """Names rows, of which some were added.

    New rows with the same name that hold something else, or that others refer to in other ways, are counted
    in an order that does not depend on their ids: the second is “task “Call Priya” (2)”.

    Args:
        snapshots: Where the rows come from.
        differing: Those that differ.
    """

    def __init__(self, snapshots: Snapshots, differing: Sequence[DifferingRow]) -> None:
        self._snapshots = snapshots
        self._differing = differing
        self._added: dict[Ref, DifferingRow] = {
            ref: row for row in differing if row.before is None and (ref := row.ref) is not None
        }
        self._known: dict[Ref, str] = {}
        # A row comes after what its name refers to, as its table does.
        for table in TABLES.values():
            self._name_added([ref for ref in self._added if ref.table == table.name])

    def of_row(self, row: DifferingRow) -> str:
        """The name of a row that differs."""
        ref = row.ref
        return self._fill(row.table, row.contents) if ref is None else self.of(ref)

    def of(self, ref: Ref) -> str:
        """The name of a row that is referred to."""
        if ref not in self._known:
            table = TABLES[ref.table]
            # What it was called before, so that a new name changes no other row.
            self._known[ref] = self._fill(table, self._snapshots.earlier(ref) or {}, str(ref.key))
        return self._known[ref]

    def show(self, held: Held) -> JsonValue:
        """What a column holds, with names in place of what it refers to; lists in one order."""
        match held:
            case Ref():
                return self.of(held)
            case str():
                return held
            case Mapping():
                return {key: self.show(each) for key, each in held.items()}
            case Sequence():
                return sorted((self.show(each) for each in held), key=dump)
            case _:
                return held

    def _name_added(self, refs: Sequence[Ref]) -> None:
        alike: defaultdict[str, list[Ref]] = defaultdict(list)
        for ref in refs:
            row = self._added[ref]
            alike[self._fill(row.table, row.contents)].append(ref)
        for name, of_that_name in alike.items():
            if len(of_that_name) == 1:
                self._known[of_that_name[0]] = name
                continue
            marks = sorted({self._marks[ref] for ref in of_that_name})
            for ref in of_that_name:
                place = marks.index(self._marks[ref])
                self._known[ref] = f"{name} ({place + 1})" if place else name

    @cached_property
    def _marks(self) -> Mapping[Ref, str]:
        return mark_rows(self._added, [row for row in self._differing if row.after is not None])

    def _fill(self, table: Table, contents: Mapping[str, Held], key: str = "") -> str:
        parts = [self._fill_part(part, contents) for part in table.says]
        return " ".join(part for part in (table.noun, key, *parts) if part)

    def _fill_part(self, part: str, contents: Mapping[str, Held]) -> str:
        found = _COLUMNS.search(part)
        assert found is not None
        held = [contents.get(name) for name in found[1].split()]
        if any(each is None for each in held):
            return ""
        first = held[0]
        name = self.of(first) if isinstance(first, Ref) else quote(" ".join(str(each) for each in held))
        return part.replace(found[0], name)


def quote(text: str) -> str:
    """A text as it stands in a name: on one line, and not longer than a name should be."""
    line = " ".join(text.split())
    return f"“{line[: _LONGEST_TEXT - 1]}…”" if len(line) > _LONGEST_TEXT else f"“{line}”"


def mark_rows(added: Mapping[Ref, DifferingRow], rows: Iterable[DifferingRow]) -> Mapping[Ref, str]:
    """Tell added rows apart by what they hold, what they refer to, and what refers to them.

    Two have the same mark if nothing but their ids tells them apart.

    Args:
        added: The rows that were added and have an id.
        rows: All rows that may refer to them, these included.

    Source: Weisfeiler and Leman, “A reduction of a graph to a canonical form” (1968): colours are refined
        by those of the neighbours until there are no more of them.
    """
    links = [(row, name, ref) for row in rows for name, ref in _refs(row.contents) if ref in added]
    marks = {ref: _digest(_without(row.contents, added)) for ref, row in added.items()}
    fixed: dict[tuple[str, Key], str] = {}
    for row, _, _ in links:
        own = _without(row.contents, added) if row.before is None else dump([*row.key])
        fixed[row.table.name, row.key] = _digest([row.table.name, own])
    classes = 0
    while len(set(marks.values())) > classes:
        classes = len(set(marks.values()))
        marks = _refine(marks, fixed, links)
    return marks


def _refine(
    marks: Mapping[Ref, str],
    fixed: Mapping[tuple[str, Key], str],
    links: Sequence[tuple[DifferingRow, str, Ref]],
) -> dict[Ref, str]:
    near: defaultdict[Ref, list[JsonValue]] = defaultdict(list)
    out: defaultdict[tuple[str, Key], list[str]] = defaultdict(list)
    for row, name, target in links:
        out[row.table.name, row.key].append(dump([name, marks[target]]))
    for row, name, target in links:
        at = (row.table.name, row.key)
        own = row.ref
        mark = marks.get(own, fixed[at]) if own is not None else fixed[at]
        # With it comes what else it refers to: an owner has nothing but the task and the person.
        near[target].append([name, mark, *sorted(out[at])])
    for ref in marks:
        near[ref].extend(sorted(out[ref.table, (ref.key,)]))
    return {ref: _digest([mark, *sorted(near[ref], key=dump)]) for ref, mark in marks.items()}


def _refs(held: Held, name: str = "") -> Iterator[tuple[str, Ref]]:
    match held:
        case Ref():
            yield name, held
        case str():
            pass
        case Mapping():
            for key, each in held.items():
                yield from _refs(each, key)
        case Sequence():
            for each in held:
                yield from _refs(each, name)
        case _:
            pass


def _without(held: Held, added: Mapping[Ref, DifferingRow]) -> JsonValue:
    """What a column holds, with what was added left blank."""
    match held:
        case Ref():
            return [held.table, None if held in added else held.key]
        case str():
            return held
        case Mapping():
            return {key: _without(each, added) for key, each in held.items()}
        case Sequence():
            return sorted((_without(each, added) for each in held), key=dump)
        case _:
            return held


def _digest(value: JsonValue) -> str:
    return hashlib.blake2b(dump(value).encode(errors="surrogatepass"), digest_size=16).hexdigest()
