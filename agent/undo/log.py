"""The writes of one conversation, the newest last, and which of them may be taken back."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.jsontypes import JsonObject, is_object
from agent.tools.names import Thing, things_in
from agent.undo.record import Record, UndoCall, read_record

UNKNOWN = "it is not known whether it happened"
"""Why a write cannot be undone whose answer never came."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A write.

    Args:
        call_id: Of the call.
        record: What is noted of it.
    """

    call_id: str
    record: Record


class UndoLog:
    """The writes of one conversation.

    A write that took another back is one itself. It is in force until it is taken back in turn, and what
    it took back is undone as long as it is in force.

    Args:
        entries: The writes until now.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: list[Entry] = []
        for entry in entries:
            self.add(entry)

    @property
    def entries(self) -> Sequence[Entry]:
        """All writes, the oldest first."""
        return tuple(self._entries)

    def add(self, entry: Entry) -> None:
        """Note a write. What it deleted for good takes with it the way back of earlier ones."""
        self._entries.append(entry)
        if entry.record.gone:
            why = f"what it changed is gone for good ({entry.record.did})"
            self._entries = [
                replace(other, record=replace(other.record, calls=(), never=why))
                if _needs(other.record, entry.record.gone) and not self.is_undone(other)
                else other
                for other in self._entries
            ]

    def calls_left(self, entry: Entry) -> tuple[tuple[int, UndoCall], ...]:
        """The calls that take a write back and were not made yet, with their positions."""
        made = {
            other.record.undoes.position
            for other in self._entries
            if other.record.undoes is not None
            and other.record.undoes.call_id == entry.call_id
            and not self.is_undone(other)
        }
        return tuple(each for each in enumerate(entry.record.calls) if each[0] not in made)

    def is_undone(self, entry: Entry) -> bool:
        """Whether a write was taken back, all of it."""
        return bool(entry.record.calls) and not self.calls_left(entry)

    def last(self) -> tuple[Entry | None, tuple[Entry, ...]]:
        """The newest write that plain `/undo` takes back, and newer ones that cannot be undone.

        Neither what was undone nor what undid it counts, so that one `/undo` after the other goes back step
        by step.
        """
        passed: list[Entry] = []
        for entry in reversed(self._entries):
            if entry.record.undoes is not None or self.is_undone(entry):
                continue
            if entry.record.calls:
                return entry, tuple(passed)
            passed.append(entry)
        return None, tuple(passed)

    def recent(self, most: int) -> tuple[Entry, ...]:
        """The newest writes, the newest first."""
        return tuple(reversed(self._entries))[:most]


def _needs(record: Record, gone: Collection[Thing]) -> bool:
    """Whether a call that takes a write back is about nothing but what is gone, by one of its arguments."""
    named = (things_in({key: value}) for call in record.calls for key, value in call.arguments.items())
    return any(things and all(thing in gone for thing in things) for things in named)


def read_entries(events: Iterable[JsonObject]) -> Iterator[Entry]:
    """Read the writes out of a transcript's events.

    A write that began and of which no end was written down may have happened.
    """
    begun: dict[str, str] = {}
    for event in events:
        kind = event.get("type")
        if kind == "tool_call_started" and event.get("effect") != "read":
            begun[str(event.get("call_id"))] = str(event.get("title"))
        elif kind == "tool_call_finished":
            call, undo = event.get("call"), event.get("undo")
            call_id = str(call.get("id")) if is_object(call) else ""
            begun.pop(call_id, None)
            if is_object(undo):
                yield Entry(call_id, read_record(undo))
        elif kind in ("turn_started", "turn_interrupted"):
            yield from _unfinished(begun)
            begun.clear()
    yield from _unfinished(begun)


def _unfinished(begun: Mapping[str, str]) -> Iterator[Entry]:
    for call_id, title in begun.items():
        yield Entry(call_id, Record(title, never=UNKNOWN))
