"""What `/undo` is about to do: shown first, then done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.errors import UsageError
from agent.jsontypes import JsonValue, is_object
from agent.tools.tool import Tool
from agent.undo.log import Entry, UndoLog
from agent.undo.reading import MOST_READS, CallTool, ReadFailedError, Recent, fetch
from agent.undo.record import Look, UndoCall
from agent.undo.rules import Read
from agent.undo.templates import UnknownValueError, value_at
from agent.undo.wording import field_in_words, in_words

MOST_LISTED = 10
"""How many writes `/undo list` lists."""


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """How one write is taken back.

    Args:
        call_id: The write's.
        did: What it did.
        says: What taking it back does.
        calls: What is called for that, each with its position among the calls that take it back.
        titles: The calls' tools in words.
        lost: What does not come back.
        changed: What somebody else changed since, and would be overwritten or deleted.
        passed: Newer writes that cannot be undone, each with the reason.
        is_redo: The write took another one back.
    """

    call_id: str
    did: str
    says: str
    calls: tuple[tuple[int, UndoCall], ...]
    titles: tuple[str, ...]
    lost: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    passed: tuple[tuple[str, str], ...] = ()
    is_redo: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A write in the list.

    Args:
        number: Counted from the newest, which is 1.
        did: What it did.
        says: What taking it back does; why that cannot be done, if it cannot.
        can: It can be taken back.
        is_undone: It was.
    """

    number: int
    did: str
    says: str
    can: bool
    is_undone: bool


def list_writes(log: UndoLog) -> tuple[Listed, ...]:
    """The newest writes, with what can be done about each."""
    return tuple(
        Listed(
            number,
            f"{'Undo: ' if entry.record.undoes else ''}{entry.record.did}",
            entry.record.says if entry.record.calls else entry.record.never,
            bool(entry.record.calls),
            log.is_undone(entry),
        )
        for number, entry in enumerate(log.recent(MOST_LISTED), 1)
    )


def choose(log: UndoLog, number: int | None) -> tuple[Entry, tuple[Entry, ...]]:
    """Choose the write to take back.

    Args:
        log: The writes.
        number: Its number in the list; the last that can be undone when left out.

    Returns:
        The write, and newer ones that cannot be undone and were passed over.

    Raises:
        UsageError: There is no such write, or it cannot be undone.
    """
    if number is None:
        entry, passed = log.last()
        if entry is not None:
            return entry, passed
        if passed:
            raise UsageError(f"There is nothing to undo. {_why_not(passed[0])}")
        raise UsageError("There is nothing to undo in this conversation.")
    listed = log.recent(MOST_LISTED)
    if not 1 <= number <= len(listed):
        raise UsageError(f"There is no change with the number {number}.", "/undo list shows those there are.")
    entry = listed[number - 1]
    if not entry.record.calls:
        raise UsageError(_why_not(entry))
    if log.is_undone(entry):
        raise UsageError(
            f"This was undone already: {entry.record.did}.", "/undo list shows what can be undone."
        )
    return entry, ()


async def make_plan(
    log: UndoLog,
    number: int | None,
    tools: Mapping[str, Tool],
    call_tool: CallTool,
    recent: Recent,
) -> UndoPlan:
    """Choose the write to take back, and look whether it is still as it was left.

    Raises:
        UsageError: There is no such write, or it cannot be undone.
    """
    entry, passed = choose(log, number)
    record = entry.record
    calls = log.calls_left(entry)
    for _, call in calls:
        if call.tool not in tools:
            raise UsageError(f"This cannot be undone now: the server has no tool {call.tool}.")
    # Half of what was left is not there any more once a part was taken back.
    is_whole = len(calls) == len(record.calls)
    changed = await _changes(record.looks, call_tool, recent) if is_whole else ()
    return UndoPlan(
        entry.call_id,
        record.did,
        record.says,
        calls,
        tuple(tools[call.tool].title for _, call in calls),
        record.lost,
        changed,
        tuple((each.record.did, each.record.never) for each in passed),
        is_redo=record.undoes is not None,
    )


def failures_in(structured: JsonValue) -> str:
    """Say what of a call for several things was not done; empty if all was."""
    failed = structured.get("failed") if is_object(structured) else None
    if not is_object(structured) or not isinstance(failed, int) or failed < 1:
        return ""
    results = structured.get("results")
    items = [item for item in results if is_object(item)] if isinstance(results, list) else []
    why = next((text for item in items if isinstance(text := item.get("error"), str)), "")
    of_all = f" of {len(items)}" if items else ""
    return f"{failed}{of_all} could not be taken back{f': {why}' if why else '.'}"


def _why_not(entry: Entry) -> str:
    return f"This cannot be undone: {entry.record.did}, as {entry.record.never}."


async def _changes(looks: Sequence[Look], call_tool: CallTool, recent: Recent) -> tuple[str, ...]:
    changes: list[str] = []
    for look in looks[:MOST_READS]:
        read = Read(look.call.tool, look.call.arguments, look.list, paged=look.paged)
        try:
            present = await fetch(read, look.call.arguments, look.where, call_tool)
        except ReadFailedError as error:
            changes.append(f"how {look.named} is now could not be read ({error})")
            continue
        recent.saw(present)
        if present is None:
            changes.append(f"{look.named} is not there any more")
        changes += _differences(look, present)
    if len(looks) > MOST_READS:
        changes.append(f"{len(looks) - MOST_READS} of {len(looks)} were not looked at")
    return tuple(changes)


def _differences(look: Look, present: JsonValue) -> list[str]:
    differences: list[str] = []
    for path, left in look.left.items():
        try:
            now = value_at(present, path)
        except UnknownValueError:
            continue
        if now != left:
            name = field_in_words(path)
            differences.append(f"{look.named}: {name} was {in_words(left)}, is now {in_words(now)}")
    return differences
