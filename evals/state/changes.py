"""What was changed in a workspace: rows that came, went, or hold other values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.jsontypes import JsonValue


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
    raise NotImplementedError
