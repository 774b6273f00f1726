"""Watches the writes of a conversation and notes how each is taken back."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from agent.events import CallOutcome
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.tool import Tool
from agent.undo.before import Foreseen, Reader, Surroundings
from agent.undo.guessing import find_deleter
from agent.undo.log import UNKNOWN, Entry, UndoLog
from agent.undo.noting import describe_write, note_write
from agent.undo.plan import UndoPlan, make_plan
from agent.undo.reading import FRESH, CallTool, Recent
from agent.undo.record import Record, Undone
from agent.undo.rules import Rule, astravue_rules


class Journal:
    """Notes how the writes of one conversation are taken back.

    A write is foreseen before anybody is asked about it, so that the question can say whether it can be
    undone, and finished once its outcome is known. Nothing that goes wrong here fails the write.

    Args:
        entries: The writes of the conversation until now.
        rules: Gives the rules by the names of their tools; called with the first write.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        rules: Callable[[], Mapping[str, Rule]] = astravue_rules,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log = UndoLog(entries)
        self._rules = rules
        self._clock = clock
        self._recent = Recent(clock)
        self._foreseen: dict[str, Foreseen] = {}
        self._announced: dict[str, Undone] = {}

    async def plan(self, number: int | None, tools: Mapping[str, Tool], call_tool: CallTool) -> UndoPlan:
        """Plan how a write is taken back; see `make_plan`."""
        return await make_plan(self.log, number, tools, call_tool, self._recent)

    def announce(self, call_id: str, undone: Undone) -> None:
        """A call is about to take a write back."""
        self._announced[call_id] = undone

    def is_announced(self, call_id: str) -> bool:
        """Say whether a call takes a write back."""
        return call_id in self._announced

    def saw(self, structured: JsonValue) -> None:
        """Take what a read answered: it may save another read."""
        self._recent.saw(structured)

    async def foresee(self, call_id: str, tool: Tool, arguments: JsonObject, around: Surroundings) -> str:
        """Find out how things are before a write.

        Returns:
            A sentence that says whether the write can be taken back.
        """
        foreseen = Foreseen(tool, arguments, self._rules().get(tool.name), around)
        await self._look(foreseen)
        self._foreseen[call_id] = foreseen
        return foreseen.describe(find_deleter)

    async def refresh(self, call_id: str) -> None:
        """Look again right before a write leaves, if its approval took long."""
        foreseen = self._foreseen.get(call_id)
        if foreseen is not None and self._clock() - foreseen.read_at > FRESH:
            await self._look(foreseen)

    def finish(self, call_id: str, outcome: CallOutcome, structured: JsonValue) -> JsonObject | None:
        """Note a write whose outcome is known.

        Returns:
            What was noted, for the transcript; nothing of a write that changed nothing.
        """
        foreseen = self._foreseen.pop(call_id, None)
        undone = self._announced.pop(call_id, None)
        if foreseen is None:
            return None
        self._recent.forget()
        if outcome is CallOutcome.SUCCEEDED:
            record = note_write(foreseen, structured)
        elif outcome is CallOutcome.UNKNOWN:
            record = Record(describe_write(foreseen), never=UNKNOWN)
        else:
            return None
        record = replace(record, undoes=undone if outcome is CallOutcome.SUCCEEDED else None)
        self.log.add(Entry(call_id, record))
        return record.to_json()

    def interrupt(self, call_id: str) -> None:
        """Nobody waits for the outcome of a write any more, which may happen or not."""
        self.finish(call_id, CallOutcome.UNKNOWN, None)

    def drop(self, call_id: str) -> None:
        """A write was not made after all."""
        self._foreseen.pop(call_id, None)
        self._announced.pop(call_id, None)

    async def _look(self, foreseen: Foreseen) -> None:
        rule = foreseen.rule
        foreseen.read_at = self._clock()
        if rule is None:
            return
        reader = Reader(foreseen.surroundings, self._recent)
        if not rule.each:
            foreseen.befores = (await reader.look(rule, foreseen.arguments),)
            return
        items = foreseen.arguments.get(rule.each)
        liked = self._rules()[rule.like]
        foreseen.items = tuple(filter(is_object, items if isinstance(items, list) else []))
        foreseen.befores = tuple([await reader.look(liked, item) for item in foreseen.items])
